"""The vectorisable elementary functions against NumPy's."""

import numba as nb
import numpy as np
import pytest
from heavysgd import elementary


def values(function, x):
    compiled = nb.njit(lambda t: function(t))
    return np.array([compiled(t) for t in x])


UNIT = np.concatenate([[2.0**-53, 0.5, 1.0], np.random.default_rng(0).random(3000)])
WIDE = np.random.default_rng(1).uniform(-60, 60, 3000)


@pytest.mark.parametrize(
    "function, reference, x, tolerance",
    [
        (elementary.log2, np.log2, UNIT, 4e-16),
        (elementary.log, np.log, UNIT, 1e-15),
        (elementary.exp2, np.exp2, WIDE, 1e-15),
        (elementary.exp, np.exp, WIDE, 3e-14),
        (elementary.cos, np.cos, WIDE, 2e-14),
        (elementary.sin, np.sin, WIDE, 2e-14),
        (elementary.tanh, np.tanh, WIDE, 2e-14),
        (elementary.sin_half_turn, lambda v: np.sin(np.pi * v), UNIT / 2, 3e-15),
        (elementary.cos_turn, lambda v: np.cos(2 * np.pi * v), UNIT, 3e-15),
    ],
)
def test_agrees_with_numpy(function, reference, x, tolerance):
    expected = reference(x)
    assert np.max(np.abs(values(function, x) - expected) / np.maximum(1, np.abs(expected))) < tolerance


def test_power_is_relative_to_the_last_digits():
    compiled = nb.njit(lambda x, p: elementary.power(x, p))
    ours = np.array([compiled(u, -1 / 1.2) for u in UNIT])
    assert np.max(np.abs(ours / UNIT ** (-1 / 1.2) - 1)) < 1e-14


def test_the_sine_is_exact_to_its_own_last_digits_near_zero():
    compiled = nb.njit(lambda w: elementary.sin_half_turn(w))
    small = 2.0 ** -np.arange(1.0, 55.0)
    assert np.max(np.abs([compiled(w) / np.sin(np.pi * w) - 1 for w in small])) < 1e-15


def test_exp2_underflows_to_almost_nothing():
    compiled = nb.njit(lambda x: elementary.exp2(x))
    assert 0 <= compiled(-5000.0) < 1e-300


@pytest.mark.parametrize("p", [-1 / 1.2, -1 / 1.9, -2 / 1.05, 0.6, 3.7])
def test_fixed_power_is_relative_to_ten_digits(p):
    compiled = nb.njit(lambda x, p, c: elementary.fixed_power(x, p, c))
    coefficients = elementary.power_coefficients(p)
    x = np.concatenate([UNIT, 10 * UNIT, [3.0, 1e9]])
    ours = np.array([compiled(u, p, coefficients) for u in x])
    assert np.max(np.abs(ours / x**p - 1)) < 2e-10
    assert np.max(np.abs(ours / x ** (p + 1e-9) - 1)) > 2e-10  # and tells this exponent from its neighbour
