"""The exact kernel against simulation: every law, none to three jumps, two landscapes, and wrong laws that must be seen."""

import dataclasses

import heavysgd as hs
import numpy as np
import pytest
from scipy import stats

WELL = hs.landscapes.quadratic_well()
PAIR = hs.landscapes.two_wells(1.0, 1.3)
LAWS = {
    "Lomax": hs.Lomax(1.5, 0.5),
    "skewed Lomax": hs.Lomax(1.5, 0.5, p_plus=0.3),
    "Pareto": hs.Pareto(1.5, 0.4),
    "skewed Pareto": hs.Pareto(1.5, 0.5, p_plus=0.6),
    "Student": hs.StudentT(1.5, 0.5),
    "stable": hs.SymmetricStable(1.5, 0.6),
    "Gaussian": hs.Gaussian(2.5),
}
CUTS = {"none": None, "one": 1.15, "two": 0.6, "three": 0.4}  # of a width of one


def recursion(place, noise, jumps):
    b = CUTS[jumps]
    if place == "well":
        return hs.SGD(WELL, noise, 0.1, b), 0.0
    stronger = dataclasses.replace(noise, scale=1.3 * noise.scale)
    return hs.SGD(PAIR, stronger, 0.06, None if b is None else 1.3 * b), 1.3


@pytest.mark.parametrize("jumps", CUTS)
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("place", ["well", "pair"])
def test_mean_exit_time_and_law(place, name, jumps):
    noise = LAWS[name]
    sgd, start = recursion(place, noise, jumps)
    found = hs.exact.first_exit(sgd, start, tolerance=1e-4)
    n = 2500
    steps = hs.first_exit(sgd, start, n_paths=n, max_steps=10**9, seed=11, progress=False).steps
    error = steps.std() / np.sqrt(n)
    assert abs(steps.mean() - found.mean) < 4 * error
    counts = np.array([1, int(found.mean / 4), int(found.mean), int(3 * found.mean)])
    alive = np.array([(steps > k).sum() for k in counts])
    assert all(stats.binomtest(int(a), n, p).pvalue > 1e-4 for a, p in zip(alive, np.clip(found.survival(counts), 0, 1)))
    other = dataclasses.replace(
        noise, **({"scale": 1.05 * noise.scale} if name == "Gaussian" else {"alpha": noise.alpha + 0.05})
    )
    assert (
        abs(steps.mean() - hs.exact.first_exit(recursion(place, other, jumps)[0], start, tolerance=1e-3).mean) > 4 * error
    )


@pytest.mark.parametrize("jumps, b", [("two", 0.8), ("three", 0.47)])
def test_a_threshold_off_by_two_per_cent_is_seen(jumps, b):
    sgd = hs.SGD(PAIR, hs.Lomax(1.5, 0.8), 0.06, b)
    n = 20_000
    steps = hs.first_exit(sgd, 1.3, n_paths=n, max_steps=10**9, seed=12, progress=False).steps
    error = steps.std() / np.sqrt(n)
    assert abs(steps.mean() - hs.exact.first_exit(sgd, 1.3).mean) < 4 * error
    off = hs.exact.first_exit(hs.SGD(PAIR, sgd.noise, 0.06, 1.02 * b), 1.3).mean
    assert abs(steps.mean() - off) > 4 * error


def test_destinations_from_everywhere():
    f = hs.landscapes.wang_oh_rhee()
    sgd = hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004)
    n = 8000
    for start in (*f.minima, 0.1, 0.65):
        found = hs.exact.first_exit(sgd, start)
        basins = np.bincount(
            hs.first_exit(sgd, start, n_paths=n, max_steps=10**8, seed=13, progress=False).basin, minlength=4
        )
        assert found.destinations.sum() == pytest.approx(1, abs=1e-9)
        assert all(stats.binomtest(int(k), n, p).pvalue > 1e-4 for k, p in zip(basins, found.destinations))
        others = np.delete(np.arange(4), found.basin)
        wrong = found.destinations.copy()
        wrong[others] = found.destinations[np.roll(others, 1)]
        assert not all(stats.binomtest(int(k), n, p).pvalue > 1e-4 for k, p in zip(basins, wrong))


def test_shares_of_a_finite_time_and_of_the_long_run():
    sgd = hs.SGD(PAIR, hs.Lomax(1.5, 0.65), 0.06, 0.8)
    counts, paths = [20, 200, 2000], 4000
    found = hs.exact.transition(sgd, counts, start=1.3)
    for row, n in enumerate(counts):
        seen = hs.occupation(sgd, 1.3, n_steps=n, n_paths=paths, seed=14, progress=False)
        spread = seen.basin_fraction_by_path.std(axis=0) / np.sqrt(paths)
        assert np.all(np.abs(seen.basin_fraction - found.share[row, 0]) < 4 * spread)
        where = int((PAIR.basin_of(seen.final) == 0).sum())
        assert stats.binomtest(where, paths, found.probability[row, 0, 0]).pvalue > 1e-4
    seen = hs.occupation(sgd, 1.3, n_steps=100_000, n_paths=64, seed=15, progress=False)
    spread = seen.basin_fraction_by_path.std(axis=0) / 8
    shares = hs.exact.stationary(sgd).basin_fraction
    assert np.all(np.abs(seen.basin_fraction - shares) < 4 * spread + 1e-3)
    assert np.any(np.abs(seen.basin_fraction - found.share[1, 0]) > 4 * spread + 1e-3)


def test_density_of_the_stationary_law():
    sgd = hs.SGD(PAIR, hs.Lomax(1.5, 0.65), 0.06, 0.8)
    law = hs.exact.stationary(sgd).law
    runs = [hs.occupation(sgd, 1.3, n_steps=50_000, n_paths=8, bins=60, seed=16 + k, progress=False) for k in range(16)]
    middle = np.linspace(runs[0].edges[:-1], runs[0].edges[1:], 41, axis=1)
    expected = law.density(middle).mean(axis=1) * np.diff(runs[0].edges)
    expected[[0, -1]] += law.atoms  # on the walls
    assert expected.sum() == pytest.approx(1, abs=2e-3)
    shares = np.array([run.counts / run.counts.sum() for run in runs])
    error = shares.std(axis=0, ddof=1) / 4
    off = np.abs(shares.mean(axis=0) - expected) / error
    assert np.sum(off > stats.t.isf(0.005, 15)) < 6  # of 60 bins, where 0.6 are expected
    assert np.sum(np.abs(shares.mean(axis=0) - np.roll(expected, 1)) / error > stats.t.isf(0.005, 15)) > 30


def test_a_class_is_left_as_in_simulation():
    """Two wells of a transient class: survival and the basin while alive, by simulated paths that are stopped outside."""
    f = hs.landscapes.one_way_wells()
    sgd = hs.SGD(f, hs.Lomax(1.5, 0.5), 0.05, 1.0)
    chain = hs.exact.killed(sgd, [0, 1])
    counts, paths = np.array([50, 500, 2000]), 3000
    places = hs.sample_path(sgd, f.minima[0], n_steps=2000, every=1, n_paths=paths, seed=17, progress=False)
    basin = f.basin_of(places)
    gone = np.maximum.accumulate(basin > 1, axis=1)
    first = places.shape[1] - 2000  # whether the start is recorded
    for n, law in zip(counts, chain.transition(counts)[:, 0]):
        alive = [int(((basin[:, n - 1 + first] == i) & ~gone[:, n - 1 + first]).sum()) for i in (0, 1)]
        assert all(stats.binomtest(k, paths, p).pvalue > 1e-4 for k, p in zip(alive, law))


def test_the_law_where_jumps_would_show_again_on_too_many_pieces():
    """Five wells at a learning rate that asked for 6,360 nodes, more than there may be, and does with 2,736."""
    f, n, paths = hs.landscapes.alternating_wells(), 3000, 4000
    sgd = hs.SGD(f, hs.Lomax(1.5, 0.1, p_plus=0.4), 0.03, 0.9)
    law = hs.exact.transition(sgd, n, f.minima[1], tolerance=1e-5)
    assert law.error <= 1e-5 and law.probability.sum() == pytest.approx(1, abs=1e-5)
    places = hs.sample_path(sgd, f.minima[1], n_steps=n, every=n, n_paths=paths, seed=18, progress=False)[:, -1]
    seen = np.bincount(f.basin_of(places), minlength=f.size)
    expected = law.probability[0] * paths
    likely = expected > 5
    among = expected[likely] * seen[likely].sum() / expected[likely].sum()
    assert likely.sum() >= 2 and stats.chisquare(seen[likely], among).pvalue > 1e-3
