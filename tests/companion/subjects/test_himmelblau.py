"""Figure 3: what was read off it, which constants meet it, where a look at a path is, what one more path may be."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.himmelblau import chain, figure, formula
from companion.subjects.himmelblau import study as himmelblau
from scipy.optimize import minimize


def test_minimisers_are_those_of_the_function():
    f = hs.landscapes.modified_himmelblau(None, 1.3, 1.7)
    for field in (1, 2, 3, 4):
        found = formula.minimiser(field, 1.3, 1.7)
        assert np.abs(f.gradient(found)).max() < 1e-4
        assert minimize(f.value, np.add(found, 0.05), jac=f.gradient).x == pytest.approx(found, abs=1e-4)
        assert 10 * f.value(found) == pytest.approx(formula.height(found, 1.3, 1.7), abs=1e-9)


def test_the_fit_finds_constants_that_were_put_in(monkeypatch):
    monkeypatch.setattr(figure, "DOTS", {i: formula.minimiser(i, 1.45, 1.6) for i in (1, 3, 4)})
    both, one = formula.fit(), formula.fit(1.45)
    assert (both.shift, both.centre) == pytest.approx((1.45, 1.6), abs=1e-6) and one.centre == pytest.approx(1.6, abs=1e-6)
    assert both.misfit < 1e-6 < 0.03 < formula.fit(1.35).misfit


def test_the_segment_is_where_the_maximum_is_flat():
    where = himmelblau.places("drawn")
    for end in where.segments[1]:
        assert formula.height(end, 1.4, 1.5) == pytest.approx(4.2)
    inner, outer = where.segments[1].mean(axis=0), where.segments[1][0] - (0.02, 0)
    assert where.f.value(inner) == pytest.approx(0.42) and where.f.value(outer) > 0.43
    assert himmelblau.places("printed").segments[1].tolist() == [[-5.5, -2.9], [-0.5, -2.9]]


def test_distances_are_to_segments():
    points = np.array([[0.0, 1.0], [2.0, 0.0], [-3.0, 4.0]])
    assert himmelblau.distance(points, np.array([0.0, 0.0]), np.array([1.0, 0.0])).tolist() == [1.0, 1.0, 5.0]
    assert himmelblau.distance(points, np.zeros(2), np.zeros(2)).tolist() == [1.0, 2.0, 5.0]


def looked_at(*rows, away=0.1, n_steps=figure.STEPS // 2):
    nearest = np.array(rows, np.int8)
    return himmelblau.Paths(nearest, np.full(nearest.shape, away, np.float32), n_steps)


def test_moves_are_counted_whatever_is_visited_on_the_way_and_scaled():
    assert looked_at([3, 1, 1, 4, 3, 2, 4, 2, 1], [4, 3, 3, 3, 3, 3, 3, 3, 3]).moves.tolist() == [4.0, 0.0]
    assert looked_at([1, 2, 1], away=0.6).moves.tolist() == [0.0]


def test_shares_leave_out_the_start_and_depend_on_what_counts_as_near():
    paths = looked_at([3, 1, 1, 2, 4])
    assert paths.shares().tolist() == [[0, 0.5, 0.25, 0, 0.25]] and paths.shares(0.05).tolist() == [[1, 0, 0, 0, 0]]
    assert looked_at([3, 1, 1, 2, 4], [3, 1, 1, 1, 1]).narrow.value == pytest.approx(0.125)


def test_one_more_path_is_typical_as_often_as_the_level_says():
    rng, steps = np.random.default_rng(0), figure.STEPS // 4
    factor = np.array([[1.0, 0.5], [0.0, 0.7]])
    found = []
    for _ in range(2000):
        sample, longer = rng.standard_normal((12, 2)) @ factor, rng.standard_normal(2) @ factor / 2
        found.append(himmelblau.typical(sample, longer, steps).value)
    assert abs(np.mean(np.array(found) < 0.1) - 0.1) < 0.027
    sample = rng.standard_normal((12, 2)) @ factor
    assert himmelblau.typical(sample, np.array([6.0, 0.0]), steps).value < 0.01
    assert himmelblau.chance_to_tell(sample, np.array([6.0, 0.0]), steps, 0.01) > 0.9


def test_reported_bars_are_shares():
    for case in figure.BARS:
        assert figure.reported(case).sum() == pytest.approx(1)
    assert figure.longer_narrow_bars(1.0) == pytest.approx(figure.reported("not clipped"))
    assert figure.longer_narrow_bars(1.4)[3:].sum() > 1.2 * figure.reported("not clipped")[3:].sum()


def test_rates_of_one_jump_are_the_librarys_on_its_square_and_not_on_the_ball():
    f = hs.landscapes.himmelblau()
    known = hs.theory.exit_measure(f, 1.2, None, n_paths=2048)[np.ix_(chain.ORDER, chain.ORDER)]
    found = chain.rates_of_one_jump(f, 1.2, 6.0, square=True)
    assert found == pytest.approx(known, abs=0.003 * known.max())
    assert chain.law(found) == pytest.approx(chain.law(known), abs=0.005)
    assert np.abs(chain.rates_of_one_jump(f, 1.2, 6.0) - known).max() > 0.01 * known.max()


def test_radii_by_rays_are_the_landscapes():
    f = hs.landscapes.himmelblau()
    assert chain.radii(f) == pytest.approx(f.widths[list(chain.ORDER)], abs=0.02)
