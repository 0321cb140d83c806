"""Chapter 8: leaks between classes, and when a transient one is left."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.seeds import derived
from companion.subjects.reducible import study as reducible

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
ETAS = np.array([0.004, 0.002, 0.001])


def hops(path, step, basin, origin, n_steps=100):
    return hs.Hops(*map(np.array, (path, step, basin, origin)), n_steps, np.zeros(len(origin)))


FOUND = hops([0, 0, 1, 2], [10, 40, 20, 90], [2, 0, 3, 1], [0, 2, 2, 3])


def test_the_order_of_a_leak():
    rarity = NOISE.tail(1 / ETAS) / ETAS
    leaks = reducible.Leaks(rarity, ETAS, 0.4 * rarity**0.8, 0.04 * rarity**0.8)
    log = np.log(rarity)
    assert leaks.order().value == pytest.approx(0.8)
    assert leaks.order().stderr == pytest.approx(0.1 / np.sqrt(np.sum((log - log.mean()) ** 2)))


def test_leaks_are_counted_exits():
    found = reducible.leaks(PAPER, NOISE, 0.4, 2, 1, [0.004, 0.002], 200, seed=5)
    for k, eta in enumerate((0.004, 0.002)):
        sgd = hs.SGD(PAPER, NOISE, eta, 0.4)
        exits = hs.first_exit(
            sgd, PAPER.minima[2], n_paths=200, max_steps=10**9, seed=derived(5, "learning rate", k), progress=False
        )
        share = np.mean(exits.basin == 1)
        assert found.shares[k] == share and found.stderrs[k] == pytest.approx(np.sqrt(share * (1 - share) / 200))
        assert found.rarity[k] == NOISE.tail(1 / eta) / eta


def test_shares_of_paths_and_of_hops():
    left = reducible.share_that_left(FOUND, [[0, 1], [2, 3]])
    assert left.value == 0.5  # paths 0 and 2; path 1 goes from 2 to 3
    assert left.stderr == pytest.approx(np.sqrt(0.5 * 0.5 / 4))
    ends = reducible.share_found_in(FOUND, [0, 1])
    assert ends.value == 0.5  # ends are 0, 3, 1, 3
    assert reducible.share_of_hops(FOUND, 2, 3).value == pytest.approx(1 / 3)  # out of 2: to 0, to 3, to 1
    none = reducible.share_of_hops(FOUND, 2, 2)
    assert none.value == 0 and none.stderr == pytest.approx(np.sqrt(0.2 * 0.8 / 3))  # one of each kind added


def test_killing_times_are_first_arrivals_outside_the_class():
    classes = (SimpleNamespace(members=np.array([0, 1])), SimpleNamespace(members=np.array([2, 3])))
    found = hops([0, 0, 0, 1], [10, 30, 60, 20], [1, 2, 3, 1], [0, 0, 0], n_steps=80)
    run = SimpleNamespace(chain=SimpleNamespace(classes=classes), start=0, horizon=8.0, unit=10.0, hops=found)
    times = reducible.killing_times(run)
    assert times.times.tolist() == [3.0, 8.0, 8.0] and times.ended.tolist() == [True, False, False]
    assert times.destinations.tolist() == [2] and times.horizon == 8.0
