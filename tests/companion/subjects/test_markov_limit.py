"""Chapter 7: paths on the limit's clock beside its chain, by hand and on a small run."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common import chain_run
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
    assert markov_limit.laws(RUN, [1.3, 5.0, 8.0]) == pytest.approx(paths / 3)
    assert RUN.wide.hops.basin.tolist() == [3, 3] and RUN.wide.hops.step.tolist() == [41, 70]


def test_laws_of_the_limit():
    law = markov_limit.limit_laws(CHAIN, 1, [0.0, 2.0], 4)
    assert law[0].tolist() == [0, 1, 0, 0] and law[1, [1, 3]] == pytest.approx(expm(2 * CHAIN.generator)[0])
    left_in = markov_limit.sharp_left_in(PAPER, 1.2, 0.5)
    q = hs.theory.exit_measure(PAPER, 1.2, 0.5)
    assert left_in.generator == pytest.approx(q - np.diag(q.sum(axis=1))) and left_in.states.tolist() == [0, 1, 2, 3]


def test_distance_is_total_variation():
    found = markov_limit.distance_to(RUN, CHAIN, [5.0], seed=0)
    expected = markov_limit.limit_laws(CHAIN, 1, [5.0], 4)[0]
    assert found.value == pytest.approx(np.abs(np.array([0, 2, 0, 1]) / 3 - expected).sum() / 2)
    many = run_of(*[np.array([], int)] * 3, np.full(400, 1))
    assert markov_limit.distance_to(many, CHAIN, [0.0], seed=0).value == 0
    half = run_of(np.arange(200), np.full(200, 10), np.full(200, 3), np.full(400, 1))
    off = markov_limit.distance_to(half, CHAIN, [1.0], seed=0)
    stay = expm(CHAIN.generator)[0, 0]
    assert off.value == pytest.approx(stay - 0.5) and off.stderr == pytest.approx(0.5 / 20, rel=0.2)


def test_a_joint_law_is_kept_and_a_wrong_one_rejected():
    rng, n, states = np.random.default_rng(0), 10_000, np.array([1, 3])
    first, then = expm(1.0 * CHAIN.generator), expm(1.0 * CHAIN.generator)
    at_s = rng.random(n) < first[0, 1]
    at_t = rng.random(n) < np.where(at_s, then[1, 1], then[0, 1])
    path = np.concatenate([np.flatnonzero(at_s), np.flatnonzero(at_t != at_s)])
    step = np.concatenate([np.full(at_s.sum(), 5), np.full((at_t != at_s).sum(), 15)])
    basin = np.concatenate([np.full(at_s.sum(), 3), states[at_t[at_t != at_s].astype(int)]])
    order = np.lexsort((step, path))
    run = run_of(path[order], step[order], basin[order], np.full(n, 1))
    assert markov_limit.joint_test(run, CHAIN, (1.0, 2.0)).value > 0.001
    slow = hs.theory.MarkovChain(CHAIN.states, 0.8 * CHAIN.generator)
    assert markov_limit.joint_test(run, slow, (1.0, 2.0)).value < 1e-3
    control = markov_limit.joint_control("slower", run, CHAIN, slow, (1.0, 2.0))
    assert control.measured == markov_limit.joint_test(run, slow, (1.0, 2.0)) and control.power > 0.99
    assert markov_limit.joint_control("the same", run, CHAIN, CHAIN, (1.0, 2.0)).power == pytest.approx(0.001)


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


def test_a_crossing_rate_is_moves_over_time_there():
    found = markov_limit.crossing_rate(RUN, 1, 3)
    time = (41 + 100 + 70) / 10
    assert found.value == pytest.approx(2 / (time * CHAIN.generator[0, 1]))
    assert found.stderr == pytest.approx(found.value / 2**0.5)


def test_origins_are_the_first_widest_minima_met():
    found = markov_limit.origins(PAPER, NOISE, 0.004, 0.5, 2, 200, 0.05, seed=3)
    law = CHAIN.initial_law(PAPER.minima[2])
    assert np.all(np.isin(found, [1, 3])) and found.size == 200
    assert abs(np.mean(found == 3) - law[1]) < 0.15  # far from the limit, where it is not one half
