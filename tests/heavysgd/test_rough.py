"""A landscape that breaks Assumption 1 on purpose: said when it is made, simulated, refused where it is out of place."""

import pickle
import re
import warnings

import heavysgd as hs
import numpy as np
import pytest
import sympy

x, y = sympy.symbols("x y", real=True)
BOX = ((-2, 2), (-2, 2))
LAW = hs.Isotropic(hs.Pareto(1.2, 0.1), 2)


def made(expr, **further):
    with pytest.warns(hs.AssumptionWarning) as seen:
        f = hs.Landscape(expr, BOX, symbols=(x, y), name="rough", allow="anything", **further)
    return f, str(seen[0].message)


TROUGH = sympy.Piecewise((abs(y), x > 0), (abs(y) + x**2, True))  # a line of minima with a kink along it


@pytest.mark.parametrize(
    "expr, said",
    [
        (TROUGH, r"f' jumps \(a kink\)"),
        (sympy.Piecewise((x**2 + y**2, x > 0), (x**2 + y**2 + 1, True)), "f jumps"),
        (x**2 + (y**2) ** sympy.Rational(3, 4), "has a cusp"),
        (y**2 + 0 * x, "its minima are not looked at"),
    ],
)
def test_the_warning_says_what_is_broken(expr, said):
    _, message = made(expr)
    assert "allow='anything'" in message and "no theorem speaks of them" in message
    assert re.search(said, message), message


def test_without_the_word_it_is_refused_as_ever():
    with pytest.raises(hs.AssumptionError, match="jumps"):
        hs.Landscape(TROUGH, BOX, symbols=(x, y))
    with pytest.raises(ValueError, match="allow = 'everything'.*'curvature', 'anything'"):
        hs.Landscape(TROUGH, BOX, symbols=(x, y), allow="everything")
    with pytest.raises(ValueError, match="on a line a landscape must satisfy Assumption 1"):
        hs.Landscape(abs(x), (-1, 1), allow="anything")


def test_value_and_gradient_are_those_of_the_piece_that_holds():
    f, _ = made(TROUGH)
    points = np.array([[1.0, 0.5], [-1.0, -0.5], [1.5, 0.0]])
    assert f.value(points).tolist() == [0.5, 1.5, 0.0]
    assert f.gradient(points)[:2].tolist() == [[0.0, 1.0], [-2.0, -1.0]]
    compiled = np.array([f.compiled_gradient(*point) for point in points])
    assert compiled == pytest.approx(f.gradient(points))


def test_its_paths_are_those_of_a_plain_loop():
    f, _ = made(TROUGH)
    sgd = hs.SGD(f, LAW, 0.01, 0.3, radius=1.5)
    path = hs.sample_path(sgd, (1.0, 1.0), n_steps=300, seed=3, progress=False)[0]
    at, expected = np.array([1.0, 1.0]), []
    for z in LAW.sample(300, 3, 0):
        move = 0.01 * (z - f.gradient(at))
        at = at + move * min(1.0, 0.3 / np.linalg.norm(move))
        at = at * min(1.0, 1.5 / np.linalg.norm(at))
        expected.append(at)
    assert path[1:] == pytest.approx(np.array(expected), abs=1e-9)


@pytest.mark.parametrize("ask", ["minima", "distances", "widths", "size"])
def test_what_it_has_not_is_refused(ask):
    f, _ = made(TROUGH)
    with pytest.raises(hs.AssumptionError, match="breaks Assumption 1 on purpose"):
        getattr(f, ask)


def test_simulations_of_fields_are_refused():
    f, _ = made(TROUGH)
    sgd = hs.SGD(f, LAW, 0.01, 0.3, radius=1.5)
    for ask in (
        lambda: hs.first_exit(sgd, (1.0, 1.0), n_paths=2, max_steps=10),
        lambda: hs.occupation(sgd, (1.0, 1.0), n_steps=10),
        lambda: hs.hops(sgd, (1.0, 1.0), n_steps=10, distance=1.0),
        lambda: f.basin_of((1.0, 1.0)),
    ):
        with pytest.raises(hs.AssumptionError, match="has no attraction fields; its paths can be sampled"):
            ask()


def test_it_travels_to_other_processes():
    f, _ = made(TROUGH)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = pickle.loads(pickle.dumps(f))
    assert again == f and again.value((1.0, 0.5)) == 0.5


# --- the function of Figure 3 ---


@pytest.mark.parametrize("cut", ["drawn", "printed"])
def test_the_modified_himmelblau_function_is_its_formula(cut):
    with pytest.warns(hs.AssumptionWarning):
        f = hs.landscapes.modified_himmelblau(cut)
    points = np.random.default_rng(0).uniform(-4, 4, (4000, 2))
    h = 10 * hs.landscapes.modified_himmelblau(None).value(points)
    trough = 12 * np.abs(points[:, 1] + 2.9) ** 1.1
    inside = (points[:, 0] >= -5.5) & (points[:, 0] <= -0.5) & (np.abs(points[:, 1] + 2.9) < 2)
    star = np.maximum(h, trough + 4.2) if cut == "drawn" else np.minimum(h, trough)
    assert f.value(points) == pytest.approx(np.where(inside, star, h) / 10, rel=1e-12)
    compiled = np.array([f.compiled_gradient(*point) for point in points])
    assert np.all(np.isfinite(compiled)) and compiled == pytest.approx(f.gradient(points), rel=1e-6, abs=1e-9)
    on_the_segment = [-1.9, -2.9]
    assert f.gradient(on_the_segment).tolist() == [0, 0] and f.compiled_gradient(*on_the_segment)[0] == 0


def test_words_for_its_cut_are_checked():
    with pytest.raises(ValueError, match="cut = 'smooth': must be one of 'drawn', 'printed'"):
        hs.landscapes.modified_himmelblau("smooth")
