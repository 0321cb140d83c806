"""Noise of an amplitude sigma(x): the recursion, its exact kernel, exit measure and limit chain, against each other."""

import pickle

import heavysgd as hs
import numpy as np
import pytest
import sympy

# wide, narrow, wide: symmetric, so that sigma alone tells them apart
F = hs.landscapes.alternating_wells(1.2, 0.48, count=2)
X = F.symbol
SIGMA = 1 + sympy.tanh(X) / 2
Z = hs.Lomax(1.5, 0.3)
B = 1.0


def sgd(eta=0.02, sigma=SIGMA, b=B, noise=Z):
    return hs.StateDependentSGD(F, noise, sigma, eta, b)


# --- the recursion ---


def test_an_amplitude_of_one_is_the_papers_recursion_to_the_bit():
    how = {"n_steps": 3000, "n_paths": 4, "seed": 5, "progress": False}
    ours, papers = (hs.sample_path(r, F.minima[0], **how) for r in (sgd(sigma=1), hs.SGD(F, Z, 0.02, B)))
    assert np.array_equal(ours, papers)
    assert not np.array_equal(hs.sample_path(sgd(), F.minima[0], **how), papers)


def test_it_travels_to_other_processes_and_keeps_its_amplitude():
    one = sgd()
    one.amplitude(0.0)
    again = pickle.loads(pickle.dumps(one))
    assert again == one and again.amplitude(F.minima) == pytest.approx(1 + np.tanh(F.minima) / 2)


@pytest.mark.parametrize(
    "sigma, message",
    [
        (1 - X, "sigma = .* is .* at x = .*must be positive"),
        (0, "must be positive"),
        (sympy.Symbol("t"), "must be an expression of x or a number"),
        ("not a formula(", "must be a SymPy expression or a number"),
        (sympy.log(X + 1), "must be positive"),
    ],
)
def test_amplitudes_are_checked(sigma, message):
    with pytest.raises(ValueError, match=message):
        sgd(sigma=sigma)
    with pytest.raises(ValueError, match=message):
        hs.theory.exit_measure(F, 1.5, B, sigma=sigma)


def test_in_more_dimensions_theory_refuses_an_amplitude_and_paths_take_it():
    f = hs.landscapes.separable(hs.landscapes.two_wells(1.0, 1.0), hs.landscapes.two_wells(0.8, 0.8))
    with pytest.raises(ValueError, match="sigma = .*: is for landscapes on a line"):
        hs.theory.exit_measure(f, 1.2, None, sigma=1 + f.symbols[0] ** 2)
    r = hs.StateDependentSGD(f, hs.Isotropic(hs.Pareto(1.2, 0.1), 2), 1 + f.symbols[0] ** 2, 0.01, 0.7)
    assert r.amplitude(f.minima) == pytest.approx([2.0] * 4)
    with pytest.raises(ValueError, match="one dimension|2 dimensions"):
        hs.exact.first_exit(r, 0.5)


# --- the exit measure ---


@pytest.mark.parametrize("b", [None, 1.0, 0.55])
def test_a_constant_amplitude_scales_the_noise(b):
    """Jump by jump: c^(alpha l); and the exact kernel sees nothing but a noise c times as large."""
    jumps = hs.theory.jump_numbers(F, b)
    plain, louder = (hs.theory.exit_measure(F, 1.5, b, sigma=s) for s in (None, 1.3))
    assert louder == pytest.approx(1.3 ** (1.5 * jumps)[:, None] * plain, rel=1e-9)
    one = hs.exact.first_exit(sgd(0.01, 1.3, b), F.minima[0])
    other = hs.exact.first_exit(hs.SGD(F, hs.Lomax(1.5, 0.39), 0.01, b), F.minima[0])
    assert one.mean == pytest.approx(other.mean, rel=1e-9)


@pytest.mark.parametrize("b, basin", [(None, 0), (None, 1), (0.7, 0), (0.7, 1), (0.7, 2)])
def test_the_quadrature_is_the_average_over_limit_paths(b, basin):
    rates = hs.theory.exit_measure(F, 1.5, b, 0.4, sigma=SIGMA)[basin]
    found = hs.theory.sample_exit_rates(F, 1.5, b, basin=basin, n_paths=400_000, p_plus=0.4, seed=basin, sigma=SIGMA)
    assert np.all(np.abs(found.rates - rates) <= 4.5 * found.stderr) and rates.sum() > 0
    if b is not None and basin != 1:  # a single jump, from the minimum, has the amplitude of the minimum anyway
        of_the_minimum = (1 + np.tanh(F.minima[basin]) / 2) ** (1.5 * hs.theory.jump_numbers(F, b)[basin])
        frozen = hs.theory.exit_measure(F, 1.5, b, 0.4)[basin] * of_the_minimum
        assert np.any(np.abs(found.rates - frozen) > 6 * found.stderr)


@pytest.mark.parametrize("basin, b", [(0, None), (0, 1.0), (1, 1.0), (2, 1.0)])
def test_exact_exits_come_to_the_limits_constant(basin, b):
    etas = [1e-4, 1e-6]
    found = [
        hs.exact.first_exit(sgd(eta, b=b), F.minima[basin], tolerance=1e-4).mean
        / hs.theory.mean_exit_time(sgd(eta, b=b), basin)
        for eta in etas
    ]
    gaps = 1 - np.array(found)
    assert np.all(gaps > 0) and gaps[1] < 0.04 and gaps[1] < 0.3 * gaps[0]  # eta^(1/3), a tenth of a hundredth's root


def test_destinations_are_those_of_the_exact_kernel():
    exact = hs.exact.first_exit(sgd(1e-6), F.minima[1]).destinations
    assert hs.theory.exit_location(sgd(1e-6), 1) == pytest.approx(exact, abs=3e-3)


# --- the exact kernel and simulation ---


LAWS = [Z, hs.Pareto(1.5, 0.2, p_plus=0.3), hs.StudentT(1.5, 0.2)]


@pytest.mark.parametrize("noise", LAWS, ids=lambda z: type(z).__name__)
def test_the_exact_kernel_is_the_mean_of_simulated_exits(noise):
    for basin in (0, 2):
        exact = hs.exact.first_exit(sgd(0.05, noise=noise), F.minima[basin], tolerance=1e-4)
        seen = hs.first_exit(
            sgd(0.05, noise=noise), F.minima[basin], n_paths=3000, max_steps=10**7, seed=basin, progress=False
        )
        mean, stderr = seen.steps.mean(), seen.steps.std() / 3000**0.5
        assert not seen.censored.any() and abs(mean - exact.mean) < 4 * stderr
        assert np.abs(np.bincount(seen.basin, minlength=3) / 3000 - exact.destinations).max() < 4 * (0.25 / 3000) ** 0.5
        plain = hs.exact.first_exit(hs.SGD(F, noise, 0.05, B), F.minima[basin], tolerance=1e-4)
        assert abs(mean - plain.mean) > 10 * stderr


# --- the limit chain ---


def test_the_louder_of_two_wells_of_one_width_is_left_for_the_other():
    chain = hs.theory.limit_chain(F, 1.5, B, sigma=SIGMA)
    assert chain.states.tolist() == [0, 2]  # widths decide which minima are left, not amplitudes
    law, plain = chain.stationary(), hs.theory.limit_chain(F, 1.5, B).stationary()
    exact = hs.exact.stationary(sgd(1e-6), tolerance=1e-4).basin_fraction
    assert exact[[0, 2]] == pytest.approx(law, abs=2e-3) and plain == pytest.approx([0.5, 0.5])
    rates = hs.theory.finite_rates(F, Z, 1e-6, B, sigma=SIGMA).stationary()
    assert rates == pytest.approx(exact, rel=0.05)


def test_limit_rates_by_paths_take_the_amplitude():
    chain = hs.theory.limit_chain(F, 1.5, B, sigma=SIGMA)
    found = hs.theory.sample_limit_rates(F, 1.5, B, basin=2, n_paths=200_000, seed=2, sigma=SIGMA)
    assert abs(found.rates[0] - chain.generator[1, 0]) < 4.5 * found.stderr[0]
