"""Theorem 5: laws at fixed times, first moves and passages of SGD beside the exact kernel and the limiting Markov chain.

Every crossing of a maximum counts: a path is where it is. So its laws, the time until it is in another wide basin and where
it comes to are expectations that the exact kernel gives at every learning rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np

from companion.ledger.claims import Control
from companion.subjects.common import law_tests
from companion.subjects.common.approach import Approach
from companion.subjects.common.chain_run import FirstMoves, Run
from companion.subjects.common.exit_study import quiet_sgd

LAW = (
    5e-5  # tolerance of exact laws, absolute: far below the errors of simulated ones, and a tenth of what is left of limits
)


def laws(run: Run, times: Sequence[float]) -> np.ndarray:
    """Share of the paths in each attraction field at each time, shape (len(times), k)."""
    return counts(run, times) / run.hops.origin.size


def counts(run: Run, times: Sequence[float]) -> np.ndarray:
    """Number of the paths in each attraction field at each time, shape (len(times), k)."""
    places = run.hops.at(run.steps(times))
    return np.stack([np.bincount(column, minlength=run.sgd.landscape.size) for column in places.T])


def exact_laws(sgd: hs.SGD, unit: float, times: Sequence[float]) -> np.ndarray:
    """P(X_n in Omega_j), n = floor(t unit), from every minimum, to `LAW`, shape (len(times), k starts, k)."""
    steps = np.floor(np.asarray(times) * unit).astype(np.int64)
    return hs.exact.transition(sgd, steps, tolerance=LAW).probability


def limit_laws(chain: hs.theory.MarkovChain, start: int, times, size: int) -> np.ndarray:
    """Rows of exp(tQ) for a start in `start`, over all `size` minima; shape (len(times), size)."""
    law = np.zeros((len(times), size))
    law[:, chain.states] = chain.transition(times)[:, chain.row(start)]
    return law


def distances(laws_by_eta: dict[float, np.ndarray], limit: np.ndarray) -> Approach:
    """Total variation between exact laws and exp(tQ), averaged over the times, at each learning rate."""
    found = np.array([np.abs(law - limit).sum(axis=1).mean() / 2 for law in laws_by_eta.values()])
    return Approach(np.array(list(laws_by_eta)), found, LAW / found)


class Pairs(NamedTuple):
    """Law of the pair of widest minima whose fields hold X at two times, given that some do, from the exact kernel.

    law : (m^2,). defect : the largest difference between P(X_t in Omega_j) and what follows when every path is put back to
    the minimum of its field at time s, as `law` has it.
    """

    law: np.ndarray
    defect: float


def exact_pairs(first: np.ndarray, then: np.ndarray, both: np.ndarray, start: int, states: np.ndarray) -> Pairs:
    """The pair at times s and t, from the laws (k, k) at s, at t - s and at t, as `exact_laws` has them."""
    law = first[start, states, None] * then[np.ix_(states, states)]
    return Pairs((law / law.sum()).ravel(), float(np.abs(first[start] @ then - both[start]).max()))


def seen_pairs(run: Run, times: tuple[float, float]) -> np.ndarray:
    """How often each pair was seen, shape (m^2,)."""
    states = run.chain.states
    places = run.hops.at(run.steps(times))
    places = np.searchsorted(states, places[np.isin(places, states).all(axis=1)])
    found = np.zeros((states.size, states.size))
    np.add.at(found, tuple(places.T), 1)
    return found.ravel()


class Move(NamedTuple):
    """Moves from one widest minimum to the fields of others, on the clock of the limit: rate and shares, (m,) among states.

    The share at the state itself is 0.
    """

    rate: float
    shares: np.ndarray


def exact_move(sgd: hs.SGD, chain: hs.theory.LimitChain, unit: float, start: int) -> Move:
    """Exact counterpart of a row of the generator: until X is in another wide field, sharp ones passed on the way."""
    f = sgd.landscape
    members = np.setdiff1d(np.arange(f.size), np.setdiff1d(chain.states, [start]))
    found = hs.exact.killed(sgd, members, [f.minima[start]])
    return Move(found.rate * unit, found.destinations[0, chain.states])


def generators(f, noise, b, jumps: int, etas: Sequence[float]) -> np.ndarray:
    """Exact generators on the widest minima, in units of lambda*(eta), shape (n_eta, m, m), diagonals zero."""
    chain, found = hs.theory.limit_chain(f, noise.alpha, b, noise.p_plus), []
    for eta in etas:
        sgd, unit = quiet_sgd(f, noise, eta, b), float(1 / hs.theory.exit_scale(noise, eta, jumps))
        moves = [exact_move(sgd, chain, unit, start) for start in chain.states]
        found.append([move.rate * move.shares for move in moves])
    return np.array(found)


def first_moves(run: Run) -> FirstMoves:
    """How long paths from a widest minimum stay before they are in the field of another widest one, and where they come."""
    hops = run.wide.hops
    stays = hops.stays()
    first = stays.begin == 0
    destinations = hops.basin[np.flatnonzero(np.diff(hops.path, prepend=-1))]
    return FirstMoves(stays.end[first] / run.unit, stays.ended[first], destinations, run.horizon)


def counts_of(places: np.ndarray, states: np.ndarray) -> np.ndarray:
    """How often each of `states` occurs."""
    return np.array([np.count_nonzero(places == state) for state in states])


def law_control(what: str, seen: np.ndarray, true: np.ndarray, other: np.ndarray) -> Control:
    """Control of a chi-square test of counts against an exact law: the same against another."""
    return law_tests.other_destinations(what, seen, true, other)
