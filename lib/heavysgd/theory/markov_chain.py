"""Continuous-time Markov chains on minima: what limit_chain and finite_rates have in common.

    dp/dt = p Q,   Q_ij >= 0 the rate of i -> j,   row sums -kappa_i <= 0, kappa_i the rate of being killed in i

The matrices are small (one row a minimum), so everything is a matrix exponential or a linear system.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from heavysgd import checks

KILLED = -1  # the cemetery, in laws and sampled paths


class JumpPath(NamedTuple):
    """A piecewise constant path: in `states[n]` from `times[n]` until `times[n + 1]`; KILLED = -1 is the cemetery."""

    times: np.ndarray
    states: np.ndarray


@dataclass(frozen=True, eq=False)
class MarkovChain:
    """A chain on the minima `states` (their numbers, shape (n,)) with `generator` Q, shape (n, n).

    Time is in whatever unit the rates are per; the chains built on this say which.
    """

    states: np.ndarray
    generator: np.ndarray

    @property
    def killing(self) -> np.ndarray:
        """kappa, shape (n,): rates at which the chain leaves its states altogether; exactly 0 where it does not."""
        rate = -self.generator.sum(axis=1)
        return np.where(rate > 1e-12 * np.abs(np.diag(self.generator)), rate, 0.0)

    def row(self, state: int) -> int:
        """Place of minimum number `state` among `states`. Raises `ValueError` where it is not one of them."""
        place = np.flatnonzero(self.states == state)
        if place.size == 0:
            raise ValueError(f"state = {state}: must be one of the minima {self.states.tolist()} of this chain")
        return int(place[0])

    def transition(self, t: ArrayLike) -> np.ndarray:
        """P(t) = exp(tQ), shape (n, n), or (*t.shape, n, n) for an array of times. Rows sum to the share not killed."""
        t = _times(t)
        return expm(t[..., None, None] * self.generator)

    def occupation(self, t: float) -> np.ndarray:
        """Expected share of the time up to t spent in each state, (1/t) int_0^t exp(sQ) ds; shape (n, n), row = start."""
        t, n = checks.positive("t", t), self.states.size
        augmented = np.zeros((2 * n, 2 * n))
        augmented[:n, :n], augmented[:n, n:] = t * self.generator, np.eye(n)
        return expm(augmented)[:n, n:]

    def stationary(self) -> np.ndarray:
        """The law pi with pi Q = 0, shape (n,).

        Raises `AssumptionError` where there is none or more than one: the chain can be killed, or it falls apart into
        several absorbing classes.
        """
        members = self._only_closed_class()
        if members.size == 1:
            return np.where(np.arange(self.states.size) == members[0], 1.0, 0.0)
        # By way of the embedded chain, whose entries are of order one however far apart the rates are.
        moves, rates = self._embedded(members)
        balance = (moves - np.eye(members.size)).T
        balance[-1] = 1.0
        visits = np.linalg.solve(balance, np.eye(members.size)[-1])
        law = np.zeros(self.states.size)
        law[members] = visits / rates
        return law / law.sum()

    def mean_hitting_time(self, targets: ArrayLike) -> np.ndarray:
        """Expected time from each state to the first visit of `targets`, shape (n,); inf where it may never come."""
        goal = np.zeros(self.states.size, bool)
        goal[[self.row(state) for state in np.atleast_1d(targets)]] = True
        certain = self._certain_to_reach(goal)
        rest = np.flatnonzero(certain & ~goal)
        times = np.where(goal, 0.0, np.inf)
        moves, rates = self._embedded(rest)
        times[rest] = np.linalg.solve(np.eye(rest.size) - moves, 1 / rates)
        return times

    def sample_path(self, start: int, duration: float, seed: int = 0) -> JumpPath:
        """One path from minimum `start` until `duration`, by exponential holding times."""
        row, duration = self.row(start), checks.positive("duration", duration)
        rng = np.random.default_rng(checks.seed(seed))
        now, times, states = 0.0, [0.0], [start]
        while row is not None:
            rates = np.append(np.where(np.arange(self.states.size) == row, 0.0, self.generator[row]), self.killing[row])
            now += rng.exponential(1 / rates.sum()) if rates.sum() > 0 else np.inf
            if now >= duration:
                break
            row = int(rng.choice(rates.size, p=rates / rates.sum()))
            row = None if row == self.states.size else row
            times.append(now)
            states.append(KILLED if row is None else int(self.states[row]))
        return JumpPath(np.array(times), np.array(states))

    def _embedded(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of the next state among `rows`, and the total rates of leaving each of them."""
        rates = -np.diag(self.generator)[rows]
        moves = self.generator[np.ix_(rows, rows)] / rates[:, None]
        np.fill_diagonal(moves, 0.0)
        return moves, rates

    def _arrows(self) -> nx.DiGraph:
        """Possible moves between rows; the last node is the cemetery."""
        n = self.states.size
        graph = nx.DiGraph()
        graph.add_nodes_from(range(n + 1))
        graph.add_edges_from((int(i), int(j)) for i, j in zip(*np.nonzero(self.generator)) if i != j)
        graph.add_edges_from((int(i), n) for i in np.flatnonzero(self.killing))
        return graph

    def _certain_to_reach(self, goal: np.ndarray) -> np.ndarray:
        """States from which every path meets `goal`: those that cannot reach a dead end without meeting it first."""
        graph = self._arrows()
        graph.remove_edges_from([edge for i in np.flatnonzero(goal) for edge in list(graph.out_edges(int(i)))])
        helped = set().union(*({int(i)} | nx.ancestors(graph, int(i)) for i in np.flatnonzero(goal)))
        lost = [i for i in graph if i not in helped]
        doomed = set(lost).union(*(nx.ancestors(graph, i) for i in lost))
        return np.array([i not in doomed for i in range(self.states.size)])

    def _only_closed_class(self) -> np.ndarray:
        if self.killing.any():
            places = self.states[self.killing > 0].tolist()
            raise checks.AssumptionError(f"the chain is killed in minima {places}: it has no stationary law")
        closed = list(nx.attracting_components(self._arrows()))
        closed.remove({self.states.size})  # the cemetery, which nothing reaches here
        if len(closed) > 1:
            parts = [sorted(self.states[list(part)].tolist()) for part in closed]
            raise checks.AssumptionError(
                f"the transition graph is reducible, minima {parts} do not communicate: there is no one stationary law"
            )
        return np.array(sorted(closed[0]))


def _times(t) -> np.ndarray:
    t = np.asarray(t, float)
    if not np.all(np.isfinite(t) & (t >= 0)):
        raise ValueError(f"t = {t}: must be finite and not negative")
    return t
