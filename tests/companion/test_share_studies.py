"""Chapters 3, 6 and 8: shares of time and what is fitted to them, leaks between classes."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.rules import Measured
from companion.studies import elimination, figure1, reducible

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
ETAS = np.array([0.004, 0.002, 0.001])


def shares(values, predicted, errors=0.1, thresholds=0.5):
    values, predicted = np.asarray(values, float), np.asarray(predicted, float)
    column = np.broadcast_to(thresholds, values.shape).astype(float)
    return elimination.Shares(NOISE, ETAS[: values.size], column, values, errors * predicted, predicted)


def hops(path, step, basin, origin, n_steps=100):
    return hs.Hops(*map(np.array, (path, step, basin, origin)), n_steps, np.zeros(len(origin)))


FOUND = hops([0, 0, 1, 2], [10, 40, 20, 90], [2, 0, 3, 1], [0, 2, 2, 3])


def test_powers_of_the_prediction():
    predicted = np.array([0.2, 0.1, 0.04])
    assert shares(3 * predicted**1.4, predicted).power_of(shares(predicted, predicted)).value == pytest.approx(1.4)
    flat = shares([0.3, 0.3, 0.3], predicted).power_of(shares(predicted, predicted))
    assert flat.value == pytest.approx(0, abs=1e-12)
    log = np.log(predicted)
    error = shares(predicted, predicted).power_of(shares(predicted, predicted)).stderr
    assert error == pytest.approx(0.1 / np.sqrt(np.sum((log - log.mean()) ** 2)))


def test_pooled_ratios_and_parts():
    found = shares([0.3, 0.1], [0.2, 0.1], thresholds=[0.5, 0.6])
    assert (found.pooled_ratio(found).value, found.pooled_ratio(found).stderr) == pytest.approx((1.25, 0.1 / 2**0.5))
    assert found.at_eta(0.004).value == pytest.approx(1.5) and found.at_threshold(0.6).value == pytest.approx(1.0)
    assert found.upto(0.003).values.tolist() == [0.1]
    assert found.rarity == pytest.approx(NOISE.tail(1 / ETAS[:2]) / ETAS[:2])
    other = shares([0.3, 0.1], [0.1, 0.1])
    assert other.pooled_ratio(found).value == pytest.approx((1.5 * 400 + 1.0 * 100) / 500)  # errors 0.05 and 0.1


def test_the_prediction_is_the_mean_over_all_starts():
    chain, n = hs.theory.finite_rates(PAPER, NOISE, 0.001, 0.5), 50_000
    by_start = chain.occupation(n)[:, [0, 2]].sum(axis=1)
    assert elimination.predicted_share(PAPER, NOISE, [0, 2], 0.001, 0.5, n) == pytest.approx(by_start.mean())
    assert by_start[0] > 1.5 * by_start[1]
    b, line = elimination.predicted_line(PAPER, NOISE, [0, 2], 0.001, [0.5, float(PAPER.widths[1])], 20, 1.4)
    n = elimination.horizon(0.001, 20, 1.4)
    assert n == round(20 * 1000**1.4) and np.isnan(line[1])
    assert line[0] == pytest.approx(elimination.predicted_share(PAPER, NOISE, [0, 2], 0.001, 0.5, n))


def test_time_in_basins_by_hand_and_against_every_step():
    # Path 0: in 0 to 10, in 2 to 40, in 0 to 100; path 1: 2 to 20, then 3; path 2: 2 to 90, then 1; path 3: in 3.
    assert elimination.time_in(FOUND, [0, 2]) == pytest.approx([1.0, 0.2, 0.9, 0.0])
    assert elimination.time_in(FOUND, [2]) == pytest.approx([0.3, 0.2, 0.9, 0.0])
    sgd = hs.SGD(PAPER, NOISE, 0.004, 0.5)
    found = hs.hops(sgd, PAPER.minima, 3000, np.inf, 4, seed=3, progress=False)
    path = hs.sample_path(sgd, PAPER.minima, 3000, 1, 4, seed=3, progress=False)[:, 1:]
    inside = np.isin(PAPER.basin_of(path), [0, 2]).mean(axis=1)
    assert elimination.time_in(found, [0, 2]) == pytest.approx(inside, abs=1e-3) and 0 < inside.mean() < 1


def test_shares_of_a_small_run():
    found = elimination.against_eta(PAPER, NOISE, 0.5, [0, 2], [0.004, 0.002], 0.1, 1.6, 1, seed=2)
    n_steps = [elimination.horizon(eta, 0.1, 1.6) for eta in (0.004, 0.002)]
    assert found.etas.tolist() == [0.004, 0.002] and found.thresholds.tolist() == [0.5, 0.5]
    for k, (eta, n) in enumerate(zip(found.etas, n_steps)):
        assert found.predicted[k] == elimination.predicted_share(PAPER, NOISE, [0, 2], eta, 0.5, n)
        seen = hs.occupation(
            hs.SGD(PAPER, NOISE, eta, 0.5), np.resize(PAPER.minima, 32), n, 32, seed=2 + 1000 * k, progress=False
        )
        assert found.values[k] == pytest.approx(figure1.share(seen, [0, 2]).value, abs=2 / n)
        assert found.stderrs[k] == pytest.approx(figure1.share(seen, [0, 2]).stderr, rel=0.02)
    across = elimination.against_b(PAPER, NOISE, [0.5, None], [0, 2], 0.004, 0.1, 1.6, 1, seed=2)
    assert across.values[0] == found.values[0] and np.isnan(across.thresholds[1])


def test_means_over_groups_do_not_count_the_design_as_scatter():
    per_path = np.array([0.0, 1.0, 0.2, 0.8, 0.1, 0.9])  # groups 0, 1, 0, 1, 0, 1
    found = figure1.mean_over_groups(per_path, 2)
    variance = np.var([0.0, 0.2, 0.1], ddof=1) / 3 + np.var([1.0, 0.8, 0.9], ddof=1) / 3
    assert (found.value, found.stderr) == pytest.approx((0.5, np.sqrt(variance) / 2))


def test_shares_of_an_occupation():
    first, third = np.array([0.7, 0.5, 0.0, 1.0, 0.2, 0.0]), np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.4])
    by_path = np.stack([first, 1 - first - third, third], axis=1)
    seen = SimpleNamespace(basin_fraction=by_path.mean(axis=0), basin_fraction_by_path=by_path)
    assert figure1.share(seen, [0, 1]).value == pytest.approx(by_path[:, :2].sum() / 6)
    assert figure1.least_visited(seen).value == pytest.approx(0.5 / 6) and figure1.leavers(seen) == 5
    quotient = figure1.ratio(Measured(3.0, 0.3), Measured(2.0, 0.4))
    assert (quotient.value, quotient.stderr) == pytest.approx((1.5, 1.5 * np.hypot(0.1, 0.2)))


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
        exits = hs.first_exit(sgd, PAPER.minima[2], 200, 10**9, seed=5 + 1000 * k, progress=False)
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
