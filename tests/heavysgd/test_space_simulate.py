"""Simulation in R^d against a plain reference, and what it promises for any threads, split and recording."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.simulate import threads as pool

WELLS = hs.landscapes.two_wells(0.8, 0.8), hs.landscapes.two_wells(0.5, 0.5)
PLANE = hs.landscapes.separable(*WELLS)
SEARCHED = hs.Landscape(PLANE.expr, PLANE.bounds, symbols=PLANE.symbols)  # the same, but its fields are found by flow
CUBE = hs.landscapes.separable(*WELLS, hs.landscapes.two_wells(0.6, 0.9))
LAW = hs.Lomax(1.3, 0.5)


def sgd_on(f, law=None, b=0.4, eta=0.01, **more):
    return hs.SGD(f, hs.Isotropic(LAW, f.dimension) if law is None else law, eta, b, **more)


def reference_path(sgd, start, n_steps, seed, path):
    """The recursion as written in the paper, one step at a time."""
    x, record = np.array(start), [np.array(start)]
    for z in sgd.noise.sample(n_steps, seed, path):
        move = sgd.eta * (z - sgd.landscape.gradient(x))
        if sgd.truncation == "norm":
            move *= min(1.0, sgd.threshold / np.linalg.norm(move))
        else:
            move = np.clip(move, -sgd.threshold, sgd.threshold)
        x = x + move
        if sgd.radius is None:
            x = np.clip(x, *sgd.landscape.box.T)
        else:
            x = x * min(1.0, sgd.radius / np.linalg.norm(x))
        record.append(x)
    return np.array(record)


CASES = {
    "isotropic": sgd_on(PLANE),
    "independent": sgd_on(PLANE, hs.Independent(LAW, 2)),
    "angular": sgd_on(PLANE, hs.Angular(LAW, ((1, 0), (-1, 1), (0, -1)), (1, 2**0.5, 1))),
    "coordinates": sgd_on(PLANE, hs.Independent(LAW, 2), b=0.2, truncation="coordinates"),
    "ball": sgd_on(hs.Landscape(PLANE.expr, ((-1.28, 1.28), (-1.28, 1.28)), symbols=PLANE.symbols), radius=1.2),
    "cube": sgd_on(CUBE),
    "no truncation": sgd_on(CUBE, b=None),
}


@pytest.mark.parametrize("sgd", CASES.values(), ids=CASES)
def test_paths_are_the_recursion(sgd):
    start = sgd.landscape.minima[1]
    paths = hs.sample_path(sgd, start, n_steps=301, n_paths=3, seed=5, progress=False)
    assert paths.shape == (3, 302, sgd.dimension)
    for p in range(3):
        assert np.allclose(paths[p], reference_path(sgd, start, 301, 5, p), atol=1e-9)
    assert not np.allclose(paths[0], reference_path(sgd, start, 301, 6, 0), atol=1e-6)


def test_the_two_truncations_differ_and_each_keeps_its_bound():
    longest = {}
    for truncation in ("norm", "coordinates"):
        sgd = sgd_on(PLANE, hs.Independent(LAW, 2), b=0.11, truncation=truncation)
        moves = np.diff(hs.sample_path(sgd, PLANE.minima[0], n_steps=60_000, n_paths=2, seed=1, progress=False), axis=1)
        longest[truncation] = np.linalg.norm(moves, axis=2).max(), np.abs(moves).max()
    assert longest["norm"][0] <= 0.11 + 1e-9 < longest["coordinates"][0]
    assert longest["coordinates"][1] <= 0.11 + 1e-9


@pytest.mark.parametrize("f", [PLANE, SEARCHED, CUBE], ids=["exact", "by flow", "cube"])
def test_first_exits_are_the_first_exits_of_the_paths(f):
    sgd = sgd_on(f, eta=0.02)
    paths = hs.sample_path(sgd, f.minima[0], n_steps=2000, n_paths=50, seed=8, progress=False)
    labels = f.basin_of(paths)
    out = labels != 0
    exits = hs.first_exit(sgd, f.minima[0], n_paths=50, max_steps=2000, seed=8, progress=False)
    assert np.array_equal(exits.censored, ~out.any(axis=1)) and 0 < exits.censored.sum() < 50
    assert np.array_equal(exits.steps, np.where(out.any(axis=1), out.argmax(axis=1), 2000))
    gone = np.flatnonzero(~exits.censored)
    assert np.array_equal(exits.basin[gone], labels[gone, exits.steps[gone]])
    # Two compiled loops: where one of them fuses a product and a sum, the last digit may differ.
    assert np.allclose(exits.position[gone], paths[gone, exits.steps[gone]], rtol=1e-12, atol=1e-12)


def test_fields_found_by_flow_are_those_counted_along_the_axes():
    exact, searched = (
        hs.first_exit(sgd_on(f), f.minima[3], n_paths=200, max_steps=10**6, seed=3, progress=False)
        for f in (PLANE, SEARCHED)
    )
    assert np.array_equal(exact.steps, searched.steps) and np.array_equal(exact.basin, searched.basin)


@pytest.mark.parametrize("f", [PLANE, SEARCHED, CUBE], ids=["exact", "by flow", "cube"])
def test_occupation_counts_the_paths(f):
    sgd = sgd_on(f, hs.Isotropic(hs.Lomax(1.3, 2.0), f.dimension), eta=0.02)
    paths = hs.sample_path(sgd, f.minima[0], n_steps=3001, n_paths=5, seed=2, progress=False)[:, 1:]
    seen = hs.occupation(sgd, f.minima[0], n_steps=3001, n_paths=5, bins=32, seed=2, progress=False)
    flat = paths.reshape(-1, f.dimension)
    if f.dimension == 2:
        assert np.array_equal(seen.counts, np.histogram2d(*flat.T, bins=seen.edges)[0])
    else:
        each = [np.histogram(column, edges)[0] for column, edges in zip(flat.T, seen.edges)]
        assert np.array_equal(seen.counts, each)
    labels = f.basin_of(paths)
    shares = np.stack([(labels == i).mean(axis=1) for i in range(f.size)], axis=1)
    assert np.allclose(seen.basin_fraction_by_path, shares, atol=1e-12) and np.count_nonzero(shares.sum(0)) > 2
    assert np.array_equal(seen.final, paths[:, -1])


def hops_of_path(f, path, distance):
    """Hops of one stored path, looked at step by step."""
    labels = f.basin_of(path)
    home, found = labels[0], []
    for step in range(1, len(path)):
        basin = labels[step]
        if basin != home and np.linalg.norm(path[step] - f.minima[basin]) <= distance:
            home = basin
            found.append((step, basin))
    return found


@pytest.mark.parametrize("f", [PLANE, SEARCHED], ids=["exact", "by flow"])
@pytest.mark.parametrize("distance", [0.1, np.inf])
def test_hops_are_those_of_the_paths(f, distance):
    sgd = sgd_on(f, eta=0.02, b=None)
    starts = np.resize(f.minima, (19, 2))
    paths = hs.sample_path(sgd, starts, n_steps=10_001, n_paths=19, seed=4, progress=False)
    found = hs.hops(sgd, starts, n_steps=10_001, distance=distance, n_paths=19, seed=4, progress=False)
    expected = [(p, *hop) for p in range(19) for hop in hops_of_path(f, paths[p], distance)]
    assert len(expected) > 20 and list(zip(found.path, found.step, found.basin)) == expected
    assert np.array_equal(found.final, paths[:, -1])


def test_threads_splits_and_calls_change_nothing(monkeypatch):
    sgd, start = sgd_on(SEARCHED, eta=0.02), SEARCHED.minima[0]
    exits = lambda n, **more: hs.first_exit(sgd, start, n_paths=n, max_steps=10**6, seed=3, progress=False, **more)  # noqa: E731
    seen = lambda **more: hs.occupation(sgd, start, n_steps=5000, n_paths=70, bins=16, seed=3, progress=False, **more)  # noqa: E731
    whole, long = exits(150, threads=1), seen(threads=1)
    joined = [np.concatenate(pair) for pair in zip(exits(40), exits(110, first_path=40))]
    assert all(np.array_equal(a, b) for a, b in zip(whole, joined))
    monkeypatch.setattr(pool, "CALL_STEPS", 640)
    assert all(np.array_equal(a, b) for a, b in zip(whole, exits(150, threads=2)))
    assert all(np.array_equal(a, b) for a, b in zip(long, seen(threads=2)))


def test_single_precision_follows_the_same_draws():
    sgd = sgd_on(SEARCHED)
    double, single = (
        hs.sample_path(sgd, SEARCHED.minima[0], n_steps=100, n_paths=4, seed=3, progress=False, dtype=dtype)
        for dtype in ("float64", "float32")
    )
    assert single.dtype == np.float32 and 0 < np.abs(single - double).max() < 1e-4
    exits = hs.first_exit(sgd, SEARCHED.minima[0], n_paths=20, max_steps=10**6, seed=3, progress=False, dtype="float32")
    assert np.all(SEARCHED.basin_of(exits.position.astype(float)) == exits.basin) and np.all(exits.basin > 0)


@pytest.mark.parametrize("dimension", [8, 64])
def test_many_dimensions_are_correct_merely_slower(dimension):
    f = hs.landscapes.separable(hs.landscapes.two_wells(), hs.landscapes.two_wells(2.0, 2.0), *_bowls(dimension - 2))
    sgd = sgd_on(f, eta=0.005)
    path = hs.sample_path(sgd, f.minima[0], n_steps=50, n_paths=2, seed=1, progress=False)
    assert np.allclose(path[1], reference_path(sgd, f.minima[0], 50, 1, 1), atol=1e-9)


def _bowls(count):
    return [hs.Landscape(sympy.Symbol("x") ** 2, (-2, 2))] * count


def test_studies_take_points(tmp_path):
    case = {"sgd": sgd_on(PLANE, eta=0.02), "start": PLANE.minima[0], "n_paths": 50, "max_steps": 10**6, "seed": 3}
    joined = hs.run_study("first_exit", [case], tmp_path, block=20, progress=False)[0]
    whole = hs.first_exit(**case, progress=False)
    assert all(np.array_equal(a, b) for a, b in zip(joined, whole))


@pytest.mark.parametrize(
    "start, match",
    [
        (0.0, "shape"),
        ((0.5, 0.4, 0.1), "shape"),
        ([[0.5, 0.4]] * 3, "n_paths = 2"),
        ((9.0, 0.1), "domain"),
        ((np.nan, 0.1), "domain"),
        ((0.0, 0.4), "boundary"),
    ],
)
@pytest.mark.parametrize("f", [PLANE, SEARCHED], ids=["exact", "by flow"])
def test_bad_starts_are_named(f, start, match):
    for run in (hs.first_exit, hs.hops, hs.occupation):
        more = {"max_steps": 10} if run is hs.first_exit else {"n_steps": 10}
        more |= {"distance": 0.1} if run is hs.hops else {}
        with pytest.raises(ValueError, match=match):
            run(sgd_on(f), start, n_paths=2, progress=False, **more)


def test_dimensions_must_agree_and_truncations_have_names():
    with pytest.raises(ValueError, match="dimension"):
        hs.SGD(PLANE, LAW, 0.01, 0.4)
    with pytest.raises(ValueError, match="truncation"):
        sgd_on(PLANE, truncation="l1")
    with pytest.raises(ValueError, match="one dimension"):
        hs.exit_rate(sgd_on(PLANE), 0)
