"""Simulation against a plain reference, and its promises: same paths for any threads, split or recording."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.simulate import threads as pool

PAPER = hs.landscapes.wang_oh_rhee()
WELL = hs.landscapes.quadratic_well()
LAWS = [
    hs.Lomax(1.2, 0.1),
    hs.Lomax(1.5, 0.1, p_plus=0.3),
    hs.Pareto(1.4, 0.05),
    hs.StudentT(1.3, 0.2),
    hs.SymmetricStable(1.4, 0.2),
    hs.Gaussian(1.0),
]


def reference_path(sgd, start, n_steps, seed, path):
    """The recursion as written in the paper, one step at a time."""
    x, (lo, hi), record = start, sgd.clip, [start]
    for z in sgd.noise.sample(n_steps, seed, path):
        move = np.clip(sgd.eta * (z - float(sgd.landscape.gradient(x))), -sgd.threshold, sgd.threshold)
        x = float(np.clip(x + move, lo, hi))
        record.append(x)
    return np.array(record)


@pytest.mark.parametrize("law", LAWS, ids=repr)
@pytest.mark.parametrize("b", [None, 0.5])
def test_paths_are_the_recursion(law, b):
    sgd = hs.SGD(PAPER, law, 0.002, b, radius=1.6)
    paths = hs.sample_path(sgd, PAPER.minima[1], n_steps=301, n_paths=3, seed=5, progress=False)
    for p in range(3):
        assert np.allclose(paths[p], reference_path(sgd, PAPER.minima[1], 301, 5, p), atol=1e-9)
    assert not np.allclose(paths[0], reference_path(sgd, PAPER.minima[1], 301, 6, 0), atol=1e-6)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_first_exits_are_the_first_exits_of_the_paths(law):
    sgd = hs.SGD(PAPER, law, 0.004, 0.5)
    paths = hs.sample_path(sgd, PAPER.minima[0], n_steps=3000, n_paths=40, seed=8, progress=False)
    out = PAPER.basin_of(paths) != 0
    exits = hs.first_exit(sgd, PAPER.minima[0], n_paths=40, max_steps=3000, seed=8, progress=False)
    assert np.array_equal(exits.censored, ~out.any(axis=1))
    first = np.where(out.any(axis=1), out.argmax(axis=1), 3000)
    assert np.array_equal(exits.steps, first)
    gone = ~exits.censored
    assert np.array_equal(exits.basin[gone], PAPER.basin_of(paths)[gone, first[gone]])
    assert np.all(exits.basin[~gone] == -1)


def test_occupation_counts_the_paths():
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, 0.5, radius=1.6)
    paths = hs.sample_path(sgd, PAPER.minima[0], n_steps=2001, n_paths=5, seed=2, progress=False)[:, 1:]
    seen = hs.occupation(sgd, PAPER.minima[0], n_steps=2001, n_paths=5, bins=64, seed=2, progress=False)
    assert np.array_equal(seen.counts, np.histogram(paths, seen.edges)[0]) and seen.counts.sum() == 5 * 2001
    shares = np.stack([(PAPER.basin_of(paths) == i).mean(axis=1) for i in range(4)], axis=1)
    assert np.allclose(seen.basin_fraction_by_path, shares) and np.allclose(seen.basin_fraction, shares.mean(axis=0))
    assert np.array_equal(seen.final, paths[:, -1])


def hops_of_path(f, path, distance):
    """Hops of one stored path, looked at step by step."""
    basins = f.basin_of(path)
    near = (np.abs(path - f.minima[basins]) <= distance).tolist()
    (home, *others), found = basins.tolist(), []
    for step, basin in enumerate(others, start=1):
        if basin != home and near[step]:
            home = basin
            found.append((step, basin))
    return found


@pytest.mark.parametrize("distance", [0.03, 0.1, np.inf])
@pytest.mark.parametrize("b", [None, 0.5])
def test_hops_are_those_of_the_paths(b, distance):
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, b, radius=1.6)
    starts = np.resize(PAPER.minima, 37)
    paths = hs.sample_path(sgd, starts, n_steps=20_001, n_paths=37, seed=4, progress=False)
    found = hs.hops(sgd, starts, n_steps=20_001, distance=distance, n_paths=37, seed=4, progress=False)
    expected = [(p, *hop) for p in range(37) for hop in hops_of_path(PAPER, paths[p], distance)]
    assert len(expected) > 20 and list(zip(found.path, found.step, found.basin)) == expected
    assert np.array_equal(found.origin, PAPER.basin_of(starts)) and np.array_equal(found.final, paths[:, -1])


def test_hops_do_not_depend_on_threads_splits_or_calls(monkeypatch):
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, None, radius=1.6)
    run = lambda n, **more: hs.hops(  # noqa: E731
        sgd, PAPER.minima[1], n_steps=30_000, distance=0.1, n_paths=n, seed=9, progress=False, **more
    )
    whole = run(70, threads=1)
    assert np.array_equal(run(70, threads=2).step, whole.step) and whole.step.size > 64
    first, second = run(30), run(40, first_path=30)
    assert np.array_equal(np.concatenate([first.step, second.step]), whole.step)
    monkeypatch.setattr(pool, "CALL_STEPS", 640)
    assert all(np.array_equal(a, b) for a, b in zip(run(70), whole))


def test_hops_watched_on_some_minima_only():
    path = np.array([0, 0, 0, 0, 1, 1, 3])
    step = np.array([5, 9, 12, 20, 3, 8, 7])
    basin = np.array([0, 1, 2, 3, 2, 1, 2])
    seen = hs.Hops(path, step, basin, np.array([1, 0, 3, 0]), 30, np.zeros(4))
    assert seen.left.tolist() == [1, 0, 1, 2, 0, 2, 0]
    assert seen.counts(4)[0].tolist() == [0, 1, 2, 0] and seen.counts(4).sum() == 7
    wide = seen.among([1, 3])
    assert wide.origin.tolist() == [1, 1, 3, -1] and wide.step.tolist() == [20] and wide.basin.tolist() == [3]
    assert seen.at([0, 8, 30]).tolist() == [[1, 0, 3], [0, 1, 1], [3, 3, 3], [0, 2, 2]]
    assert wide.at(25).tolist() == [[3], [1], [3], [-1]]


def test_stays_between_hops():
    seen = hs.Hops(np.array([0, 0, 2]), np.array([4, 9, 6]), np.array([1, 0, 2]), np.array([0, 1, -1]), 10, np.zeros(3))
    stays = seen.stays()
    assert list(zip(*(column.tolist() for column in stays))) == [
        (0, 0, 0, 4, True),
        (0, 1, 4, 9, True),
        (0, 0, 9, 10, False),
        (1, 1, 0, 10, False),
        (2, 2, 6, 10, False),
    ]


@pytest.mark.parametrize("distance", [0.0, -1.0, float("nan"), None])
def test_a_bad_distance_is_named(distance):
    with pytest.raises(ValueError, match="distance"):
        hs.hops(hs.SGD(PAPER, LAWS[0], 0.004, 0.5), PAPER.minima[1], n_steps=10, distance=distance)


@pytest.mark.parametrize("law", [LAWS[0], LAWS[4]], ids=repr)
@pytest.mark.parametrize("n_paths", [1, 7, 33, 300])
def test_threads_and_splits_change_nothing(law, n_paths):
    sgd = hs.SGD(PAPER, law, 0.004, 0.5)
    whole = hs.first_exit(sgd, PAPER.minima[1], n_paths=n_paths, max_steps=40_000, seed=3, threads=1, progress=False)
    two = hs.first_exit(sgd, PAPER.minima[1], n_paths=n_paths, max_steps=40_000, seed=3, threads=2, progress=False)
    cut = n_paths // 3
    parts = [
        hs.first_exit(sgd, PAPER.minima[1], n_paths=size, max_steps=40_000, seed=3, first_path=first, progress=False)
        for first, size in ((0, cut), (cut, n_paths - cut))
        if size
    ]
    for name in ("steps", "basin", "censored", "position"):
        assert np.array_equal(getattr(whole, name), getattr(two, name))
        assert np.array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))


def test_short_calls_into_the_kernel_change_nothing(monkeypatch):
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, 0.5, radius=1.6)
    run = lambda: (  # noqa: E731
        *hs.first_exit(sgd, PAPER.minima[1], n_paths=90, max_steps=20_001, seed=3, progress=False),
        *hs.occupation(sgd, PAPER.minima[1], n_steps=5001, n_paths=20, seed=3, progress=False),
        hs.sample_path(sgd, PAPER.minima[1], n_steps=5001, every=3, n_paths=20, seed=3, progress=False),
    )
    long = run()
    monkeypatch.setattr(pool, "CALL_STEPS", 640)
    assert all(np.array_equal(a, b) for a, b in zip(long, run()))


def test_recording_does_not_change_a_path():
    sgd = hs.SGD(PAPER, LAWS[0], 0.002, 0.5)
    every = hs.sample_path(sgd, 0.0, n_steps=1000, every=1, seed=1, progress=False)
    assert np.array_equal(every[:, ::50], hs.sample_path(sgd, 0.0, n_steps=1000, every=50, seed=1, progress=False))


def test_own_landscape_with_functions_that_do_not_vectorise():
    x = sympy.Symbol("x")
    f = hs.Landscape(sympy.cos(3 * x) + sympy.sqrt(x + 4) / 10, bounds=(-2, 2))
    sgd = hs.SGD(f, hs.Lomax(1.5, 0.1), 0.01, 0.6)
    paths = hs.sample_path(sgd, f.minima[0], n_steps=200, seed=1, progress=False)
    assert np.allclose(paths[0], reference_path(sgd, f.minima[0], 200, 1, 0), atol=1e-9)


def test_open_ends_count_as_outside():
    exits = hs.first_exit(hs.SGD(WELL, hs.Lomax(1.5, 0.5), 0.05), 0.0, n_paths=200, max_steps=10**6, seed=1, progress=False)
    assert set(exits.basin) == {WELL.outside} and np.all(np.abs(exits.position) > 1)


def test_results_can_be_saved_and_loaded(tmp_path):
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, 0.5)
    exits = hs.first_exit(sgd, PAPER.minima[0], n_paths=20, max_steps=1000, progress=False)
    hs.save(tmp_path / "exits.npz", exits)
    again = hs.load(tmp_path / "exits.npz")
    assert type(again) is hs.FirstExit and all(np.array_equal(a, b) for a, b in zip(exits, again))
    found = hs.hops(
        hs.SGD(PAPER, LAWS[0], 0.004, 0.5), PAPER.minima[0], n_steps=5000, distance=0.1, n_paths=20, progress=False
    )
    hs.save(tmp_path / "hops.npz", found)
    again = hs.load(tmp_path / "hops.npz")
    assert type(again) is hs.Hops and all(np.array_equal(a, b) for a, b in zip(found, again)) and found.step.size
    np.savez(tmp_path / "other.npz", steps=np.arange(3))
    with pytest.raises(ValueError, match="not a result"):
        hs.load(tmp_path / "other.npz")
    with pytest.raises(ValueError, match="result = ndarray"):
        hs.save(tmp_path / "no.npz", np.arange(3))


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_single_precision_sees_the_same_draws(law):
    sgd = hs.SGD(PAPER, law, 0.002, 0.5, radius=1.6)
    run = lambda dtype, seed: hs.sample_path(  # noqa: E731
        sgd, PAPER.minima[1], n_steps=60, every=1, n_paths=8, seed=seed, progress=False, dtype=dtype
    )
    single, double, other = run("float32", 3), run("float64", 3), run("float64", 4)
    assert single.dtype == np.float32 and 0 < np.max(np.abs(single - double)) < 2e-4
    assert np.max(np.abs(single - other)) > 2e-3


def test_single_precision_in_every_simulation():
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, 0.5, radius=1.6)
    quiet = {"progress": False, "seed": 6, "n_paths": 400}
    steps = {
        d: hs.first_exit(sgd, PAPER.minima[0], max_steps=10**6, dtype=d, **quiet).steps for d in ("float32", "float64")
    }
    mean, error = steps["float32"].mean(), np.hypot(*(s.std() / 20 for s in steps.values()))
    assert abs(mean - steps["float64"].mean()) < 4 * error < 0.3 * mean
    seen = hs.occupation(sgd, PAPER.minima[0], n_steps=5001, n_paths=20, bins=30, progress=False, dtype="float32")
    assert seen.final.dtype == np.float32 and seen.counts.sum() == 20 * 5001
    found = hs.hops(sgd, PAPER.minima[0], n_steps=20_001, distance=0.1, n_paths=20, progress=False, dtype="float32")
    assert np.array_equal(
        found.final,
        hs.sample_path(sgd, PAPER.minima[0], n_steps=20_001, every=20_001, n_paths=20, progress=False, dtype="float32")[
            :, -1
        ],
    )


@pytest.mark.parametrize("eta", [1e-4, 1e-5])
def test_single_precision_is_refused_where_it_loses_the_noise(eta):
    sgd = hs.SGD(PAPER, LAWS[0], eta, 0.5)
    with pytest.raises(ValueError, match="dtype = 'float32'.*use eta > 0.0002"):
        hs.first_exit(sgd, PAPER.minima[1], n_paths=3, max_steps=10, dtype="float32")
    with pytest.raises(ValueError, match="dtype = 'half'"):
        hs.first_exit(sgd, PAPER.minima[1], n_paths=3, max_steps=10, dtype="half")


def test_the_backend_taken_is_said(caplog):
    with caplog.at_level("INFO", logger="heavysgd"):
        hs.first_exit(hs.SGD(PAPER, LAWS[0], 0.004, 0.5), PAPER.minima[1], n_paths=3, max_steps=10, progress=False)
    assert "backend 'cpu' taken" in caplog.text


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"start": 1.7}, "start = 1.7"),
        ({"start": float("nan")}, "start = nan"),
        ({"start": float(PAPER.maxima[1])}, "boundary"),
        ({"start": [0.0, 0.1]}, "start has shape"),
        ({"n_paths": 0}, "n_paths = 0"),
        ({"max_steps": 0}, "max_steps = 0"),
        ({"max_steps": 1.5}, "max_steps = 1.5"),
        ({"seed": -1}, "seed = -1"),
        ({"backend": "tpu"}, "backend = 'tpu'"),
        ({"backend": "cuda"}, "backend = 'cuda'"),
        ({"threads": 0}, "threads = 0"),
    ],
)
def test_bad_input_is_named(change, reason):
    arguments = {"start": PAPER.minima[1], "n_paths": 3, "max_steps": 100, "progress": False} | change
    with pytest.raises(ValueError, match=reason):
        hs.first_exit(hs.SGD(PAPER, LAWS[0], 0.004, 0.5), **arguments)


@pytest.mark.parametrize("simulate", [hs.occupation, hs.sample_path, hs.hops])
def test_paths_that_leave_for_good_are_refused(simulate):
    with pytest.raises(ValueError, match="open ends"):
        simulate(hs.SGD(WELL, LAWS[0], 0.01), 0.0, n_steps=100, **({"distance": 0.1} if simulate is hs.hops else {}))


def test_a_bad_number_of_threads_in_the_environment_is_named(monkeypatch):
    monkeypatch.setenv("HEAVYSGD_THREADS", "many")
    with pytest.raises(ValueError, match="HEAVYSGD_THREADS = 'many'"):
        hs.first_exit(hs.SGD(PAPER, LAWS[0], 0.004, 0.5), 0.0, n_paths=2, max_steps=10, progress=False)


def test_one_start_on_a_boundary_is_named_too():
    with pytest.raises(ValueError, match="must lie inside a basin, not on its boundary"):
        hs.first_exit(hs.SGD(PAPER, LAWS[0], 0.004, 0.5), float(PAPER.maxima[1]), n_paths=1, max_steps=100, progress=False)
