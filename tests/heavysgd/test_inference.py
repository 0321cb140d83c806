"""Inference: estimates and errors in closed form, intervals that cover as often as they say, tests with their level."""

import heavysgd as hs
import numpy as np
import pytest
from heavysgd import inference
from scipy import stats

LN2 = np.log(2)


def agrees(count, total, share):
    """Whether a count is one that a share so large gives, two-sided."""
    return stats.binomtest(int(count), total, share).pvalue > 0.001


def test_slope_of_three_points_in_closed_form():
    fit = inference.slope([0, 1, 2], [1, 2, 4], [0.3, 0.3, 0.3])
    assert fit.value == pytest.approx(3 / 2) and fit.intercept == pytest.approx(5 / 6)
    assert fit.stderr == pytest.approx(0.3 / np.sqrt(2))
    assert fit.high - fit.value == pytest.approx(1.959964 * fit.stderr) == fit.value - fit.low
    assert fit.misfit_pvalue == pytest.approx(stats.chi2.sf((1 / 6) / 0.09, 1))
    narrow = inference.slope([0, 1, 2], [1, 2, 4], [0.3, 0.3, 0.3], confidence=0.5)
    assert narrow.high - narrow.value == pytest.approx(0.674490 * fit.stderr)


def test_slope_weighs_each_point_by_its_own_error():
    two = inference.slope([1, 3], [5, 9], [0.1, 0.4])
    assert two.value == pytest.approx(2) and two.stderr == pytest.approx(np.hypot(0.1, 0.4) / 2)
    assert np.isnan(two.misfit_pvalue)
    x, y, s = np.array([0.0, 1.0, 4.0]), np.array([1.0, 0.0, 3.0]), np.array([0.1, 0.2, 0.5])
    w = 1 / s**2
    centre, spread = np.sum(w * x) / w.sum(), np.sum(w * (x - np.sum(w * x) / w.sum()) ** 2)
    fit = inference.slope(x, y, s)
    assert fit.value == pytest.approx(np.sum(w * (x - centre) * y) / spread)
    assert fit.stderr == pytest.approx(1 / np.sqrt(spread))


def test_slope_interval_covers_and_detects_curvature():
    rng, x = np.random.default_rng(0), np.linspace(0, 3, 7)
    fits = [inference.slope(x, 2 * x + 1 + 0.2 * rng.normal(size=7), np.full(7, 0.2), 0.8) for _ in range(2000)]
    assert agrees(sum(fit.low <= 2 <= fit.high for fit in fits), 2000, 0.8)
    assert stats.kstest([fit.misfit_pvalue for fit in fits], "uniform").pvalue > 0.001
    assert inference.slope(x, x**2, np.full(7, 0.1)).misfit_pvalue < 1e-6


def test_censored_mean_in_closed_form():
    mean = inference.censored_mean([1, 2, 3, 4], [False, True, False, True])
    assert mean.value == 5 and mean.stderr == pytest.approx(5 / np.sqrt(2))
    assert (mean.events, mean.censored) == (2, 2)
    assert mean.low == pytest.approx(20 / 14.44938, rel=1e-6)  # chi-square(6) at 97.5 %
    assert mean.high == pytest.approx(20 / 0.4844186, rel=1e-6)  # chi-square(4) at 2.5 %
    whole = inference.censored_mean([1, 2, 3, 4], [0, 0, 0, 0], confidence=0.9)
    assert (whole.value, whole.events, whole.censored) == (2.5, 4, 0)
    assert whole.low == pytest.approx(20 / 15.50731, rel=1e-6) and whole.high == pytest.approx(20 / 2.732637, rel=1e-6)


@pytest.mark.parametrize("confidence", [0.95, 0.7])
def test_the_interval_without_censoring_is_exact(confidence):
    rng = np.random.default_rng(1)
    means = [inference.censored_mean(rng.exponential(2.0, 12), np.zeros(12, bool), confidence) for _ in range(4000)]
    assert agrees(sum(mean.low > 2 for mean in means), 4000, (1 - confidence) / 2)
    assert agrees(sum(mean.high < 2 for mean in means), 4000, (1 - confidence) / 2)


@pytest.mark.parametrize("cutoff, seen", [(2.0, 0.632), (0.4, 0.181)])
def test_the_mean_of_censored_times_is_right_and_so_is_its_error(cutoff, seen):
    rng, n = np.random.default_rng(2), 800
    means = []
    for _ in range(1500):
        times = rng.exponential(2.0, n)
        means.append(inference.censored_mean(np.minimum(times, cutoff), times >= cutoff))
    values, stderrs = np.array([mean.value for mean in means]), np.array([mean.stderr for mean in means])
    assert np.mean([mean.events for mean in means]) == pytest.approx(seen * n, rel=0.01)
    assert values.mean() == pytest.approx(2, rel=0.012)  # a bias of one in the number of events is left
    assert values.std() == pytest.approx(stderrs.mean(), rel=0.08)
    covered = np.mean([mean.low <= 2 <= mean.high for mean in means])
    assert 0.935 < covered < 0.975
    assert stats.ttest_1samp(np.minimum(rng.exponential(2.0, n), cutoff), 2).pvalue < 1e-6  # what times alone would say


def test_no_event_bounds_the_mean_from_below():
    mean = inference.censored_mean([10.0, 10.0], [True, True])
    assert mean.value == mean.high == np.inf and mean.low == pytest.approx(20 / 3.689, rel=1e-3)
    assert (mean.events, mean.censored) == (0, 2)


@pytest.mark.parametrize("cutoff", [np.inf, 1.5, 0.5])
def test_exponentiality_has_its_level(cutoff):
    rng, runs = np.random.default_rng(2), 1000
    pvalues = [inference.exponentiality(rng.exponential(3.0, 60), 3 * cutoff, 99, seed=k).pvalue for k in range(runs)]
    for level in (0.05, 0.1, 0.5):  # whole hundredths: attained exactly by 99 resamples
        assert agrees(np.sum(np.array(pvalues) <= level + 1e-9), runs, level)


@pytest.mark.parametrize("cutoff", [np.inf, 1.5])
def test_exponentiality_has_power(cutoff):
    rng = np.random.default_rng(3)
    for draw in (lambda: rng.weibull(1.5, 120), lambda: rng.weibull(0.65, 120), lambda: rng.gamma(2.0, 0.5, 120)):
        pvalues = [inference.exponentiality(draw(), cutoff, 99, seed=k).pvalue for k in range(60)]
        assert np.mean(np.array(pvalues) <= 0.05) > 0.75
    assert inference.exponentiality(rng.gamma(2.0, 0.5, 300), cutoff).pvalue == 1 / 2000


def test_exponentiality_distance_by_hand():
    # Mean 2; F(1) = 1 - e^(-1/2), F(3) = 1 - e^(-3/2): the largest gap is below the first step or above the last.
    assert inference.exponentiality([1, 3], resamples=1).distance == pytest.approx(1 - np.exp(-0.5))
    # Cut off at 2: total 3 and one event, so the mean is 3, and the gap at 1 is |1/2 - F(1)| or F(1) - 0.
    assert inference.exponentiality([1, 7], 2, resamples=1).distance == pytest.approx(1 - np.exp(-1 / 3))
    assert inference.exponentiality([1, np.inf], 2, resamples=1).distance == pytest.approx(1 - np.exp(-1 / 3))


def test_hill_by_hand():
    fit = inference.hill([1.0, -10.0, 2.0, 4.0], 2)  # log(10/2) + log(4/2) = log 10
    assert fit.value == pytest.approx(2 / np.log(10)) and fit.stderr == pytest.approx(2 / np.log(10) / np.sqrt(2))
    assert fit.exceedances == 2
    assert inference.hill([1, 2, 4, 8], 3).value == pytest.approx(3 / (6 * LN2))
    assert inference.hill([16, 1], 1).value == pytest.approx(1 / (4 * LN2))


def test_hill_has_its_error_on_exact_powers():
    fits = [inference.hill(hs.Pareto(1.4).sample(400, seed=9, path=k), 100) for k in range(600)]
    values = np.array([fit.value for fit in fits])
    assert values.mean() == pytest.approx(1.4 * 100 / 99, rel=0.02)  # k / (k - 1): that of a mean of inverse gammas
    assert values.std() == pytest.approx(np.mean([fit.stderr for fit in fits]), rel=0.12)
    assert hs.inference.hill(hs.Lomax(1.4, 0.3).sample(200_000, seed=3), 100_000).value < 1.2  # where it is none


@pytest.mark.parametrize("alpha", [1.5, 3.0])
def test_pareto_ml_has_its_error(alpha):
    fits = [inference.pareto_ml(hs.Lomax(alpha, 0.3).sample(2000, seed=9, path=k), 0.1) for k in range(150)]
    values = np.array([fit.value for fit in fits])
    expected = hs.Lomax(alpha, 0.3).tail(0.1) * 2000
    assert np.mean([fit.exceedances for fit in fits]) == pytest.approx(expected, rel=0.02)
    assert values.std() == pytest.approx(alpha * (alpha + 1) / np.sqrt(expected), rel=0.25)
    assert np.median([fit.stderr for fit in fits]) == pytest.approx(alpha * (alpha + 1) / np.sqrt(expected), rel=0.05)
    assert np.median(values) == pytest.approx(alpha, abs=5 * values.std() / np.sqrt(150))


def test_pareto_ml_is_the_maximum_of_its_likelihood():
    sample = hs.Lomax(1.4, 0.3).sample(20_000, seed=3)
    excess = np.abs(sample)[np.abs(sample) > 1] - 1
    fit = inference.pareto_ml(sample, 1.0)
    profile = lambda xi: max(stats.genpareto.logpdf(excess, xi, scale=s).sum() for s in np.linspace(0.7, 1.3, 601))  # noqa: E731
    best = profile(1 / fit.value)
    assert best > profile(1 / fit.value - 0.02) and best > profile(1 / fit.value + 0.02)
    assert fit.exceedances == excess.size
    assert fit.stderr == pytest.approx(fit.value**2 * (1 + 1 / fit.value) / np.sqrt(excess.size))


@pytest.mark.parametrize("unit", [1e-200, 1e-12, 1e12, 1e200])
def test_tail_indices_do_not_depend_on_units(unit):
    sample = hs.Lomax(1.4, 0.3).sample(5000, seed=3)
    for estimate, level, accuracy in ((inference.pareto_ml, (unit, 1.0), 1e-3), (inference.hill, (50, 50), 1e-9)):
        found, expected = estimate(unit * sample, level[0]), estimate(sample, level[1])
        assert (found.value, found.stderr) == pytest.approx((expected.value, expected.stderr), rel=accuracy)
        assert found.exceedances == expected.exceedances


def test_a_light_tail_has_a_large_index():
    assert abs(inference.pareto_ml(hs.Gaussian().sample(50_000), 1.0).value) > 5
    uniform = np.random.default_rng(0).random(1000)
    light = inference.pareto_ml(uniform, 0.5)
    assert (light.value, light.stderr) == (np.inf, np.inf)


def test_jump_count_inverts_the_exit_scale():
    z, etas = hs.Lomax(1.3, 0.2), np.array([0.1, 0.01, 0.001])
    for jumps in (1, 2, 3):
        means = 0.3 / hs.theory.exit_scale(z, etas, jumps)
        assert inference.jump_count(z, etas, means, 0.1 * means).value == pytest.approx(jumps, abs=1e-9)


def test_the_error_of_a_jump_count_in_closed_form():
    z, etas = hs.Pareto(1.5, 0.1), np.array([0.01, 0.0001])
    means = 1 / hs.theory.exit_scale(z, etas, 2)
    fit = inference.jump_count(z, etas, means, means * [0.03, 0.04], confidence=0.5)
    # H(1/eta) = (0.1 eta)^(-3/2)..., so log(eta / H) moves by log(100) (1 - 3/2) from one rate to the other.
    stderr = 0.05 / (0.5 * np.log(100))
    assert fit.value == pytest.approx(2) and fit.stderr == pytest.approx(stderr)
    assert (fit.high - 2, 2 - fit.low) == pytest.approx((0.674490 * stderr, 0.674490 * stderr), rel=1e-5)
