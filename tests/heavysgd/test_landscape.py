"""Landscapes: critical points, basins, and the refusals of Assumption 1."""

import heavysgd as hs
import mpmath
import numpy as np
import pytest
import sympy
from heavysgd.compiling.gradient import gradient_source

x = sympy.Symbol("x")


def test_critical_points_of_the_papers_landscape():
    f = hs.landscapes.wang_oh_rhee()
    assert np.allclose(f.minima, [-1.511484, -0.699273, 0.496245, 1.322094], atol=5e-7)
    assert np.allclose(f.maxima, [-1.3, 0.2, 0.7], atol=1e-10)
    assert np.allclose(f.widths, [0.2115, 0.6007, 0.2038, 0.6221], atol=5e-5)
    assert np.allclose(f.curvature(f.minima), [163, 2.18, 446, 7.73], rtol=3e-3)
    assert not np.any(np.isclose(f.minima, -0.66, atol=0.03))  # the printed value is not a minimum of the formula


@pytest.mark.parametrize("f", [hs.landscapes.wang_oh_rhee(), hs.Landscape(x**4 - x**2 + x / 9, bounds=(-2, 2))])
def test_critical_points_are_exact_to_1e_10(f):
    gradient = sympy.lambdify(f.symbol, f.gradient_expr, modules="mpmath")
    with mpmath.workdps(40):
        for point in [*f.minima, *f.maxima]:
            exact = mpmath.findroot(gradient, mpmath.mpf(float(point)))
            assert abs(exact - point) < 1e-10


def test_gradient_and_curvature_are_the_derivatives():
    f, at, h = hs.landscapes.wang_oh_rhee(), np.linspace(-1.5, 1.5, 31), 1e-5
    assert np.allclose((f.value(at + h) - f.value(at - h)) / (2 * h), f.gradient(at), rtol=1e-4, atol=1e-4)
    assert np.allclose((f.gradient(at + h) - f.gradient(at - h)) / (2 * h), f.curvature(at), rtol=1e-3, atol=1e-2)


def test_basins_tile_the_line():
    f = hs.landscapes.wang_oh_rhee()
    assert f.basin_of(f.minima).tolist() == [0, 1, 2, 3]
    assert f.basin_of([-1.6, -1.31, -1.29, 0.19, 0.21, 0.71, 1.6]).tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_open_ends_are_exits():
    well = hs.landscapes.quadratic_well(2.0)
    assert well.widths.tolist() == [2.0] and well.basin_of([-2.1, 0.0, 2.1]).tolist() == [1, 0, 1]


def test_two_close_minima_are_both_found():
    narrow = hs.Landscape((x**2 - 1e-4) ** 2, bounds=(-1, 1))
    assert np.allclose(narrow.minima, [-0.01, 0.01], atol=1e-10) and np.allclose(narrow.maxima, [0], atol=1e-10)


@pytest.mark.parametrize(
    "expr, bounds, reason",
    [
        (x**4, (-1, 1), "degenerate"),
        (x**3 + x**2 * 0, (-1, 1), "degenerate"),
        ((x - 1) ** 3 * (x + 1) ** 2, (-2, 2), "degenerate"),
        (sympy.Integer(3), (-1, 1), "degenerate"),
        (-(x**2), (-1, 1), "no minimum"),
        (sympy.Abs(x) + x**2, (-1, 1), "kink"),
        (sympy.cos(x), (0.5, 7), "presses against the end"),
    ],
)
def test_assumption_1_is_refused_by_name(expr, bounds, reason):
    with pytest.raises(hs.AssumptionError, match=reason):
        hs.Landscape(expr, bounds=bounds)


@pytest.mark.parametrize(
    "expr, bounds, reason",
    [
        (x * sympy.Symbol("a"), (-1, 1), "free symbols"),
        (1 / x, (-1, 1), "not finite"),
        (x**2, (1, 0), "lo < hi"),
        (x**2, (-1, float("nan")), r"bounds\[1\] = nan"),
        (x**2, 3, "pair"),
        ("x**2 +", (-1, 1), "SymPy expression"),
    ],
)
def test_other_bad_input_is_named(expr, bounds, reason):
    with pytest.raises(ValueError, match=reason):
        hs.Landscape(expr, bounds=bounds)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_alternating_wells_have_the_widths_asked_for(count):
    f = hs.landscapes.alternating_wells(wide=1.5, narrow=0.4, depth=0.3, count=count)
    assert f.size == 2 * count - 1
    assert f.widths[::2] == pytest.approx(1.5) and f.widths[1::2] == pytest.approx(0.4)
    assert f.curvature(f.minima)[1] < f.curvature(f.minima)[0]  # the narrow ones are the flatter ones


def test_with_critical_points_has_them():
    points = [-2.0, -1.2, -0.9, -0.5, 1.0]
    f = hs.landscapes.with_critical_points(points, bounds=(-2.5, 1.6), slope=0.2)
    assert f.minima == pytest.approx(points[::2]) and f.maxima == pytest.approx(points[1::2])
    at = 0.3
    assert float(f.gradient(at)) == pytest.approx(0.2 * np.prod([at - p for p in points]))


def test_one_way_wells_are_one_way():
    f = hs.landscapes.one_way_wells()
    edges = set(hs.theory.transition_graph(f, 1.0).edges)
    assert edges == {(0, 1), (1, 0), (1, 2), (2, 3), (3, 2)}


def test_figure_2_has_the_distances_printed():
    f = hs.landscapes.figure2_wells()
    assert f.sides[1:, 0] == pytest.approx([0.6, 0.3]) and f.sides[:-1, 1] == pytest.approx([0.2, 0.9])
    assert set(hs.theory.transition_graph(f, 0.5).edges) == {(0, 1), (1, 0), (1, 2), (2, 1)}
    assert set(hs.theory.transition_graph(f, 0.4).edges) == {(0, 1), (1, 0), (2, 1)}
    more = hs.landscapes.figure2_wells(0.35, 0.55, slope=2.0)
    assert more.size == 4 and more.minima[:3] == pytest.approx(f.minima)
    assert more.sides[2:, 0] == pytest.approx([0.3, 0.55]) and more.sides[2, 1] == pytest.approx(0.35)


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: hs.landscapes.alternating_wells(wide=0.4, narrow=0.5), "narrow = 0.5"),
        (lambda: hs.landscapes.alternating_wells(count=1), "count = 1"),
        (lambda: hs.landscapes.figure2_wells(0.3), "even number"),
        (lambda: hs.landscapes.figure2_wells(0.3, -0.1), "further"),
        (lambda: hs.landscapes.with_critical_points([0.0, 1.0], (-1, 2)), "odd number"),
        (lambda: hs.landscapes.with_critical_points([0.0, 2.0, 1.0], (-1, 3)), "ascending"),
        (lambda: hs.landscapes.with_critical_points([0.0, 1.0, 2.0], (-1, 1.5)), "bounds"),
        (lambda: hs.landscapes.with_critical_points([0.0, 1.0, np.nan], (-1, 2)), "points = nan"),
    ],
)
def test_bad_named_landscapes_are_named(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()


@pytest.mark.parametrize(
    "f",
    [
        hs.landscapes.wang_oh_rhee(),  # powers, spikes and an exponential
        hs.landscapes.alternating_wells(),
        hs.landscapes.one_way_wells(),
        hs.Landscape(x**2 / (1 + 1 / (2 + x**2)) + 1 / (3 + sympy.exp(x)), bounds=(-2, 2)),  # a fraction in a fraction
        hs.Landscape((x**2 - 1) ** 2 / (2 + x) ** 2.5 * (x + 5) ** 6.5 / 1000, bounds=(-1.5, 1.5)),
    ],
)
def test_the_compiled_gradient_is_the_gradient(f):
    at = np.linspace(*f.bounds, 501)
    ours = np.array([f.compiled_gradient(t) for t in at])
    assert np.allclose(ours, f.gradient(at), rtol=1e-8, atol=1e-8 * np.abs(f.gradient(at)).max())


def test_the_gradient_of_the_papers_landscape_divides_once():
    f = hs.landscapes.wang_oh_rhee()
    source = gradient_source((f.symbol,), f.expr, (f.bounds,))
    assert source.count("/") - source.count("(1.0/4.0)") == 1


@pytest.mark.parametrize(
    "left, right", [((1.0, 1.0), None), ((1.0, 4.0), None), ((4.0, 1.0), None), ((1.0, 1.0), (3.0, 3.0))]
)
def test_wells_of_parabolas_have_the_curvatures_and_the_barrier_asked_for(left, right):
    f = hs.landscapes.parabolic_wells(left, right, barrier=0.3)
    sides = (left, left if right is None else right)
    assert f.maxima == pytest.approx([0.0], abs=1e-12) and f.value(0.0) == pytest.approx(0.3)
    assert f.value(f.minima) == pytest.approx([0, 0], abs=1e-15)
    assert f.curvature(f.minima) == pytest.approx([bottom for bottom, _ in sides])
    assert f.curvature(f.minima * 1e-3) == pytest.approx([-top for _, top in sides])
    assert f.bounds == pytest.approx(3 * f.minima)


@pytest.mark.parametrize("wrong", [{"left": (0.0, 1.0)}, {"right": (1.0, -1.0)}, {"barrier": 0.0}, {"bound": 1.0}])
def test_wells_of_parabolas_refuse_what_is_none(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        hs.landscapes.parabolic_wells(**wrong)
