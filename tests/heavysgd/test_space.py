"""Landscapes in the plane and beyond: critical points, fields, distances, and what is refused."""

import pickle

import heavysgd as hs
import numpy as np
import pytest
import sympy

X, Y, A = sympy.symbols("x y a")
BOX = ((-2, 2), (-2, 2))


@pytest.fixture(scope="module")
def warped():
    return hs.landscapes.warped_himmelblau()


def test_the_constructor_tells_a_line_from_a_space_by_its_bounds():
    line, plane = hs.Landscape((X**2 - 1) ** 2, (-2, 2)), hs.Landscape((X**2 - 1) ** 2 + Y**2, BOX)
    assert (line.dimension, plane.dimension) == (1, 2) and isinstance(plane, hs.Landscape)
    assert plane.minima.tolist() == [[-1, 0], [1, 0]] and np.allclose(plane.saddles, [[0, 0]], atol=1e-12)


def test_derivatives_are_those_of_the_expression(warped):
    point, h = np.array([[-1.3, 0.4], [2.0, -3.0]]), 1e-5
    for i, step in enumerate(h * np.eye(2)):
        assert np.allclose(
            (warped.value(point + step) - warped.value(point - step)) / (2 * h), warped.gradient(point)[:, i]
        )
        bend = (warped.gradient(point + step) - warped.gradient(point - step)) / (2 * h)
        assert np.allclose(bend, warped.hessian(point)[:, i], atol=1e-6)


def test_the_warped_landscape_has_the_minima_and_radii_of_the_specification(warped):
    assert np.allclose(warped.minima, [[-6.427, -5.584], [-4.772, 3.128], [2.997, 1.995], [3.582, -3.147]], atol=6e-4)
    assert np.allclose(warped.widths, [5.49, 3.36, 2.01, 3.17], atol=0.01)
    assert len(warped.saddles) == 4 and np.abs(warped.gradient(warped.critical[0])).max() < 1e-9


def test_distances_are_attained_and_nothing_nearer_belongs_to_another_field(warped):
    rng = np.random.default_rng(2)
    for i, (start, radius) in enumerate(zip(warped.minima, warped.widths)):
        angles = rng.uniform(0, 2 * np.pi, 2000)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        assert np.all(warped.basin_of(start + 0.997 * radius * circle) == i)
        fine = np.linspace(0, 2 * np.pi, 3000)
        outer = start + 1.003 * radius * np.stack([np.cos(fine), np.sin(fine)], axis=1)
        assert np.any(warped.basin_of(outer) != i)


def test_a_separable_landscape_found_by_search_is_the_exact_one():
    exact = hs.landscapes.separable(hs.landscapes.two_wells(0.8, 0.8), hs.landscapes.two_wells(0.5, 0.5))
    searched = hs.Landscape(exact.expr, exact.bounds, symbols=exact.symbols)
    assert np.allclose(searched.minima, exact.minima) and np.allclose(searched.saddles, exact.saddles, atol=1e-9)
    assert np.allclose(searched.distances, exact.distances, rtol=2e-3)
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (300, 2))
    assert np.array_equal(searched.basin_of(points), exact.basin_of(points))


def test_separable_landscapes_keep_their_radii_in_any_dimension():
    for d in (2, 5, 40):
        well = hs.Landscape(X**2 / 2, (-2, 2))
        f = hs.landscapes.separable(hs.landscapes.two_wells(3.0, 1.0), *[well] * (d - 1))
        assert f.dimension == d and np.allclose(f.widths, [3.0, 1.0], rtol=1e-14) and f.minima.shape == (2, d)


def test_points_flow_to_the_minimum_of_their_field(warped):
    points = np.array([[-9.0, -9.0], [-3.0, 5.0], [5.0, 5.0], [5.0, -5.0]])
    labels = warped.basin_of(points)
    assert labels.tolist() == [0, 1, 2, 3] and np.allclose(warped.flow(points, 50.0), warped.minima, atol=1e-6)
    short = warped.flow(points, [0.0, 0.0, 0.0, 50.0])
    assert np.allclose(short[:3], points[:3]) and np.allclose(short[3], warped.minima[3], atol=1e-6)


def test_a_point_of_the_boundary_belongs_to_no_field():
    f = hs.Landscape((X**2 - 1) ** 2 + Y**2, BOX)
    assert f.basin_of([0.0, 0.7]) == -1 and f.basin_of([1e-6, 0.7]) == 1


def test_a_landscape_travels_to_other_processes(warped):
    again = pickle.loads(pickle.dumps(warped))
    assert again == warped and np.array_equal(again.minima, warped.minima)


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: hs.Landscape(X**2 + A * Y**2, BOX), r"free symbols \['a', 'x', 'y'\].*substitute"),
        (lambda: hs.Landscape(X**2, BOX), "name all of them with symbols="),
        (lambda: hs.Landscape(X**2, BOX, symbols=(X, Y)), r"descent presses against, or runs along, the face bounds\[1\]"),
        (lambda: hs.Landscape((X**2 + Y**2 - 1) ** 2, BOX), "degenerate critical point.*line of minima"),
        (lambda: hs.Landscape(X**2 - Y**2, BOX), r"descent presses against, or runs along, the face bounds\[1\]\[0\]"),
        (lambda: hs.Landscape(X**2 + Y**2, ((-1, 1), (2, 1))), r"bounds\[1\] = \(2, 1\): must satisfy lo < hi"),
        (lambda: hs.Landscape(X**2 + Y**2, BOX, open_ends=True), "open_ends"),
        (lambda: hs.Landscape(X**2 + Y**2, BOX).basin_of([1.0, 2.0, 3.0]), r"shape \(3,\): points .* have 2 coordinates"),
        (lambda: hs.Landscape(X**2 + Y**2, BOX).basin_of([1.0, np.nan]), "must be finite"),
        (lambda: hs.landscapes.separable(hs.landscapes.two_wells()), "two landscapes on a line or more"),
        (lambda: hs.landscapes.separable(*[hs.landscapes.two_wells()] * 11), "critical points; use fewer wells"),
        (lambda: hs.landscapes.two_wells(bound=0.9), "bound = 0.9: must exceed 1"),
    ],
)
def test_what_is_no_landscape_is_refused(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()
