"""Theorem 1 on the quadratic well: law, constant and order of simulated exits beside exact ones and near wrong ones."""

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
def test_exit_times_follow_the_exact_law_which_is_nearly_that_of_the_limit(z, eta, b):
    times = scaled_exits(z, eta, b, 2000, seed=21)
    sgd = hs.SGD(WELL, z, eta, b)
    exact, limit = hs.exact.first_exit(sgd, 0.0), hs.theory.mean_exit_time(sgd, 0)
    assert exact.mean / limit == pytest.approx(1, abs=0.01)
    grid = np.unique(np.linspace(1, times.max() * limit, 400).astype(np.int64))
    hazard = lambda t: np.interp(t * limit, grid, -np.log(exact.survival(grid)))  # noqa: E731
    assert stats.kstest(hazard(times), stats.expon.cdf).pvalue > 0.001
    assert stats.kstest(hazard(1.2 * times), stats.expon.cdf).pvalue < 0.001  # a constant off by 20 %
    assert stats.kstest(hazard(times.reshape(-1, 2).mean(axis=1)), stats.expon.cdf).pvalue < 0.001  # two exits


@pytest.mark.parametrize("b, jumps", [(None, 1), (0.8, 2)])
def test_truncation_costs_a_jump(b, jumps):
    z, etas = hs.Lomax(1.5, 0.1), np.array([0.1, 0.03, 0.01])
    limits = np.array([hs.theory.mean_exit_time(hs.SGD(WELL, z, eta, b), 0) for eta in etas])
    means = limits * [scaled_exits(z, eta, b, 300, seed=22 + k).mean() for k, eta in enumerate(etas)]
    count = lambda means: hs.inference.jump_count(z, etas, means, means / 300**0.5)  # noqa: E731
    exact = {
        alpha: count(
            np.array([hs.exact.first_exit(hs.SGD(WELL, hs.Lomax(alpha, 0.1), eta, b), 0.0).mean for eta in etas])
        ).value
        for alpha in (1.5, 1.7)
    }
    assert exact[1.5] == pytest.approx(jumps, abs=0.15)
    found = count(means)
    assert abs(found.value - exact[1.5]) < 4 * found.stderr < abs(found.value - exact[1.7])


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
