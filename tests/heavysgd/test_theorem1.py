"""Theorem 1 on the quadratic well where big jumps are rare: law, constant and order, each against a wrong one."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from scipy import stats

X = sympy.Symbol("x")
WELL = hs.landscapes.quadratic_well()


def scaled_exits(z, eta, b, n, seed):
    sgd = hs.SGD(WELL, z, eta, b)
    exits = hs.first_exit(sgd, 0.0, n_paths=n, max_steps=10**9, seed=seed, progress=False)
    return exits.steps / hs.theory.mean_exit_time(sgd, 0)


@pytest.mark.parametrize("z, eta, b", [(hs.Lomax(1.8, 0.1), 0.03, None), (hs.Lomax(1.5, 0.1), 0.1, 0.8)])
def test_scaled_exit_times_are_standard_exponential(z, eta, b):
    times = scaled_exits(z, eta, b, 2000, seed=21)
    assert stats.kstest(times, stats.expon.cdf).pvalue > 0.001
    assert stats.kstest(1.3 * times, stats.expon.cdf).pvalue < 0.001  # a constant off by 30 %
    assert stats.kstest(times.reshape(-1, 2).mean(axis=1), stats.expon.cdf).pvalue < 0.001  # two exits


def test_truncation_costs_a_jump():
    z, etas = hs.Lomax(1.5, 0.1), np.array([0.1, 0.03, 0.01])
    counts = {}
    for b in (None, 0.8):
        means = [
            scaled_exits(z, eta, b, 300, seed=22) * hs.theory.mean_exit_time(hs.SGD(WELL, z, eta, b), 0) for eta in etas
        ]
        fit = hs.inference.jump_count(z, etas, [m.mean() for m in means], [m.mean() / 300**0.5 for m in means])
        counts[b] = fit
    assert round(counts[None].value) == 1 and round(counts[0.8].value) == 2
    assert counts[0.8].value - counts[None].value > 3 * np.hypot(counts[0.8].stderr, counts[None].stderr)


def test_light_tails_do_not_follow_it():
    exits = hs.first_exit(hs.SGD(WELL, hs.Gaussian(0.1), 0.03), 0.0, n_paths=100, max_steps=10**5, progress=False)
    assert exits.censored.all()


def test_lopsided_noise_takes_its_own_time_out_of_a_lopsided_well():
    well = hs.Landscape(X**2 / 2, bounds=(-1.0, 1.4), open_ends=True)
    sgd = hs.SGD(well, hs.Lomax(1.8, 0.1, p_plus=0.85), 0.03)
    exits = hs.first_exit(sgd, 0.0, n_paths=2000, max_steps=10**8, seed=6, progress=False)
    assert stats.kstest(exits.steps / hs.theory.mean_exit_time(sgd, 0), stats.expon.cdf).pvalue > 0.001
    mirrored = hs.SGD(well, hs.Lomax(1.8, 0.1, p_plus=0.15), 0.03)
    assert stats.kstest(exits.steps / hs.theory.mean_exit_time(mirrored, 0), stats.expon.cdf).pvalue < 1e-6


def test_skewed_noise_leaves_on_its_heavy_side():
    sgd = hs.SGD(WELL, hs.Lomax(1.8, 0.1, p_plus=0.8), 0.03)
    exits = hs.first_exit(sgd, 0.0, n_paths=2000, max_steps=10**8, seed=5, progress=False)
    right = np.count_nonzero(exits.position > 0)
    assert stats.binomtest(right, 2000, 0.8).pvalue > 0.001
    assert stats.binomtest(right, 2000, 0.7).pvalue < 1e-6
