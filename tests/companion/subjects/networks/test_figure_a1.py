"""Figure A.1: norms at initialisation, their middle and their tail."""

import numpy as np
import pytest
from companion.subjects.networks import figure_a1

LIGHT = [list(1 + 0.1 * np.random.default_rng(k).random(500)) for k in range(4)]


def test_the_median_has_the_error_of_an_average_over_initialisations():
    found = figure_a1.median([[1.0, 2.0, 9.0], [4.0, 4.0, 5.0]])
    assert found.value == 3.0 and found.stderr == pytest.approx(1.0) and found.dof == 1


def test_norms_are_told_in_units_of_their_own_initialisation():
    assert figure_a1.scaled([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]).tolist() == [0.5, 1.0, 1.5] * 2


def test_what_is_injected_is_seen_in_the_tail():
    own, heavy = figure_a1.shapes(LIGHT, 1.4, 0.5, seed=1)
    assert own.value < 0.1 and abs(heavy.value - 1 / 1.4) < 4 * heavy.stderr


def test_the_picture_has_both_initialisations_and_every_seed():
    runs = [
        {"method": method, "seed": seed, "test_accuracy": 0.69 + 0.001 * seed}
        for method in ("SB", "Our 1", "Our 2")
        for seed in range(3)
    ]
    left, right = figure_a1.picture({"one": LIGHT, "other": LIGHT}, runs).axes
    assert len(left.patches) >= 120 and [len(line.get_xdata()) for line in right.lines[:4]] == [3, 5, 3, 5]
