"""The chapter on noisy truncated SGD: the truncation's inequality, rates, saddles and shares."""

import numpy as np
import pytest
from companion.subjects.noisy_truncated import network
from companion.subjects.noisy_truncated import study as trunc

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 0.9])
def test_truncation_keeps_the_fewest_components_that_hold_the_share(epsilon):
    g = RNG.standard_cauchy((200, 30))
    cut = trunc.truncated(g, epsilon)
    squares, kept = (g**2).sum(axis=1), cut != 0
    assert np.all((cut == 0) | (cut == g)) and np.all((cut**2).sum(axis=1) >= (1 - epsilon**2) * squares * (1 - 1e-12))
    smallest = np.where(kept, np.abs(g), np.inf).min(axis=1)
    assert np.all(np.where(kept, 0, np.abs(g)).max(axis=1) <= smallest)
    assert np.all((cut**2).sum(axis=1) - smallest**2 < (1 - epsilon**2) * squares)


def test_no_truncation_is_the_gradient():
    g = RNG.standard_normal((3, 5))
    assert trunc.truncated(g, 0.0) is g


def test_steps_are_those_of_the_recursion():
    w, g = RNG.standard_normal((2, 4, 6))
    quiet = trunc.Method(0.5).step(w, g, 0.1, np.random.default_rng(2))
    assert np.allclose(quiet, w - 0.1 * trunc.truncated(g, 0.5))
    noisy = trunc.Method(0.5, 0.25, 2.0).step(w, g, 0.1, np.random.default_rng(2))
    assert np.allclose(noisy - quiet, 0.1**0.75 * 2 * np.random.default_rng(2).standard_normal(w.shape))


def test_the_slope_is_that_of_the_loss():
    w, h = RNG.standard_normal(5), 1e-6
    loss = lambda w: (w**2 / (1 + w**2) / np.arange(1, 6)).sum()  # noqa: E731
    found = [(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in np.eye(5)]
    assert np.allclose(trunc.slope(w), found, atol=1e-8)


def test_exponents_are_slopes_in_logarithms():
    horizons = (100, 400, 1600)
    squares = np.outer(np.array(horizons, float) ** -0.3, [1.0, 2.0])
    rates = trunc.Rates(horizons, squares)
    assert rates.exponent().value == pytest.approx(-0.3) and rates.exponent().stderr < 1e-12
    bent = trunc.Rates(horizons, squares * np.array([[1], [1], [0.5]]))
    assert bent.exponent(last=2).value == pytest.approx(-0.8) and bent.first().exponent().value == pytest.approx(-0.3)


def test_rates_with_noise_are_slower():
    given = (trunc.Noise(relative=1.0), (1000, 4000), 8, [1, 2])
    plain, noisy = (trunc.rates(m, *given).exponent() for m in (trunc.Method(0.3), trunc.Method(0.3, 0.1)))
    assert abs(plain.value + 0.5) < 0.06 and noisy.value > plain.value + 0.25


def test_escape_from_a_saddle_takes_what_linear_growth_says():
    """In one dimension: |w_n| > far for a normal number of variance s^2 eta (g^(2 n) - 1) / (g^2 - 1), g = 1 + eta."""
    eta, spread = 0.05, 1e-4
    steps = trunc.escape(trunc.Method(0.0, 0.0, spread), np.eye(1), np.ones(1), 0.1, eta, 4000, 5000, seed=1)
    n = np.arange(1, 5000)
    scale = spread * np.sqrt(eta * ((1 + eta) ** (2 * n) - 1) / ((1 + eta) ** 2 - 1))
    from scipy.stats import norm

    expected = n[np.searchsorted(2 * norm.sf(0.1 / scale), 0.5)]
    found = trunc.typical(steps)
    assert abs(found.value - expected) < 5 * found.stderr + 1
    assert np.all(trunc.escape(trunc.Method(0.3), np.eye(2), np.eye(2)[0], 0.1, eta, 5, 50, seed=1) == 51)


def test_lines_carry_their_errors():
    points = [trunc.Measured(1.0, 0.1), trunc.Measured(3.0, 0.1)]
    found = trunc.line(np.array([0.0, 1.0]), points)
    assert found.value == pytest.approx(2.0) and found.stderr == pytest.approx(np.sqrt(0.02))


def test_the_saddle_of_the_digits_has_one_way_out_of_rate_one():
    matrix, way = trunc.of_digits()
    assert np.allclose(matrix @ way, way) and np.linalg.eigvalsh(matrix)[-2] < 1 and np.abs(way).max() < 0.5


def test_shares_of_normal_components_are_known():
    assert network.gaussian_share(0.3) == pytest.approx(0.462, abs=2e-3)
    assert network.gaussian_share(0.8) == pytest.approx(0.073, abs=1e-3)
    assert network.share(np.array([3.0, 0.0, 0.1, 4.0]), 0.3) == 0.5


def test_a_network_learns_with_few_components():
    found = network.trained(trunc.Method(0.5), 800, [1])
    assert found.accuracy[0] > 0.93 and found.early[0] < 0.2 and found.late[0] < found.early[0] * 1.2
    again = network.trained(trunc.Method(0.5), 800, [1])
    assert again.late[0] == found.late[0] and network.trained(trunc.Method(), 800, [2]).late[0] > 0.8
