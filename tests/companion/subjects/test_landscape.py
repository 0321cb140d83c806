"""Chapter 2: how far points are from critical ones."""

import heavysgd as hs
import pytest
from companion.subjects.landscape import study


def test_the_distance_of_points_from_critical_ones():
    f = hs.landscapes.wang_oh_rhee()
    assert study.newton_correction(f, f.minima) < 1e-13
    assert study.newton_correction(f, f.minima + 1e-7) == pytest.approx(1e-7, rel=1e-3)
