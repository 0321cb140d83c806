"""The chapter on local maxima: exponents, walks, escapes, adapted learning rates, the preference for a sharp minimum."""

import numpy as np
import pytest
from companion.subjects.local_maxima import adaptive
from companion.subjects.local_maxima import study as maxima
from heavysgd.inference import Measured

ONE = maxima.Maximum(2.0)


def test_the_exponent_is_zero_at_the_ends_of_the_window_and_negative_between():
    low, high = ONE.window
    assert (low, high) == pytest.approx((1 / 6, 2 / 3))
    assert [ONE.exponent(low), ONE.exponent(high)] == pytest.approx([0, 0], abs=1e-12)
    assert ONE.exponent(0.3) < 0 < min(ONE.exponent(0.1), ONE.exponent(0.7))


def test_steps_near_the_maximum_are_the_walks():
    seen = ONE.measured_exponent(0.2, 400, 1024, seed=1)
    assert abs(seen.value - ONE.exponent(0.2)) < 4.5 * seen.stderr
    counts, law = ONE.walk(0.2, 400, 1024, seed=1)
    assert counts.sum() == 1024 and law.sum() == pytest.approx(1) and maxima.binomial((counts, law)).value > 1e-3
    assert maxima.other_chance(counts, law, 400, 0.55).measured.value < 1e-3


def test_the_exact_escape_is_walds_with_an_overshoot_and_what_paths_take():
    exact, seen = ONE.exact_escape(0.1), ONE.escape(0.1, 8000, 400, seed=2)
    assert 1 < exact / ONE.wald(0.1) < 1.02
    assert abs(seen.value - exact) < 4.5 * seen.stderr
    with pytest.raises(ValueError, match="paths are not out yet"):
        ONE.escape(0.1, 300, 50, seed=2)


def test_a_line_crosses_zero_where_it_should():
    found = maxima.crossing({0.1: Measured(1.0, 0.1), 0.2: Measured(-3.0, 0.0)}, 0.1, 0.2)
    assert found.value == pytest.approx(0.125)
    assert found.stderr == pytest.approx(0.1 * 0.1 * 3 / 16)


def test_the_flat_minimum_is_left_above_its_threshold_only():
    c = 16.0
    limit = maxima.thresholds(c)
    assert maxima.Preference(c, limit).exponents[0] == pytest.approx(0, abs=1e-12)
    found = maxima.shares((0.06, 0.1), c, 5000, 64, seed=1)
    assert found[0.06].value == 0 and found[0.1].value == 1


def test_the_saddle_attracts_where_both_exponents_are_negative():
    assert max(maxima.Net(0.16).exponents) > 0 > max(maxima.Net(0.2).exponents)
    assert maxima.Net(0.5).exponents[1] == pytest.approx(0, abs=1e-12)


def test_amsgrad_goes_where_its_window_says_and_adam_does_not():
    runs = adaptive.runs(ONE, (0.05, 0.3), 0.0, 30_000, 30, seed=1)
    assert runs.agree(ONE.window).value > 0.9 and 0 < runs.at_maximum.sum() < runs.at_maximum.size
    assert not adaptive.runs(ONE, (0.3,), 0.0, 30_000, 30, seed=1, kind="adam").at_maximum.any()


def test_without_momentum_the_matrices_are_numbers():
    s = np.array([0.1, 0.3])
    found = adaptive.exponents(ONE, s, 0.0, 4000, 400, seed=1)
    assert found == pytest.approx([ONE.exponent(eta) for eta in s], abs=3e-3)
    assert adaptive.window_of(s, np.array([1.0, -1.0])) == (0.3, 0.3)
    assert adaptive.window_of(s, np.ones(2)) == (0.0, 0.0)
