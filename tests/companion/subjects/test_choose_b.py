"""The page on choosing b: maps, and settling times beside simulation."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.choose_b import study as choose_b

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


def test_a_chart_is_consequences_on_a_grid():
    thresholds = np.array([0.4, 0.5, float(PAPER.widths[1])])
    found = choose_b.chart(PAPER, 0.1, 0.001, thresholds, np.array([1.2, 1.4]))
    assert found.thresholds.tolist() == [0.4, 0.5] and found.settling.shape == (2, 2)
    there = hs.theory.consequences(PAPER, hs.Lomax(1.4, 0.1), 0.001, 0.4)
    assert found.settling[1, 0] == there.settling and found.leaving[1, 0] == there.leaving
    assert found.share_elsewhere[1, 0] == there.share_elsewhere
    free = choose_b.chart(PAPER, 0.1, 0.001, np.array([5.0]), np.array([1.2]))
    assert np.isnan(free.settling[0, 0])  # nothing is eliminated


def test_settling_is_simulated_from_the_worst_start():
    found = choose_b.settling_time(PAPER, NOISE, 0.004, 0.5, 300, 0.05, seed=2)
    times = hs.theory.finite_rates(PAPER, NOISE, 0.004, 0.5).mean_hitting_time([1, 3])
    assert found.worst == int(np.argmax(times)) and found.predicted == times.max()
    heavier = hs.theory.finite_rates(PAPER, hs.Lomax(1.15, 0.1), 0.004, 0.5).mean_hitting_time([1, 3])
    assert found.neighbour == pytest.approx(times.max() / heavier[found.worst]) and found.neighbour > 1
    assert found.measured.stderr == pytest.approx(found.measured.value / np.sqrt(300), rel=0.05)
    assert found.ratio.value == pytest.approx(found.measured.value / times.max())
    assert 0.5 < found.ratio.value < 1.3 and found.most_common_end in (1, 3)
