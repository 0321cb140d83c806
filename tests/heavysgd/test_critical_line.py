"""Critical points on a line: steep walls, narrow wells, ends on maxima, and what is degenerate whatever surrounds it."""

import heavysgd as hs
import mpmath
import numpy as np
import pytest
import sympy
from sympy import cos, exp, pi, tanh

x = sympy.Symbol("x")


def well(centre, width, depth):
    return -depth * exp(-(((x - centre) / width) ** 2) / 2)


def exact(f, near):
    """Zeros of f' and the signs of f'' there, to forty digits, near a point or between two."""
    with mpmath.workdps(40):
        slope = sympy.lambdify(f.symbol, f.gradient_expr, modules="mpmath")
        bend = sympy.lambdify(f.symbol, sympy.diff(f.gradient_expr, f.symbol), modules="mpmath")
        solvers = ["anderson" if np.ndim(start) else "secant" for start in near]
        roots = [mpmath.findroot(slope, *start, maxsteps=200) for start in zip(near, solvers)]
        return np.array(roots, float), np.array([mpmath.sign(bend(root)) for root in roots], float)


LANDSCAPES = {
    # Walls whose largest slope in the bounds is from 1e10 to 1e88 times that of the wells.
    "exponential walls": ((x**2 - 1) ** 2 + exp(20 * (x - 2)) + exp(-20 * (x + 2)), (-3, 3), [-1, 0, 1]),
    "steeper walls": ((x**2 - 1) ** 2 + exp(200 * (x - 2)) + exp(-200 * (x + 2)), (-3, 3), [-1, 0, 1]),
    "power walls": ((x**2 - 1) ** 2 + (x / 2) ** 40, (-3, 3), [-1, 0, 1]),
    "repulsive core": (4 * (x**-12 - x**-6) + exp(-4 * (x - 2.5) ** 2) / 2, (0.2, 2.4), [1.12]),
    "tanh steps": (tanh(20 * (x - 1)) - tanh(20 * (x + 1)) + (x - 0.1) ** 2 / 4, (-3, 3), [0.1]),
    # Between wells a tenth wide f' is 1e-40, and as well known there as anywhere.
    "flat between wells": (-exp(-((x - 1) ** 2) * 100) - 2 * exp(-((x + 1) ** 2) * 100), (-1.5, 1.5), [-1, 0.0017, 1]),
    "narrow and deep": (well(-1, 0.3, 1) + well(0.5, 0.01, 3) + x**2 / 4, (-2, 2), [-0.96, (0.45, 0.47), (0.49, 0.51)]),
    "narrower than the grid": (
        well(-1, 0.3, 1) + well(0.50003, 3e-5, 3) + x**2 / 4,
        (-2, 2),
        [-0.96, (0.4998, 0.4999), (0.50002, 0.50004)],
    ),
    "washboard": (-cos(x) - x / 4, (-8, 9), [-6.03, -3.39, 0.25, 2.89, 6.54]),
    "Morse": (7.6 * (1 - exp(-1.9 * (x - 0.74))) ** 2, (0.3, 4), [0.74]),
    "two minima in a cell": (x**4 - 1e-8 * x**2, (-1, 1.237), [-7e-5, 0, 7e-5]),
}


@pytest.mark.parametrize("expr, bounds, near", LANDSCAPES.values(), ids=LANDSCAPES)
def test_all_critical_points_are_found_and_no_others(expr, bounds, near):
    f = hs.Landscape(expr, bounds=bounds)
    roots, signs = exact(f, near)
    assert f.minima == pytest.approx(roots[signs > 0], rel=1e-10, abs=1e-13)
    assert f.maxima == pytest.approx(roots[signs < 0], rel=1e-10, abs=1e-13)


third = sympy.Rational(1, 3)
FLAT = {
    "quartic": (x**4, (-1, 1.1), 0),
    "quartic, expanded": (sympy.expand((x - third) ** 4), (-1, 1.01), 1 / 3),
    "quartic in floats": (sympy.expand((x - 0.3) ** 4), (-1, 1.01), 0.3),
    "sextic in floats": (sympy.expand((x - 0.3) ** 6), (-1, 1.01), 0.3),
    "inflection": (x**3 + x**6, (-1, 1.2), 0),
    "inflection, expanded": (sympy.expand((x - third) ** 3 * (x + 1) ** 2), (-2, 2.1), 1 / 3),
    "quartic between walls": (x**4 + exp(200 * (x - 2)) + exp(-200 * (x + 2)), (-3, 3), 0),
    "inflection between walls": (x**4 / 4 - 3 * x**2 / 8 + x / 4 + exp(200 * (x - 2)) + exp(-200 * (x + 2)), (-3, 3), 0.5),
    "plateau": (sympy.Piecewise(((x + 1) ** 4, x < -1), (0, x < 1), ((x - 1) ** 4, True)), (-2, 2.3), -1),
    "nothing": (sympy.Integer(3), (-1, 1), -1),
    "flat to rounding": (-exp(-(((x - 1) / 0.02) ** 2)) - exp(-(((x + 1) / 0.02) ** 2)), (-1.5, 1.5), None),
}


@pytest.mark.parametrize("expr, bounds, where", FLAT.values(), ids=FLAT)
def test_degenerate_points_are_refused_and_placed(expr, bounds, where):
    with pytest.raises(hs.AssumptionError, match="degenerate critical point at x = ") as refusal:
        hs.Landscape(expr, bounds=bounds)
    if where is not None:
        assert float(str(refusal.value).split("x = ")[1].split(",")[0]) == pytest.approx(where, abs=2e-3)


@pytest.mark.parametrize("k", [1, 3])
def test_bounds_may_end_on_maxima(k):
    f = hs.Landscape(-cos(x), bounds=(-k * pi, k * pi))
    assert f.minima == pytest.approx(2 * np.pi * np.arange(-(k // 2), k // 2 + 1), abs=1e-13) and f.maxima.size == k - 1
    shifted = hs.Landscape(cos(x), bounds=(0, 2 * k * pi))  # cos 0 = 1 exactly, cos 2 pi only nearly
    assert shifted.minima == pytest.approx(f.minima + k * np.pi, abs=1e-12) and shifted.maxima.size == k - 1


@pytest.mark.parametrize("bounds, end", [((0, 2 * np.pi), "0"), ((-np.pi, 2 * np.pi), "6.28319"), ((-1, 2 * np.pi), "-1")])
def test_bounds_may_not_end_on_minima_or_slopes(bounds, end):
    f = -cos(x) if bounds[0] != -1 else cos(x)
    with pytest.raises(hs.AssumptionError, match=f"presses against the end x = {end}"):
        hs.Landscape(f, bounds=bounds)


def test_past_the_last_maxima_open_ends_are_outside():
    # Minima at arcsin(1/4) + 2 pi n, each with its maximum to the right and the one before to the left.
    f = hs.Landscape(-cos(x) - x / 4, bounds=(-10, 10), open_ends=True)
    low, period = np.arcsin(0.25), 2 * np.pi
    tops = np.pi - low + period * np.arange(-2, 2)
    assert f.minima == pytest.approx(low + period * np.arange(-1, 2), rel=1e-13) and f.maxima == pytest.approx(
        tops, rel=1e-13
    )
    assert f.edges == pytest.approx(tops, rel=1e-13) and f.widths == pytest.approx(np.full(3, np.pi - 2 * low), rel=1e-12)
    assert f.basin_of([tops[0] - 1e-9, tops[0] + 1e-9, 0.0, tops[3] - 1e-9, tops[3] + 1e-9, 11]).tolist() == [
        3,
        0,
        1,
        2,
        3,
        3,
    ]
    # From the middle minimum, one jump beyond either edge: closed forms, alpha p d^-alpha.
    right, left = tops[2] - low, low - tops[1]
    q = hs.theory.exit_measure(f, 1.5, None)[1]
    assert q[2] == pytest.approx((right**-1.5 - (right + period) ** -1.5) / 2, rel=1e-12)
    assert q[0] == pytest.approx((left**-1.5 - (left + period) ** -1.5) / 2, rel=1e-12)
    assert q[3] == pytest.approx(((right + period) ** -1.5 + (left + period) ** -1.5) / 2, rel=1e-12)


def test_a_pair_on_a_line_with_open_ends():
    f = hs.Landscape(4 * (x**-12 - x**-6), bounds=(0.5, 10), open_ends=True)
    assert f.minima == pytest.approx([2 ** (1 / 6)], rel=1e-13) and f.curvature(f.minima) == pytest.approx(
        [57.14646], rel=1e-6
    )
    assert f.widths == pytest.approx([2 ** (1 / 6) - 0.5], rel=1e-13)


@pytest.mark.parametrize(
    "expr, bounds, error, reason",
    [
        (
            sympy.sqrt(1 - cos(x)),
            (-3, 3),
            hs.AssumptionError,
            r"sqrt\(1 - cos\(x\)\) has a cusp at x = 0, where",
        ),
        (x**2 + sympy.log((x - third) ** 2), (-1, 1), ValueError, r"log.* is not finite at x = 0.333333"),
        (x**2 + 1 / (x - third) ** 2, (-1, 1), ValueError, r"is not finite at x = 0.333333"),
        (x**2, (-1e308, 1e308), ValueError, "bounds = .*apart"),
    ],
)
def test_cusps_and_poles_are_named(expr, bounds, error, reason):
    with pytest.raises(error, match=reason):
        hs.Landscape(expr, bounds=bounds)


def test_symbols_of_one_name_are_one():
    real, positive = sympy.Symbol("x", real=True), sympy.Symbol("x", positive=True)
    mixed = hs.Landscape((x**2 - 1) ** 2 + real / 10 + positive / 10, bounds=(-pi / 2, sympy.sqrt(3)))
    plain = hs.Landscape((x**2 - 1) ** 2 + x / 5, bounds=(-np.pi / 2, 3**0.5))
    assert mixed.bounds == plain.bounds and mixed.minima == pytest.approx(plain.minima, rel=1e-14)


def test_what_is_no_number_has_no_basin():
    f = hs.Landscape((x**2 - 1) ** 2, bounds=(-2, 2))
    for call in (f.value, f.gradient, f.curvature, f.basin_of):
        with pytest.raises(ValueError, match="x = 'one': must be numbers"):
            call("one")
    with pytest.raises(ValueError, match="x: must not be NaN"):
        f.basin_of([0.0, np.nan])
    assert f.basin_of([-np.inf, np.inf]).tolist() == [0, 1]
