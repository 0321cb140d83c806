"""Chapter 12: shares of time and their rises, two ways to jump numbers."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.rules import AtMost
from companion.subjects.plane import study as plane
from companion.subjects.space import study as space_limits
from heavysgd.inference import Measured

TWINS = space_limits.twin_wells()
LOUD = hs.Isotropic(hs.Pareto(1.2, 0.1), 2)


def occupancies(*shares):
    shares = np.array(shares, float)
    thresholds = np.array([np.inf, 4.0, 3.0])
    errors, counts = np.full(shares.shape, 0.03), [np.zeros((2, 2))] * 3
    return plane.Occupancies(TWINS, thresholds, shares, errors, counts, np.zeros((2, 3)))


def test_the_largest_rise_is_in_errors_of_a_difference():
    rising = occupancies([0.5, 0.5], [0.7, 0.3], [0.9, 0.1])
    assert rising.largest_rise(0).value == pytest.approx(-0.2 / (0.03 * 2**0.5))
    assert AtMost().holds(2.0, rising.largest_rise(0)) and not AtMost().holds(2.0, rising.largest_rise(1))
    assert rising.share(4.0, [0, 1]).value == pytest.approx(1) and rising.share(3.0, 1).stderr == pytest.approx(0.03)


def test_a_threshold_that_was_not_run_is_named():
    with pytest.raises(ValueError, match="b = 5.2 is not among the thresholds run"):
        occupancies([0.5, 0.5], [0.7, 0.3], [0.9, 0.1]).share(5.2, 0)


def test_two_starts_weigh_alike_and_their_errors_are_independent():
    mean = plane.from_both(Measured(0.3, 0.03), Measured(0.7, 0.04))
    assert mean.value == pytest.approx(0.5) and mean.stderr == pytest.approx(0.025)


def test_studies_are_joined_by_threshold():
    one, two = occupancies([0.5, 0.5], [0.7, 0.3], [0.9, 0.1]), occupancies([0.4, 0.6], [0.2, 0.8], [0.1, 0.9])
    joined = plane.together(one, two._replace(thresholds=np.array([8.0, 3.5, 2.0])))
    assert joined.thresholds.tolist() == [np.inf, 8, 4, 3.5, 3, 2]
    assert joined.shares[:, 0].tolist() == [0.5, 0.4, 0.7, 0.2, 0.9, 0.1]


def test_the_two_ways_to_jump_numbers_agree_and_notice_another_threshold():
    f = space_limits.unequal_wells()
    assert plane.jump_numbers_by_flow(f, [2.0, 1.1], 150) == plane.jump_numbers_by_distance(f, [2.0, 1.1])
    assert plane.jump_numbers_by_flow(f, [2.0], 150) != plane.jump_numbers_by_distance(f, [3.2])
