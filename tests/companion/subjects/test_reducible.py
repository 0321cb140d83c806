"""Chapter 8: leaks between classes, and when a transient one is left, counted and exact."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common.binomial import binomial
from companion.subjects.reducible import study as reducible

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
SGD = hs.SGD(PAPER, NOISE, 0.004, 0.4)


def hops(path, step, basin, origin, n_steps=100):
    return hs.Hops(*map(np.array, (path, step, basin, origin)), n_steps, np.zeros(len(origin)))


def test_orders_are_those_between_neighbours():
    rarity = np.array([0.4, 0.2, 0.05])
    assert reducible.Leaks(np.ones(3), rarity, 0.4 * rarity**0.8).orders == pytest.approx([0.8, 0.8])


def test_leaks_are_exact_shares_of_exits():
    found = reducible.leaks(PAPER, NOISE, 0.4, 2, 1, [0.004, 0.002])
    exit = hs.exact.first_exit(SGD, PAPER.minima[2])
    assert found.shares[0] == exit.destinations[1] == reducible.exit_share(SGD, 2, 1)
    assert found.rarity == pytest.approx([NOISE.tail(1 / eta) / eta for eta in (0.004, 0.002)])


def test_exits_are_counted_against_their_exact_share():
    found = reducible.counted_exits(SGD, 2, 1, 300, seed=5)
    exits = hs.first_exit(SGD, PAPER.minima[2], n_paths=300, max_steps=10**9, seed=5, progress=False)
    assert found.count == np.count_nonzero(exits.basin == 1) and found.probability == reducible.exit_share(SGD, 2, 1)
    assert found.share == found.count / 300 and found.test() == binomial(found.count, 300, found.probability)
    assert found.test().value > 0.001 > found.against("half", found.probability / 2).measured.value


def test_leavers_are_counted_against_their_exact_probability():
    found = reducible.counted_leavers(SGD, [2, 3], 2, 5000, 300, seed=6)
    run = hs.hops(SGD, PAPER.minima[2], n_steps=5000, distance=np.inf, n_paths=300, seed=6, progress=False)
    left = {p for p, i in zip(run.path.tolist(), run.basin.tolist()) if i in (0, 1)}
    assert found.count == len(left) and 0 < found.count < 300 and found.test().value > 0.001
    survival = hs.exact.killed(SGD, [2, 3], [PAPER.minima[2]]).survival(5000)[0]
    assert found.probability == pytest.approx(1 - survival, abs=1e-9)
    assert reducible.leaving_probability(SGD, [2, 3], 2, [0, 5000]) == pytest.approx([0.0, 1 - survival], abs=1e-6)


def test_leaving_times_are_first_crossings_out_of_the_class():
    found = hops([0, 0, 0, 1], [10, 30, 60, 20], [1, 2, 3, 1], [0, 0, 0], n_steps=80)
    run = SimpleNamespace(horizon=8.0, unit=10.0, hops=found)
    times = reducible.leaving_times(run, [0, 1])
    assert times.times.tolist() == [3.0, 8.0, 8.0] and times.ended.tolist() == [True, False, False]
    assert times.destinations.tolist() == [2] and times.horizon == 8.0


def test_ends_by_hand_and_exact():
    found = hops([0, 0, 1, 2], [10, 40, 20, 90], [2, 0, 3, 1], [0, 2, 2, 3])
    ends = reducible.share_found_in(found, [0, 1], 2)  # ends are 0, 3, 1, 3: groups {0, 1} and {3, 3}
    assert ends.value == 0.5 and ends.stderr == pytest.approx(0.0)
    assert reducible.share_found_in(found, [1], 2).stderr == pytest.approx(np.sqrt(0.5 / 2) / 2)
    law = hs.exact.transition(SGD, 1000).probability
    assert reducible.ends_in(SGD, [0, 1], 1000) == pytest.approx(law[:, :2].sum(axis=1).mean(), abs=1e-9)
    assert reducible.ends_in(SGD, range(4), [100, 1000]) == pytest.approx([1, 1], abs=1e-6)


def test_killing_rates_are_on_the_clock_of_the_class():
    wells, quiet = hs.landscapes.one_way_wells(), hs.Lomax(1.5, 0.07)
    found = reducible.killing_rates(wells, quiet, 1.0, [0, 1], 0, [0.15])
    rate = hs.exact.killed(hs.SGD(wells, quiet, 0.15, 1.0), [0, 1]).rate
    assert found == pytest.approx([rate / hs.theory.exit_scale(quiet, 0.15, 2)])
    assert found[0] > hs.theory.limit_chain(wells, 1.5, 1.0).killing[0]  # comes down to it, chapter 8
