"""Critical points in R^d: known functions with what is known of them, and what is degenerate or no landscape."""

from dataclasses import dataclass

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.landscape.critical_space import critical_points
from heavysgd.landscape.distances import distances_to_fields
from scipy.optimize import brentq, minimize
from sympy import Abs, Max, Min, Rational, cos, exp, pi, sin, sqrt

X, Y, Z = sympy.symbols("x y z")
FIVE = sympy.symbols("x1:6")


def box(*sides):
    return tuple((-side, side) for side in sides)


def gaussian(depth, width, *centre):
    return -depth * exp(-sum((s - c) ** 2 for s, c in zip((X, Y, Z), centre)) / (2 * width**2))


def muller_brown():
    quadratics = zip((-200, -100, -170, 15), (-1, -1, -6.5, 0.7), (0, 0, 11, 0.6), (-10, -10, -6.5, 0.7))
    centres = zip((1, 0, -0.5, -1), (0, 0.5, 1.5, 1))
    wells = [(*q, X - u, Y - v) for q, (u, v) in zip(quadratics, centres)]
    return sum(depth * exp(a * u**2 + b * u * v + c * v**2) for depth, a, b, c, u, v in wells)


def leps():
    """London-Eyring-Polanyi-Sato for a collinear A + BC, coupled to an oscillator (Jonsson, Mills and Jacobsen 1998)."""
    ab, bc, ac = X, 3.742 - X, 3.742
    pairs = [(d / s, exp(-1.942 * (r - 0.742))) for d, r, s in ((4.746, ab, 1.05), (4.746, bc, 1.8), (3.445, ac, 1.05))]
    coulomb = sum(d / 2 * (1.5 * e**2 - e) for d, e in pairs)
    a, b, c = (d / 4 * (e**2 - 6 * e) for d, e in pairs)
    return coulomb - sqrt(a**2 + b**2 + c**2 - a * b - b * c - a * c) + 0.405 * (X - (1.871 - Y / 1.154)) ** 2


STYBLINSKI = sum(s**4 - 16 * s**2 + 5 * s for s in (X, Y)) / 2
RASTRIGIN = 20 + sum(s**2 - 10 * cos(2 * pi * s) for s in (X, Y))
COUPLED = sum((s**2 - 1) ** 2 for s in FIVE) + sum(a * b for a, b in zip(FIVE, FIVE[1:])) / 5
NARROW = gaussian(1, 1e-3, 0.5, 0.1) + gaussian(0.5, 0.3, -0.5, 0) + (X**2 + Y**2) / 10
# Published values at the minima (ascending) and saddles (ascending; None: not asserted), and points by directions downhill.
KNOWN = {
    "Muller-Brown": (
        muller_brown(),
        ((-1.5, 1.2), (-0.2, 2)),
        [-146.6995, -108.1667, -80.7678],
        [-72.2489, -40.6648],
        [3, 2],
    ),
    "LEPS and oscillator": (leps(), ((0.45, 3.2), (-2.5, 2.5)), [-4.5092, -2.6203], None, [2, 1]),
    "three-hump camel": (
        2 * X**2 - 1.05 * X**4 + X**6 / 6 + X * Y + Y**2,
        box(5, 5),
        [0, 0.298638, 0.298638],
        None,
        [3, 2],
    ),
    "six-hump camel": (
        (4 - 2.1 * X**2 + X**4 / 3) * X**2 + X * Y + (4 * Y**2 - 4) * Y**2,
        box(3, 2),
        [-1.031628, -1.031628, -0.215464, -0.215464, 2.104250, 2.104250],
        None,
        [6, 7, 2],
    ),
    "Styblinski-Tang": (STYBLINSKI, box(4, 4), [-78.33233, -64.19561, -64.19561, -50.05889], None, [4, 4, 1]),
    "Rastrigin": (RASTRIGIN, box(1.5, 1.5), [0, *[0.994959] * 4, *[1.989918] * 4], None, [9, 12, 4]),
    "Wolfe-Quapp": (
        X**4 + Y**4 - 2 * X**2 - 4 * Y**2 + X * Y + 0.3 * X + 0.1 * Y,
        box(2, 2),
        [-6.76245, -6.36896, -4.13720],
        None,
        [3, 3, 1],
    ),
    "five double wells": (COUPLED, box(*[1.6] * 5), None, None, [32, 80, 80, 40, 10, 1]),
    "a well of a thousandth": (NARROW, box(1, 1), None, None, [2, 1]),
    "ending on maxima": (-cos(X) - cos(Y), box(3 * pi, pi), [-2, -2, -2], [0, 0], [3, 2]),
}


@pytest.mark.parametrize("expr, bounds, minima, saddles, counts", KNOWN.values(), ids=KNOWN)
def test_known_landscapes(expr, bounds, minima, saddles, counts):
    f = hs.Landscape(expr, bounds)
    points, downhill = f.critical
    assert np.bincount(downhill).tolist() == counts
    steps = np.linalg.solve(f.hessian(points), f.gradient(points)[..., None])[..., 0]
    assert np.all(np.abs(steps) < 1e-9 * np.ptp(f.box, axis=1))
    for places, values in ((f.minima, minima), (f.saddles, saddles)):
        if values is not None:
            assert np.sort(f.value(places)) == pytest.approx(values, abs=6e-5)


def test_muller_brown_has_its_places_and_its_widths():
    f = hs.Landscape(muller_brown(), ((-1.5, 1.2), (-0.2, 2)))
    assert np.allclose(f.minima, [[-0.558, 1.442], [-0.050, 0.467], [0.623, 0.028]], atol=6e-4)
    assert np.allclose(f.saddles, [[-0.822, 0.624], [0.212, 0.293]], atol=6e-4)
    # By gradient flow with another integrator, from a fine circle: just inside all points return, just outside some do not.
    angles = np.linspace(0, 2 * np.pi, 721)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for i, (m, r) in enumerate(zip(f.minima, f.widths)):
        inside, outside = (f.flow(m + share * r * circle, 0.2) for share in (0.99, 1.01))
        ends = [np.linalg.norm(points[:, None] - f.minima, axis=2).argmin(axis=1) for points in (inside, outside)]
        assert np.all(ends[0] == i) and np.any(ends[1] != i)


def test_gaussian_wells_in_three_dimensions_by_other_means():
    wells = gaussian(1, 0.5, 1, 0, 0) + gaussian(2, 0.4, -1, 0.5, 0) + gaussian(1.5, 0.5, 0, -1, 0.8)
    f = hs.Landscape(wells + (X**2 + Y**2 + Z**2) / 20, box(2, 2, 2))
    ends = [minimize(f.value, c, jac=f.gradient, tol=1e-12).x for c in ((-1, 0.5, 0), (0, -1, 0.8), (1, 0, 0))]
    assert np.allclose(f.minima, ends, atol=1e-7) and np.bincount(f.critical[1]).tolist() == [3, 2]


@pytest.mark.parametrize("condition", [1e4, 1e8])
def test_a_narrow_valley_is_not_degenerate(condition):
    f = hs.Landscape((X**2 - 1) ** 2 + condition * (Y - Rational(3, 10) * cos(pi * X / 2)) ** 2, box(2, 2))
    assert np.allclose(f.minima, [[-1, 0], [1, 0]], atol=1e-9) and np.allclose(f.saddles, [[0, 0.3]], atol=1e-9)
    assert f.curvature(f.saddles)[0] == pytest.approx(2 * condition, rel=1e-6)


def test_flow_that_is_too_stiff_is_refused_and_not_taken_for_a_boundary():
    f = hs.Landscape((X**2 - 1) ** 2 + 1e8 * Y**2, box(2, 2))
    with pytest.raises(ValueError, match=r"takes too long to tell its fields apart, with curvatures from 4 to 2e\+08"):
        f.widths


def test_a_dimple_keeps_its_field():
    # It takes all that comes down from the ridge x = 0 through it: a sliver that begins at the saddle (0, 0).
    f = hs.Landscape((X**2 - 1) ** 2 + 2 * Y**2 - exp(-((X - 0.5) ** 2 + Y**2) / (2 * 0.03**2)) / 10, box(1.6, 1))
    dimple, lip = f.minima[1, 0], f.saddles[1, 0]
    slope = sympy.lambdify(X, sympy.diff(f.expr, f.symbols[0]).subs({f.symbols[0]: X, f.symbols[1]: 0}))
    assert [brentq(slope, 0.4, 0.52), brentq(slope, 0.52, 0.6)] == pytest.approx([dimple, lip], abs=1e-9)
    assert f.distances[0, 1:] == pytest.approx([1, 1 + 0.1785], rel=2e-3)
    assert f.distances[1, [0, 2]] == pytest.approx([dimple, lip - dimple], rel=2e-3)
    assert f.distances[2, :2] == pytest.approx([1, 1 - lip], rel=2e-3)


@dataclass
class Disc:
    """Two fields, of which one is a disc: all that `distances` asks of a landscape."""

    radius: float
    minima = np.array([[-0.5, 0.0], [0.5, 0.1]])
    size, dimension, box = 2, 2, np.array([[-1.0, 1.0], [-1.0, 1.0]])

    def basin_of(self, x):
        return (np.linalg.norm(x - self.minima[1], axis=-1) < self.radius).astype(int)


@pytest.mark.parametrize("radius", [0.3, 0.04, 0.004, 5e-4])
def test_distances_to_and_from_small_fields(radius):
    found, apart = distances_to_fields(Disc(radius)), np.hypot(1, 0.1)
    assert found[0, 1] == pytest.approx(apart - radius, rel=1e-3) and found[0, 1] >= apart - radius
    assert found[1, 0] == pytest.approx(radius, rel=1e-3) and found[1, 0] >= radius


SEARCHED = {  # descent leaves these boxes somewhere, so that they are no landscapes; their critical points are known
    "Booth": ((X + 2 * Y - 7) ** 2 + (2 * X + Y - 5) ** 2, ((-10, 10), (-10, 10)), [[1, 3]], [1]),
    "Rosenbrock": ((1 - X) ** 2 + 10**8 * (Y - X**2) ** 2, ((-2, 2), (-1, 3)), [[1, 1]], [1]),
    "Branin": (
        (Y - 5.1 / (4 * pi**2) * X**2 + 5 / pi * X - 6) ** 2 + 10 * (1 - 1 / (8 * pi)) * cos(X) + 10,
        ((-5, 10), (0, 15)),
        [[-3.141593, 12.275], [3.141593, 2.275], [9.424778, 2.475]],
        [3, 2],
    ),
    "McCormick": (
        sin(X + Y) + (X - Y) ** 2 - 1.5 * X + 2.5 * Y + 1,
        ((-1.5, 4), (-3, 4)),
        [[-0.547198, -1.547198], [2.594395, 1.594395]],
        [2, 1],
    ),
    "Goldstein-Price": (
        (1 + (X + Y + 1) ** 2 * (19 - 14 * X + 3 * X**2 - 14 * Y + 6 * X * Y + 3 * Y**2))
        * (30 + (2 * X - 3 * Y) ** 2 * (18 - 32 * X + 12 * X**2 + 48 * Y - 36 * X * Y + 27 * Y**2)),
        ((-2, 2), (-2, 2)),
        [[-0.6, -0.4], [0, -1], [1.2, 0.8], [1.8, 0.2]],
        [4, 4, 1],
    ),
}


@pytest.mark.parametrize("expr, bounds, minima, counts", SEARCHED.values(), ids=SEARCHED)
def test_known_functions_whose_boxes_leak(expr, bounds, minima, counts):
    with pytest.raises(hs.AssumptionError, match="descent presses against, or runs along, the face"):
        hs.Landscape(expr, bounds)
    slope = sympy.lambdify((X, Y), [sympy.diff(expr, s) for s in (X, Y)])
    bend = sympy.lambdify((X, Y), sympy.hessian(expr, (X, Y)).tolist())

    def stacked(function, *shape):
        return lambda p: np.array([function(*q) for q in np.reshape(p, (-1, 2))]).reshape(np.shape(p)[:-1] + shape)

    points, downhill = critical_points(stacked(slope, 2), stacked(bend, 2, 2), np.array(bounds, float), "f")
    assert np.bincount(downhill).tolist() == counts and np.allclose(points[downhill == 0], minima, atol=1e-6)


# --- what is refused ---

DEGENERATE = {
    "a circle of minima": ((X**2 + Y**2 - 1) ** 2, 2),
    "quartic": (X**4 + Y**2, 1),
    "quartic in floats": (sympy.expand((X - 0.3) ** 4 + Y**2), 1),
    "shoulder": (X**3 + X**6 + Y**2, 1.5),
    "shoulder in floats": (sympy.expand((X - 0.3) ** 3 * ((X + 0.5) ** 2 + 1) + (X - 0.3) ** 6) + Y**2, 1.5),
    "monkey saddle": (X**3 - 3 * X * Y**2 + (X**2 + Y**2) ** 2, 3),
    "flat to rounding": (gaussian(1, 0.01, 0.5, 0) + sum(exp(2000 * (s - 1)) for s in (X, -X, Y, -Y)), 1),
}
CUSPS = {
    "Ackley": (
        -20 * exp(-0.2 * sqrt((X**2 + Y**2) / 2)) - exp((cos(2 * pi * X) + cos(2 * pi * Y)) / 2),
        r"sqrt\(x\*\*2/2 \+ y\*\*2/2\) has a cusp at x = \[0\. 0\.\]",
    ),
    "norm": (sqrt((X - 0.25) ** 2 + (Y + 0.5) ** 2) + X**2, r"has a cusp at x = \[ 0\.25 -0\.5 \]"),
    "r^1.5": ((X**2 + Y**2) ** Rational(3, 4) + X**2, r"\(3/4\) has a cusp at x = \[0\. 0\.\]"),
    "sum of sizes": (Abs(X) + Abs(Y), r"a kink\) from -1 to 1 at x = \[ ?0\. "),
    "root of a square": (sqrt((X - 0.5) ** 2) + Y**2, r"a kink\) from -1 to 1 at x = \[ ?0\.5 "),
    "least of two": (Min((X - 1) ** 2 + Y**2, (X + 1) ** 2 + Y**2), r"a kink\) from 2 to -2 at x = \[ ?0\. "),
    "most of two": (Max(X**2 + 1, 2 * X + Y**2) + Y**2, r"a kink\) from -?2 to -?2 at x = "),
    "pole": (X**2 + Y**2 - 1 / ((X - 0.5) ** 2 + Y**2), r"is not finite at x = \[0\.5 0\. \]"),
    "logarithm": (X**2 + sympy.log(X**2 + Y**2), r"log\(x\*\*2 \+ y\*\*2\) is not finite at x = \[0\. 0\.\]"),
}


@pytest.mark.parametrize("expr, side", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_points_are_refused(expr, side):
    with pytest.raises(hs.AssumptionError, match="degenerate critical point.*Hessian is singular"):
        hs.Landscape(expr, box(side, side))


@pytest.mark.parametrize("expr, reason", CUSPS.values(), ids=CUSPS)
def test_cusps_kinks_and_poles_are_named_with_their_place(expr, reason):
    with pytest.raises(ValueError, match=reason):
        hs.Landscape(expr, box(2, 2))


@pytest.mark.parametrize("power", [Rational(3, 2), Rational(5, 4)])
def test_powers_of_a_norm_above_two_are_no_cusps(power):
    f = hs.Landscape((X**2 + Y**2) ** power + (X - 0.5) ** 2 + Y**2, box(1, 1))
    # On the axis r^(2 p) + (r - 1/2)^2 is least where 2 p r^(2 p - 1) + 2 r = 1.
    r = float(sympy.nsolve(2 * power * X ** (2 * power - 1) + 2 * X - 1, X, 0.3))
    assert np.allclose(f.minima, [[r, 0]], atol=1e-9)


# --- points ---


def test_one_point_or_any_array_of_them():
    f, x, y = hs.landscapes.himmelblau(), 0.09, -0.71
    value = ((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2) / 10
    slope = [(4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7)) / 10, (2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)) / 10]
    bend = [[(12 * x**2 + 4 * y - 42) / 10, (4 * x + 4 * y) / 10], [(4 * x + 4 * y) / 10, (12 * y**2 + 4 * x - 26) / 10]]
    largest = max(np.roots([1, -bend[0][0] - bend[1][1], bend[0][0] * bend[1][1] - bend[0][1] ** 2]))
    calls = [
        (f.value, value),
        (f.gradient, slope),
        (f.hessian, bend),
        (f.curvature, largest),
        (f.basin_of, f.basin_of([[x, y]])[0]),
    ]
    for call, expected in calls:
        assert np.allclose(call([x, y]), expected, rtol=1e-12) and np.shape(call((x, y))) == np.shape(expected)
        for leading in ((1,), (3,), (2, 3), (0,), (2, 0, 4)):
            found = call(np.broadcast_to([x, y], (*leading, 2)))
            assert found.shape == (*leading, *np.shape(expected)) and np.allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("x", [0.5, [1.0, 2.0, 3.0], [[1.0], [2.0]], []], ids=repr)
@pytest.mark.parametrize("method", ["value", "gradient", "hessian", "curvature", "basin_of"])
def test_points_of_another_dimension_are_refused(x, method):
    for f in (hs.landscapes.himmelblau(), hs.landscapes.separable(hs.landscapes.two_wells(), hs.landscapes.two_wells())):
        with pytest.raises(ValueError, match=r"x has shape .*: points of this landscape have 2 coordinates"):
            getattr(f, method)(x)


def test_symbols_of_one_name_are_one_coordinate():
    real = sympy.Symbol("x", real=True)
    mixed, plain = (hs.Landscape((X**2 - 1) ** 2 + s / 5 + Y**2, ((-pi / 2, sympy.sqrt(3)), (-1, 1))) for s in (real, X))
    assert mixed == plain and np.array_equal(mixed.minima, plain.minima)
    for symbols in ((X, real), (X, "y")):
        with pytest.raises(ValueError, match="symbols = "):
            hs.Landscape(X**2 + Y**2, box(1, 1), symbols=symbols)
