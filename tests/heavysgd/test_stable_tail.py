"""The tail of the stable laws against high-precision values, over the whole range of index and argument."""

import time

import heavysgd as hs
import numpy as np
import pytest
from heavysgd.noise.stable_tail import stable_tail
from scipy import stats
from scipy.special import gamma

from tests.heavysgd.stable_reference import reference_tail

ALPHAS = [1.004, 1.05, 1.2, 1.5, 1.8, 1.95, 1.995]
POINTS = np.array([1e-3, 0.1, 0.5, 1, 1.5, 3, 8, 16, 49, 50, 51, 100, 1e3, 1e4, 1e6])
EDGES = [1 + 1e-9, 1.0001, *ALPHAS, 1.999999, 2 - 1e-12]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_tail_has_nine_digits_everywhere(alpha):
    expected = np.array([reference_tail(x, alpha) for x in POINTS])
    assert np.max(np.abs(stable_tail(POINTS, alpha) / expected - 1)) < 1e-9
    assert np.max(np.abs(stable_tail(POINTS, alpha + 1e-6) / expected - 1)) > 1e-8  # and tells the neighbouring index


def test_the_case_that_was_zero():
    assert hs.SymmetricStable(1.995).tail(49.0) == pytest.approx(2.12426214e-6, rel=1e-8)


def test_the_reference_is_that_of_another_library_where_that_is_good():
    for alpha, x in [(1.3, 0.7), (1.5, 2.0), (1.8, 3.0)]:
        assert reference_tail(x, alpha) == pytest.approx(2 * stats.levy_stable.sf(x, alpha, 0.0), rel=1e-8)


@pytest.mark.parametrize("alpha", EDGES)
def test_tail_falls(alpha):
    tail = stable_tail(np.geomspace(1e-3, 1e6, 3001), alpha)
    assert np.all(np.diff(tail) < 0) and np.all((0 < tail) & (tail < 1))


@pytest.mark.parametrize("alpha", ALPHAS)
def test_tail_has_no_step(alpha):
    x = np.geomspace(1e-3, 1e6, 6001)
    tail = stable_tail(x, alpha)
    assert np.abs(np.diff(np.log(tail), 4)).max() < 1e-6  # a smooth curve's: a step of one millionth would give three
    stepped = np.where(x > 50, 1 + 1e-6, 1.0) * tail
    assert np.abs(np.diff(np.log(stepped), 4)).max() > 2e-6


@pytest.mark.parametrize("alpha", EDGES)
def test_both_ends_are_the_known_limits(alpha):
    far = 2 / np.pi * gamma(alpha) * np.sin(np.pi * (2 - alpha) / 2)
    assert stable_tail(1e9, alpha) * 1e9**alpha == pytest.approx(far, rel=1e-8)
    assert stable_tail(1e30, alpha) * 1e30**alpha == pytest.approx(far, rel=1e-8)
    near = 2 / (np.pi * alpha) * gamma(1 / alpha)
    assert (1 - stable_tail(1e-4, alpha)) / 1e-4 == pytest.approx(near, rel=1e-8)


def test_odd_arguments():
    values = stable_tail([[0.0, -1.0, np.inf], [np.nan, 1e-300, 1e300]], 1.5)
    assert np.array_equal(values, [[1, 1, 0], [np.nan, 1, 0]], equal_nan=True)
    assert stable_tail(np.empty(0), 1.5).shape == (0,) and np.ndim(stable_tail(1.0, 1.5)) == 0


@pytest.mark.parametrize("alpha", ALPHAS)
def test_scale_cdf_and_median(alpha):
    law, unit = hs.SymmetricStable(alpha, 0.3), hs.SymmetricStable(alpha)
    x = np.array([0.02, 0.3, 4.0])
    assert law.tail(x) == pytest.approx(unit.tail(x / 0.3), rel=1e-12)
    assert law.cdf(-x) + 1 - law.cdf(x) == pytest.approx(law.tail(x), abs=1e-14)
    assert law.cdf(x) + law.cdf(-x) == pytest.approx(1, abs=1e-15)
    assert reference_tail(law.median / 0.3, alpha) == pytest.approx(0.5, abs=1e-9)


def test_a_thousand_points_in_well_under_a_second():
    law, x = hs.SymmetricStable(1.5), np.geomspace(1e-3, 1e6, 1000)
    law.tail(x)
    started = time.process_time()
    law.tail(x)
    assert time.process_time() - started < 0.5
