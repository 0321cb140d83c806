"""Theorem 3: laws at fixed times, first moves and passages of SGD beside its limiting Markov chain."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.claims import Control
from companion.subjects.common import law_tests
from companion.subjects.common.chain_run import FirstMoves, Run


def sharp_left_in(f, alpha: float, b, p_plus: float = 0.5) -> hs.theory.MarkovChain:
    """The control of Theorem 3: the chain on all minima in which sharp ones hold the path for a time of order one."""
    q = hs.theory.exit_measure(f, alpha, b, p_plus)
    return hs.theory.MarkovChain(np.arange(f.size), q - np.diag(q.sum(axis=1)))


def laws(run: Run, times: Sequence[float]) -> np.ndarray:
    """Share of the paths in each attraction field at each time, shape (len(times), k)."""
    places = run.hops.at(run.steps(times))
    return np.stack([np.bincount(column, minlength=run.sgd.landscape.size) for column in places.T]) / len(places)


def limit_laws(chain: hs.theory.MarkovChain, start: int, times, size: int) -> np.ndarray:
    """Rows of exp(tQ) for a start in `start`, over all `size` minima; shape (len(times), size)."""
    law = np.zeros((len(times), size))
    law[:, chain.states] = chain.transition(times)[:, chain.row(start)]
    return law


def distance_to(
    run: Run, chain: hs.theory.MarkovChain, times: Sequence[float], seed: int, resamples: int = 200
) -> Measured:
    """Total variation between the law of the paths and exp(tQ), averaged over `times`; bootstrap standard error."""
    expected = limit_laws(chain, run.start, times, run.sgd.landscape.size)
    places, rng = run.hops.at(run.steps(times)), np.random.default_rng(seed)
    distance = lambda rows: float(  # noqa: E731 - one formula, used for the data and for each resample
        np.mean([np.abs(_shares(column, expected.shape[1]) - law).sum() / 2 for column, law in zip(rows.T, expected)])
    )
    drawn = [distance(places[rng.integers(0, len(places), len(places))]) for _ in range(resamples)]
    return Measured(distance(places), float(np.std(drawn)))


def _shares(places: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(places, minlength=size) / places.size


def joint_test(run: Run, chain: hs.theory.MarkovChain, times: tuple[float, float]) -> Measured:
    """p-value of the chi-square test of (Y_s, Y_t), s < t, on the widest minima, against p P(s) P(t - s).

    For a chain with more states than these the law is conditioned on being in them at both times.
    """
    return law_tests.chi_square(_pairs(run, times), _law_of_pairs(run, chain, times))


def joint_control(what: str, run: Run, true, other: hs.theory.MarkovChain, times: tuple[float, float]) -> Control:
    """Control of `joint_test` against the chain `true`: the same against another."""
    laws = (_law_of_pairs(run, chain, times) for chain in (true, other))
    return law_tests.other_destinations(what, _pairs(run, times), *laws)


def _pairs(run: Run, times) -> np.ndarray:
    states = run.chain.states
    places = np.searchsorted(states, run.wide.hops.at(run.steps(times)))
    counts = np.zeros((states.size, states.size))
    np.add.at(counts, tuple(places.T), 1)
    return counts.ravel()


def _law_of_pairs(run: Run, chain: hs.theory.MarkovChain, times) -> np.ndarray:
    rows = [chain.row(state) for state in run.chain.states]
    first = chain.transition(times[0])[chain.row(run.start)][rows]
    law = first[:, None] * chain.transition(times[1] - times[0])[np.ix_(rows, rows)]
    return (law / law.sum()).ravel()


def first_moves(run: Run) -> FirstMoves:
    """How long paths from a widest minimum stay with it before they come to another widest one."""
    hops = run.wide.hops
    stays = hops.stays()
    first = stays.begin == 0
    destinations = hops.basin[np.flatnonzero(np.diff(hops.path, prepend=-1))]
    return FirstMoves(stays.end[first] / run.unit, stays.ended[first], destinations, run.horizon)


def counts_of(places: np.ndarray, states: np.ndarray) -> np.ndarray:
    """How often each of `states` occurs."""
    return np.array([np.count_nonzero(places == state) for state in states])


def crossing_rate(run: Run, origin: int, destination: int) -> Measured:
    """Measured rate origin -> destination between widest minima over the limit chain's."""
    hops = run.wide.hops
    stays = hops.stays()
    there = stays.basin == origin
    moves = np.count_nonzero((hops.left == origin) & (hops.basin == destination))
    expected = run.chain.generator[run.chain.row(origin), run.chain.row(destination)]
    ratio = moves / ((stays.end - stays.begin)[there].sum() / run.unit * expected)
    return Measured(float(ratio), float(ratio / np.sqrt(moves)))


def origins(f, noise, eta: float, b, start: int, n_paths: int, distance: float, seed: int) -> np.ndarray:
    """The first widest minimum that each path from minimum `start` comes near: a sample of Y_0."""
    sgd = hs.SGD(f, noise, eta, b)
    patience = 40 * hs.theory.finite_rates(f, noise, eta, b).mean_hitting_time(hs.theory.widest(f, b))[start]
    found = hs.hops(sgd, f.minima[start], n_steps=int(patience) + 1, distance=distance, n_paths=n_paths, seed=seed)
    return found.among(hs.theory.widest(f, b)).origin
