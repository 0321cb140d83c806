"""Units are a matter of taste: x -> L x and f -> c f change nothing but the units of what is computed.

Lengths scale with L, times with L^2 / c, and the exit measure of l jumps with L^(-alpha l) (L^2 / c)^(l - 1).
"""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

X, Y = sympy.symbols("x y")
ALPHA = 1.4
T = hs.theory


def tilted(L, c):
    return hs.Landscape(c * (((X / L) ** 2 - 1) ** 2 + X / L / 5), (-1.6 * L, 1.7 * L))


def papers(L, c):
    f = hs.landscapes.wang_oh_rhee()
    return hs.Landscape(c * f.expr.subs(f.symbol, X / L), (-1.6 * L, 1.6 * L))


def walled(L, c):
    x = X / L
    return hs.Landscape(c * ((x**2 - 1) ** 2 + sympy.exp(20 * (x - 2)) + sympy.exp(-20 * (x + 2))), (-3 * L, 3 * L))


def plane(L, c):
    x, y = X / L, Y / L
    return hs.Landscape(c * ((x**2 - 1) ** 2 + 2 * y**2 + x * y / 2 + x / 5), ((-1.6 * L, 1.7 * L), (-1.5 * L, 1.5 * L)))


def measures(f, L, c, b, **more):
    """Jump numbers and the exit measure, in units of L and c."""
    jumps = T.jump_numbers(f, b * L)
    return jumps, T.exit_measure(f, ALPHA, b * L, **more) / _scale(jumps, L, c)[:, None]


def _scale(jumps, L, c):
    return L ** (-ALPHA * jumps) * (L**2 / c) ** (jumps - 1)


magnitudes = st.floats(-12, 12).map(lambda exponent: 10.0**exponent)


@pytest.mark.parametrize("make", [tilted, walled, papers])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(L=magnitudes, c=magnitudes)
def test_a_line_in_any_units(make, L, c):
    f, one = make(L, c), make(1.0, 1.0)
    at, b = np.linspace(*one.bounds, 997), 0.77 * one.widths.max()
    assert np.allclose(f.minima / L, one.minima, rtol=0, atol=1e-12) and np.allclose(f.maxima / L, one.maxima, atol=1e-12)
    assert f.widths / L == pytest.approx(one.widths, rel=1e-11)
    assert np.array_equal(f.basin_of(at * L), one.basin_of(at))
    (jumps, q), (expected_jumps, expected) = measures(f, L, c, b), measures(one, 1, 1, b)
    assert np.array_equal(jumps, expected_jumps) and q == pytest.approx(expected, rel=1e-9)
    i = int(np.argmax(jumps))
    found, plain = (T.sample_exit_rates(g, ALPHA, b * s, basin=i, n_paths=300) for g, s in ((f, L), (one, 1.0)))
    assert jumps[i] == 2 and found.rates / _scale(2, L, c) == pytest.approx(plain.rates, rel=1e-9)


@pytest.mark.parametrize("c", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("L", [1e-12, 1e-10, 0.3, 7.0, 1e12])
def test_critical_points_and_flow_in_the_plane_in_any_units(L, c):
    f, one = plane(L, c), plane(1.0, 1.0)
    assert np.allclose(f.critical[0] / L, one.critical[0], atol=1e-12) and np.array_equal(f.critical[1], one.critical[1])
    points = np.random.default_rng(0).uniform(*one.box.T, (50, 2))
    assert np.allclose(f.flow(points * L, 0.3 * L**2 / c) / L, one.flow(points, 0.3), rtol=0, atol=1e-9)


@pytest.mark.parametrize("L, c", [(1e-10, 1e-19), (7e11, 1e12)])
def test_theory_in_the_plane_in_any_units(L, c):
    f, one = plane(L, c), plane(1.0, 1.0)
    points, b = np.random.default_rng(1).uniform(*one.box.T, (500, 2)), 0.9 * one.widths.max()
    assert f.distances / L == pytest.approx(one.distances, rel=1e-9) and np.array_equal(
        f.basin_of(points * L), one.basin_of(points)
    )
    (jumps, q), (expected_jumps, expected) = measures(f, L, c, b, n_paths=64), measures(one, 1, 1, b, n_paths=64)
    assert np.array_equal(jumps, expected_jumps) and jumps.tolist() == [2, 1] and q == pytest.approx(expected, rel=1e-8)
    assert np.array_equal(T.flow_jump_table(f, b * L, cells=32), T.flow_jump_table(one, b, cells=32))
    found, plain = (T.sample_exit_rates(g, ALPHA, b * s, basin=0, n_paths=300) for g, s in ((f, L), (one, 1.0)))
    assert found.rates / _scale(2, L, c) == pytest.approx(plain.rates, rel=1e-6)


def test_sides_of_different_units():
    """A length in metres along a length in angstroms: as if both were one."""
    a, b = 1e-10, 1e3
    f = hs.Landscape(((X / a) ** 2 - 1) ** 2 + (Y / b) ** 2 + X * Y / (4 * a * b), ((-2 * a, 2 * a), (-3 * b, 3 * b)))
    one = hs.Landscape((X**2 - 1) ** 2 + Y**2 + X * Y / 4, ((-2, 2), (-3, 3)))
    assert np.allclose(f.critical[0] / [a, b], one.critical[0], atol=1e-12) and np.array_equal(
        f.critical[1], one.critical[1]
    )
    assert one.minima == pytest.approx(np.array([[-1, 0.125], [1, -0.125]]) * np.sqrt(1 + 1 / 128), abs=1e-12)


def test_jumps_without_end_in_small_units():
    """How far a jump beyond the box is followed is counted in the box's own size."""
    L = 1e-9
    f, one = (
        hs.Landscape(((X / u) ** 2 - 1) ** 2 + ((Y / u) ** 2 - 1) ** 2 + X / u / 9, ((-2 * u, 2 * u),) * 2)
        for u in (L, 1.0)
    )
    found, expected = (T.exit_measure(g, ALPHA, None, n_paths=256) for g in (f, one))
    assert found * L**ALPHA == pytest.approx(expected, rel=1e-6)
