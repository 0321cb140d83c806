"""Chapter 6: shares of time, exact, with finite rates and simulated."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common.measurements import mean_over_groups
from companion.subjects.elimination import study as elimination

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


@pytest.fixture(scope="module")
def found():
    return elimination.expected(PAPER, NOISE, 0.5, [0, 2], [0.004, 0.002], 0.3, [1.6, 1.3])


def test_expected_shares_are_those_of_the_kernel_and_of_the_chain(found):
    assert found.steps.tolist() == [[int(0.3 * eta**-beta) for beta in (1.6, 1.3)] for eta in (0.004, 0.002)]
    there = hs.exact.transition(hs.SGD(PAPER, NOISE, 0.002, 0.5), int(found.steps[1, 0]))
    assert found.exact.shape == (2, 2, 4)
    assert found.exact[1, 0] == pytest.approx(there.share[:, [0, 2]].sum(axis=1), abs=1e-4)
    chain = hs.theory.finite_rates(PAPER, NOISE, 0.002, 0.5)
    assert found.finite[1, 0, 2] == pytest.approx(chain.share([0, 2], start=2, n_steps=int(found.steps[1, 0])))
    assert found.finite == pytest.approx(found.exact, rel=0.3) and 0 < found.error < 1e-4


def test_means_over_starts(found):
    exact, finite = found.over_starts(1.3)
    assert exact == pytest.approx(found.exact[:, 1].mean(axis=1))
    assert finite == pytest.approx(found.finite[:, 1].mean(axis=1))
    assert found.from_start(1.3, 2).values == pytest.approx(found.exact[:, 1, 2])


def test_simulated_shares_are_the_exact_ones(found):
    n = int(found.steps[0, 0])
    share = elimination.simulated(PAPER, NOISE, 0.5, [0, 2], 0.004, n, 800, seed=3)
    assert share.value == pytest.approx(found.over_starts(1.6)[0][0], abs=4 * share.stderr) and share.stderr < 0.02
    alone = elimination.simulated(PAPER, NOISE, 0.5, [0, 2], 0.004, n, 400, 4, start=0)
    assert alone.value == pytest.approx(found.exact[0, 0, 0], abs=4 * alone.stderr) and alone.value > 2 * share.value


def test_a_simulated_share_is_the_time_of_every_step():
    share = elimination.simulated(PAPER, NOISE, 0.5, [0, 2], 0.004, 2000, 32, seed=2)
    sgd = hs.SGD(PAPER, NOISE, 0.004, 0.5)
    seen = hs.occupation(sgd, np.resize(PAPER.minima, 32), n_steps=2000, n_paths=32, seed=2, progress=False)
    there = mean_over_groups(seen.basin_fraction_by_path[:, [0, 2]].sum(axis=1), PAPER.size)
    assert share.value == pytest.approx(there.value, abs=1e-3) and share.stderr == pytest.approx(there.stderr, rel=0.02)


def test_the_long_run_and_thresholds():
    found = elimination.in_the_long_run(PAPER, NOISE, 0.5, [0, 2], [0.004])
    law = hs.exact.stationary(hs.SGD(PAPER, NOISE, 0.004, 0.5)).basin_fraction
    assert found.values == pytest.approx([law[[0, 2]].sum()])
    thresholds, line = elimination.along_b(PAPER, NOISE, [0.5], [0, 2], 0.004)
    assert thresholds.tolist() == [0.5] and line == pytest.approx(found.values)
    _, limit = elimination.limit_along_b(PAPER, NOISE, np.array([0.5, float(PAPER.widths[1])]), [0, 2], 0.004)
    assert limit[0] == hs.theory.finite_rates(PAPER, NOISE, 0.004, 0.5).share([0, 2]) and np.isnan(limit[1])


def test_time_in_basins_by_hand_and_against_every_step():
    path, step, basin, origin = map(np.array, ([0, 0, 1, 2], [10, 40, 20, 90], [2, 0, 3, 1], [0, 2, 2, 3]))
    by_hand = hs.Hops(path, step, basin, origin, 100, np.zeros(4))
    # Path 0: in 0 to 10, in 2 to 40, in 0 to 100; path 1: 2 to 20, then 3; path 2: 2 to 90, then 1; path 3: in 3.
    assert elimination.time_in(by_hand, [0, 2]) == pytest.approx([1.0, 0.2, 0.9, 0.0])
    assert elimination.time_in(by_hand, [2]) == pytest.approx([0.3, 0.2, 0.9, 0.0])
    sgd = hs.SGD(PAPER, NOISE, 0.004, 0.5)
    found = hs.hops(sgd, PAPER.minima, n_steps=3000, distance=np.inf, n_paths=4, seed=3, progress=False)
    path = hs.sample_path(sgd, PAPER.minima, n_steps=3000, every=1, n_paths=4, seed=3, progress=False)[:, 1:]
    inside = np.isin(PAPER.basin_of(path), [0, 2]).mean(axis=1)
    assert elimination.time_in(found, [0, 2]) == pytest.approx(inside, abs=1e-3) and 0 < inside.mean() < 1
