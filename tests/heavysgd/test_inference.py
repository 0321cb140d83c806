"""Inference: intervals cover as often as they say, tests keep the right law and reject wrong ones."""

import heavysgd as hs
import numpy as np
import pytest
from heavysgd import inference


def test_slope_interval_covers_and_detects_curvature():
    rng, x = np.random.default_rng(0), np.linspace(0, 3, 7)
    hits = 0
    for _ in range(400):
        fit = inference.slope(x, 2 * x + 1 + 0.2 * rng.normal(size=7), np.full(7, 0.2))
        hits += fit.low <= 2 <= fit.high
    assert abs(hits / 400 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)
    assert inference.slope(x, x**2, np.full(7, 0.1)).misfit_pvalue < 1e-6


@pytest.mark.parametrize("cutoff", [np.inf, 1.0])
def test_censored_mean_covers_and_the_naive_mean_does_not(cutoff):
    rng = np.random.default_rng(1)
    hits = naive = 0
    for _ in range(400):
        times = rng.exponential(2.0, 60)
        mean = inference.censored_mean(np.minimum(times, cutoff), times >= cutoff)
        hits += mean.low <= 2 <= mean.high
        naive += abs(np.minimum(times, cutoff).mean() - 2) < 1.96 * np.minimum(times, cutoff).std() / np.sqrt(60)
    assert hits / 400 > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 400)
    assert np.isinf(cutoff) or naive < 10


def test_no_event_bounds_the_mean_from_below():
    mean = inference.censored_mean([10.0, 10.0], [True, True])
    assert mean.value == mean.high == np.inf and mean.low == pytest.approx(20 / 3.689, rel=1e-3)


@pytest.mark.parametrize("cutoff", [np.inf, 1.5])
def test_exponentiality_has_its_level_and_power(cutoff):
    rng = np.random.default_rng(2)
    pvalues = [inference.exponentiality(rng.exponential(3.0, 80) / 3, cutoff, 199, seed=k).pvalue for k in range(100)]
    assert abs(np.mean(np.array(pvalues) < 0.1) - 0.1) < 4 * np.sqrt(0.09 / 100)
    assert inference.exponentiality(rng.gamma(2.0, 0.5, 300), cutoff).pvalue < 0.002


def test_tail_indices_recover_alpha_and_reject_another():
    sample = hs.Lomax(1.4, 0.3).sample(200_000, seed=3)
    fit = inference.pareto_ml(sample, threshold=1.0)
    assert abs(fit.value - 1.4) < 4 * fit.stderr < 0.2
    assert abs(inference.pareto_ml(hs.Gaussian().sample(50_000), 1.0).value) > 5
    pareto = inference.hill(hs.Pareto(1.4).sample(200_000, seed=4), 5000)
    assert abs(pareto.value - 1.4) < 4 * pareto.stderr < 0.2
    biased = inference.hill(sample, 100_000)
    assert abs(biased.value - 1.4) > 8 * biased.stderr


def test_jump_count_inverts_the_exit_scale():
    z, etas = hs.Lomax(1.3, 0.2), np.array([0.1, 0.01, 0.001])
    for jumps in (1, 2, 3):
        means = 0.3 / hs.theory.exit_scale(z, etas, jumps)
        assert inference.jump_count(z, etas, means, 0.1 * means).value == pytest.approx(jumps, abs=1e-9)


@pytest.mark.parametrize(
    "call, reason",
    [
        (lambda: inference.slope([1, 2], [1], [1]), "shapes"),
        (lambda: inference.slope([1, 1], [1, 2], [1, 1]), "2 x or more"),
        (lambda: inference.slope([1, 2], [1, np.nan], [1, 1]), "finite"),
        (lambda: inference.censored_mean([], []), "not empty"),
        (lambda: inference.censored_mean([1.0, -1.0], [False, False]), "> 0"),
        (lambda: inference.exponentiality([5.0, 6.0], cutoff=1.0), "raise the cutoff"),
        (lambda: inference.hill([1.0, 2.0], 2), "k = 2"),
        (lambda: inference.hill([1.0, np.inf, 2.0], 1), "finite"),
        (lambda: inference.pareto_ml(np.ones(10), 2.0), "lower it"),
        (lambda: inference.jump_count(hs.Gaussian(), [0.1, 0.2], [1, 2], [1, 1]), "heavy tail"),
    ],
)
def test_bad_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
