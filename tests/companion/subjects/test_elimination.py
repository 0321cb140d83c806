"""Chapter 6: shares of time and what is fitted to them."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.seeds import derived
from companion.subjects.common.measurements import mean_over_groups
from companion.subjects.elimination import study as elimination

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
ETAS = np.array([0.004, 0.002, 0.001])


def shares(values, predicted, errors=0.1, thresholds=0.5):
    values, predicted = np.asarray(values, float), np.asarray(predicted, float)
    column = np.broadcast_to(thresholds, values.shape).astype(float)
    return elimination.Shares(NOISE, ETAS[: values.size], column, values, errors * predicted, predicted)


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


def test_predictions_over_those_of_a_neighbour():
    share = lambda eta, b: elimination.predicted_share(  # noqa: E731
        PAPER, NOISE, [0, 2], eta, b, elimination.horizon(eta, 20, 1.4)
    )
    found = shares([0.3, 0.1], [share(eta, 0.5) for eta in ETAS[:2]])
    over = [share(eta, 0.5) / share(eta, 0.46) for eta in ETAS[:2]]
    assert found.predicted_over(PAPER, 0.46, [0, 2], 20, 1.4) == pytest.approx(np.mean(over)) and min(over) > 1.1


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


def test_shares_of_a_small_run():
    found = elimination.against_eta(PAPER, NOISE, 0.5, [0, 2], [0.004, 0.002], 0.1, 1.6, 1, seed=2)
    n_steps = [elimination.horizon(eta, 0.1, 1.6) for eta in (0.004, 0.002)]
    assert found.etas.tolist() == [0.004, 0.002] and found.thresholds.tolist() == [0.5, 0.5]
    for k, (eta, n) in enumerate(zip(found.etas, n_steps)):
        own = derived(2, "case", k)
        assert found.predicted[k] == elimination.predicted_share(PAPER, NOISE, [0, 2], eta, 0.5, n)
        seen = hs.occupation(
            hs.SGD(PAPER, NOISE, eta, 0.5), np.resize(PAPER.minima, 32), n_steps=n, n_paths=32, seed=own, progress=False
        )
        share = mean_over_groups(seen.basin_fraction_by_path[:, [0, 2]].sum(axis=1), 4)
        assert found.values[k] == pytest.approx(share.value, abs=2 / n)
        assert found.stderrs[k] == pytest.approx(share.stderr, rel=0.02)
    across = elimination.against_b(PAPER, NOISE, [0.5, None], [0, 2], 0.004, 0.1, 1.6, 1, seed=2)
    assert across.values[0] == found.values[0] and np.isnan(across.thresholds[1])
