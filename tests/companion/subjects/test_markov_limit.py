"""Chapter 7: paths on the limit's clock beside the exact kernel and the limit chain, by hand and on small runs."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common import chain_run, law_tests
from companion.subjects.markov_limit import study as markov_limit
from scipy import stats
from scipy.linalg import expm

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
CHAIN = hs.theory.limit_chain(PAPER, 1.2, 0.5)


def run_of(path, step, basin, origin, unit=10.0, horizon=10.0, start=1, chain=CHAIN):
    found = hs.Hops(*map(np.array, (path, step, basin, origin)), int(unit * horizon), np.zeros(len(origin)))
    return chain_run.Run(SimpleNamespace(landscape=PAPER), chain, start, unit, horizon, found)


# Path 0: 1 to 12, 0 to 15, 1 to 40, 2 to 41, 3 on. Path 1: 1 all the time. Path 2: 1 to 70, then 3.
RUN = run_of([0, 0, 0, 0, 2], [12, 15, 40, 41, 70], [0, 1, 2, 3, 3], [1, 1, 1])


def test_a_run_keeps_the_clock_of_its_class():
    found = chain_run.run(PAPER, NOISE, 0.004, 0.5, 1, 0.002, 3, 0.05, seed=1)
    unit = 1 / hs.theory.exit_scale(NOISE, 0.004, 2)
    assert found.unit == pytest.approx(unit) and found.hops.n_steps == int(0.002 * unit)
    assert found.steps([0.0005, 0.001]).tolist() == [int(0.0005 * unit), int(0.001 * unit)]
    assert found.hops.origin.tolist() == [1, 1, 1]


def test_laws_by_hand():
    paths = np.array([[1, 2, 0, 0], [0, 2, 0, 1], [0, 1, 0, 2]])
    assert markov_limit.counts(RUN, [1.3, 5.0, 8.0]).tolist() == paths.tolist()
    assert markov_limit.laws(RUN, [1.3, 5.0, 8.0]) == pytest.approx(paths / 3)
    assert RUN.wide.hops.basin.tolist() == [3, 3] and RUN.wide.hops.step.tolist() == [41, 70]


def test_laws_of_the_limit():
    law = markov_limit.limit_laws(CHAIN, 1, [0.0, 2.0], 4)
    assert law[0].tolist() == [0, 1, 0, 0] and law[1, [1, 3]] == pytest.approx(expm(2 * CHAIN.generator)[0])


def test_distance_is_total_variation():
    limit = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    exact = {0.1: limit, 0.2: np.array([[0.5, 0.4, 0.1], [0.5, 0.3, 0.2]])}
    found = markov_limit.distances(exact | {0.1: limit + 0.01}, limit)
    assert found.etas.tolist() == [0.1, 0.2] and found.values == pytest.approx([0.015, (0.1 + 0.3) / 2])
    assert found.errors == pytest.approx(markov_limit.LAW / found.values)


def test_exact_laws_pairs_and_moves():
    sgd = hs.SGD(PAPER, NOISE, 0.004, 0.5)
    unit = float(1 / hs.theory.exit_scale(NOISE, 0.004, 2))
    half, whole = law = markov_limit.exact_laws(sgd, unit, [0.5, 1.0])
    there = hs.exact.transition(sgd, int(1.0 * unit), [PAPER.minima[1]]).probability[0]
    assert law.shape == (2, 4, 4) and whole[1] == pytest.approx(there, abs=1e-4)
    pairs = markov_limit.exact_pairs(half, half, whole, 1, CHAIN.states)
    assert pairs.law.sum() == pytest.approx(1) and 0 < pairs.defect < 1e-3
    first = pairs.law.reshape(2, 2).sum(axis=1)
    assert first == pytest.approx(half[1, [1, 3]] / half[1, [1, 3]].sum(), abs=0.01)
    move = markov_limit.exact_move(sgd, CHAIN, unit, 1)
    alone = hs.exact.killed(sgd, [0, 1, 2], [PAPER.minima[1]])
    assert move.rate == pytest.approx(alone.rate * unit) and move.shares == pytest.approx([0, 1])
    rates = markov_limit.generators(PAPER, NOISE, 0.5, 2, [0.004])
    assert rates[0, 0] == pytest.approx([0, move.rate]) and rates[0, 1, 1] == 0 and rates[0, 1, 0] > 1


def test_pairs_are_counted_where_both_are_wide():
    seen = markov_limit.seen_pairs(RUN, (1.3, 8.0))  # (0, 3) is left out; (1, 1) and (1, 3) are kept
    assert seen.tolist() == [1, 1, 0, 0]


def test_a_small_run_has_the_exact_laws():
    found = chain_run.run(PAPER, NOISE, 0.004, 0.5, 1, 0.2, 300, np.inf, seed=4)
    expected = markov_limit.exact_laws(found.sgd, found.unit, [0.1, 0.2])[:, 1]
    seen = markov_limit.counts(found, [0.1, 0.2])
    for row, law in zip(seen, expected):
        assert law_tests.chi_square(row, law).value > 0.001
    control = markov_limit.law_control("put off", seen[1], expected[1], np.roll(expected[1], 1))
    assert control.measured.value < 1e-3 and control.power > 0.99


def test_first_moves_by_hand():
    moves = markov_limit.first_moves(RUN)
    assert moves.times.tolist() == [4.1, 10.0, 7.0] and moves.ended.tolist() == [True, False, True]
    assert moves.destinations.tolist() == [3, 3]
    rate = moves.rate()
    assert (rate.value, rate.stderr) == pytest.approx((2 / 21.1, 2 / 21.1 / 2**0.5))
    assert markov_limit.counts_of(np.array([3, 1, 3]), np.array([1, 2, 3])).tolist() == [1, 0, 2]


def test_cut_off_times_are_held_against_a_cut_off_law():
    times = np.random.default_rng(1).exponential(2.0, 2000)
    moves = chain_run.FirstMoves(np.minimum(times, 3.0), times < 3.0, np.zeros(0), 3.0)
    assert moves.against(0.5).value > 0.001 > moves.against(0.8).value
    law = stats.kstest(times[times < 3.0], lambda t: np.expm1(-0.5 * t) / np.expm1(-1.5)).pvalue
    assert moves.against(0.5).value == pytest.approx(law)
    assert moves.rate().value == pytest.approx(0.5, rel=0.1)


def test_how_surely_a_neighbouring_rate_is_rejected():
    moves, rng = chain_run.FirstMoves(np.ones(300), None, None, 3.0), np.random.default_rng(0)
    assert moves.power(0.5, 0.5, seed=1) < 0.02 and moves.power(1.5, 0.5, seed=1) > 0.98
    drawn = (rng.exponential(2.0, 300) for _ in range(300))
    found = [moves._replace(times=t, ended=t < 3.0).against(0.75).value <= 0.001 for t in drawn]
    assert moves.power(0.75, 0.5, seed=1) == pytest.approx(np.mean(found), abs=0.12) and 0.1 < np.mean(found) < 0.9
