"""Compiled gradients: right where exponents, ranges, pieces and special functions make it hard, or refused by name."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.compiling.gradient import gradient_source

from tests.heavysgd.gradients import assert_alike

x, y = sympy.symbols("x y")
z = hs.Lomax(1.5, 0.3)
WALL = sympy.log(1 + sympy.exp(60 * (x - 1)))
LORENTZIANS = -sum((1 + k / 10) / (1 + ((x - 3 * k) / 0.5) ** 2) for k in range(12)) + (x - 16) ** 2 / 200

RIGHT = {
    "whole exponents as floats": ((x - 1) ** 2.0 * (x + 1) ** 2.0 + x**4.0 / 9, (-2, 2)),
    "whole exponents of products": ((x**2 - 1) ** 2.0 * (3 + x) ** 3.0 / (2 + x**2) ** 2.0, (-2, 2)),
    "a wall of exponentials": ((x**2 - 1) ** 2 + WALL, (-2, 3)),
    "a dozen divisors": (LORENTZIANS, (-4, 38)),
    "a power that comes to zero": (abs(x) ** 2.6 + (x - 0.5) ** 2, (-2, 2)),
    "a power that is zero at an end": ((x + 2) ** 2.5 * (x - 1) ** 2 + (x - 1) ** 2, (-2, 2)),
    "absolute cubes": (abs(x) ** 3 + (x - 1) ** 2, (-2, 2)),
    "a cubic wall": ((x**2 - 1) ** 2 + sympy.Max(0, x - 1.5) ** 3, (-2, 2)),
    "both walls": (x**2 + sympy.Max(0, x - 1, -x - 1) ** 4, (-2, 2)),
    "an error function": (x**2 / 9 - sympy.erf(x) * sympy.exp(-(x**2)), (-2, 2)),
    "a complementary error function": (x**2 / 2 + sympy.erfc(2 * x) + sympy.atan(x) / 5, (-2, 2)),
    "general bases": (2**x + 3 ** (-x) + (1.5 + x**2) ** x / 9, (-2, 2)),
    "hyperbolic": (sympy.cosh(x) - sympy.sech(3 * x) + sympy.sinh(x) / 5, (-2, 2)),
    "a square root in the plane": (sympy.sqrt(0.1 + x**2 + y**2) + (x - 1) ** 2.0 + y**2.0, ((-2, 2), (-2, 2))),
    "walls in the plane": ((x**2 - 1) ** 2 + y**2 + sympy.Max(0, x + y - 1) ** 3, ((-2, 2), (-2, 2))),
    "divisors in the plane": (x**2 + y**2 - 1 / (1 + x**2) / (2 + y**2) - 1 / (1 + (x - y) ** 2) ** 2, ((-3, 3), (-3, 3))),
}


def points_of(f, n=400):
    box = np.array(f.bounds).reshape(-1, 2)
    inside = np.random.default_rng(0).uniform(*box.T, (n, len(box)))
    return (
        np.concatenate([inside, box.T, np.zeros((1, len(box)))])
        if np.all(box[:, 0] <= 0)
        else np.concatenate([inside, box.T])
    )


@pytest.mark.parametrize("case", RIGHT)
def test_gradients_are_right_on_every_backend(case):
    expr, bounds = RIGHT[case]
    f = hs.Landscape(expr, bounds, open_ends=np.ndim(bounds) == 1)
    assert_alike(f, points_of(f))


def test_float_exponents_are_the_integers_they_are():
    floats, integers = (hs.Landscape((x - 1) ** two * (x + 1) ** two + x / 5, (-2, 2)) for two in (2.0, 2))
    sgds = [hs.SGD(f, z, 0.05, 0.6) for f in (floats, integers)]
    exits = [
        hs.first_exit(sgd, sgd.landscape.minima[0], n_paths=200, max_steps=10**6, seed=1, progress=False) for sgd in sgds
    ]
    assert np.array_equal(exits[0].steps, exits[1].steps) and np.array_equal(exits[0].basin, exits[1].basin)


@pytest.mark.parametrize(
    "expr, bounds, reason",
    [
        ((x - 1) ** 1.5 + x**2, (-2, 2), r"power \(x - 1\)\*\*1.5, which is not real where x - 1 < 0"),
        ((x - 1) ** sympy.Rational(2, 3) + x**2, (-2, 2), r"\(x - 1\)\*\*\(2/3\), which is not real"),
        (x**x + x**2, (-1, 2), r"x\*\*x, which is not real where x < 0"),
        (x**2 + y**2 + (x + y) ** 1.5, ((-1, 1), (-1, 1)), r"\(x \+ y\)\*\*1.5, which is not real where x \+ y < 0"),
        (x**2 + sympy.floor(3 * x), (-1, 1), r"floor\(3\*x\), which jumps"),
        (x**2 + sympy.Mod(x, 1), (-1, 1), "Mod.*, which jumps"),
    ],
)
def test_what_is_not_real_or_jumps_is_refused_by_name(expr, bounds, reason):
    with pytest.raises(ValueError, match=reason):
        hs.Landscape(expr, bounds)


def test_a_function_that_compiled_code_has_not_is_named_when_it_is_needed():
    f = hs.Landscape(x**2 / 2 + sympy.besselj(0, x), (-2, 2))
    assert f.minima.size == 1 and np.isclose(f.value(1.0), 0.5 + 0.7651976865579666)
    with pytest.raises(ValueError, match="gradient needs besselj, which compiled code has not"):
        hs.first_exit(hs.SGD(f, z, 0.05), 0.0, n_paths=10, max_steps=100, progress=False)


def test_divisions_are_shared_while_the_product_stays_in_range():
    few = gradient_source((x,), x**2 + 1 / (1 + x**2) + 1 / (2 + x**2) + 1 / (3 + x), ((-2, 2),))
    assert few.count("1.0/") == 1
    far = gradient_source((x,), x**2 + 1 / (1e20 + x**2) + 1 / (2e20 + x**2) + 1 / (3e20 + x), ((-2, 2),))
    assert far.count("1.0/") == 3
    f = hs.Landscape(x**2 + 1e12 / (1e12 + x**2) + 1e18 / (2e18 + 1e18 * x**2) + 1e15 / (1e15 + x), (-2, 2))
    assert_alike(f, points_of(f))


@pytest.mark.parametrize("u", [1e-9, 1e-60, 1e40])
def test_units_do_not_matter_to_a_dozen_divisors(u):
    # The wells in units of u: the same paths, but for rounding, as in units of one.
    scaled = -sum((1 + k / 10) / (1 + ((x - 3 * k * u) / (u / 2)) ** 2) for k in range(12)) + (x / u - 16) ** 2 / 200
    paths = []
    for unit, expr in ((1.0, LORENTZIANS), (u, scaled)):
        f = hs.Landscape(expr, (-4 * unit, 38 * unit))
        sgd = hs.SGD(f, hs.Lomax(1.5, 0.3 / unit), 0.05 * unit**2, 1.1 * unit)
        paths.append(hs.sample_path(sgd, f.minima[3], n_steps=60, n_paths=40, seed=2, progress=False) / unit)
    assert np.ptp(paths[0]) > 1 and np.allclose(*paths, atol=1e-7)
