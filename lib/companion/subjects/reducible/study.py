"""Theorems 3 and 4: how well communication classes hold at finite learning rates, and when a transient one is left.

Every probability is that of the exact kernel; simulated paths are counted against it. Every crossing of a maximum counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.claims import Control
from companion.subjects.common.binomial import binomial, other_probability
from companion.subjects.common.chain_run import FirstMoves, Run
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.common.measurements import mean_over_groups


class Leaks(NamedTuple):
    """Exact share of exits from one basin that go to a given other one, along learning rates; arrays of shape (n_eta,).

    rarity : rho = H(1/eta)/eta.
    """

    etas: np.ndarray
    rarity: np.ndarray
    shares: np.ndarray

    @property
    def orders(self) -> np.ndarray:
        """d log share / d log rho between neighbouring learning rates, shape (n_eta - 1,)."""
        return np.diff(np.log(self.shares)) / np.diff(np.log(self.rarity))


def leaks(f, noise, b, basin: int, towards: int, etas: Sequence[float]) -> Leaks:
    """Exits from minimum `basin`: which share ends in Omega_`towards`, at each learning rate."""
    rates = np.array(etas, float)
    shares = [exit_share(quiet_sgd(f, noise, eta, b), basin, towards) for eta in rates]
    return Leaks(rates, hs.theory.rarity(noise, rates), np.array(shares))


def exit_share(sgd: hs.SGD, basin: int, towards: int) -> float:
    """P(X_sigma in Omega_towards), sigma the first exit from the basin of minimum `basin`, started there."""
    return float(hs.exact.first_exit(sgd, sgd.landscape.minima[basin]).destinations[towards])


class Counted(NamedTuple):
    """`count` of `size` independent paths did what each of them does with an exact `probability`."""

    count: int
    size: int
    probability: float

    @property
    def share(self) -> float:
        """The share of the paths that did."""
        return self.count / self.size

    def test(self) -> Measured:
        """p-value of the exact binomial test."""
        return binomial(self.count, self.size, self.probability)

    def against(self, what: str, other: float) -> Control:
        """Control: the same test against another probability."""
        return other_probability(what, self.count, self.size, self.probability, other)


def counted_exits(sgd: hs.SGD, basin: int, towards: int, n_exits: int, seed: int) -> Counted:
    """How many of `n_exits` exits from minimum `basin` end in Omega_`towards`."""
    exits = hs.first_exit(sgd, sgd.landscape.minima[basin], n_paths=n_exits, max_steps=10**10, seed=seed)
    return Counted(int(np.count_nonzero(exits.basin == towards)), n_exits, exit_share(sgd, basin, towards))


def leaving_probability(sgd: hs.SGD, members: Sequence[int], start: int, n_steps) -> np.ndarray:
    """P(the basins `members` have been left within n steps from minimum `start`), of the shape of n_steps."""
    return 1 - hs.exact.killed(sgd, members, [sgd.landscape.minima[start]]).survival(n_steps)[..., 0]


def counted_leavers(sgd: hs.SGD, members: Sequence[int], start: int, n_steps: int, n_paths: int, seed: int) -> Counted:
    """How many paths from minimum `start` have left the basins `members` within n steps."""
    minimum = sgd.landscape.minima[start]
    found = hs.hops(sgd, minimum, n_steps=n_steps, distance=np.inf, n_paths=n_paths, seed=seed)
    left = np.unique(found.path[~np.isin(found.basin, members)])
    return Counted(left.size, n_paths, float(leaving_probability(sgd, members, start, n_steps)))


def leaving_times(run: Run, members: Sequence[int]) -> FirstMoves:
    """When the paths of a run that counts every crossing have first left the basins `members`; cut off at the horizon."""
    away = np.flatnonzero(~np.isin(run.hops.basin, members))
    paths, first = np.unique(run.hops.path[away], return_index=True)  # hops are ordered: the first one of each path
    times, ended = np.full(run.hops.origin.size, run.horizon), np.zeros(run.hops.origin.size, bool)
    times[paths], ended[paths] = run.hops.step[away][first] / run.unit, True
    return FirstMoves(times, ended, run.hops.basin[away][first], run.horizon)


def share_found_in(found: hs.Hops, basins: Sequence[int], groups: int) -> Measured:
    """Share of paths that end in one of `basins`, path i in group i modulo `groups` by where it started."""
    return mean_over_groups(np.isin(found.at(found.n_steps)[:, 0], basins).astype(float), groups)


def ends_in(sgd: hs.SGD, basins: Sequence[int], n_steps) -> np.ndarray:
    """P(X_n in one of `basins`), averaged over starts at every minimum, of the shape of n_steps."""
    return hs.exact.transition(sgd, n_steps).probability[..., list(basins)].sum(axis=-1).mean(axis=-1)


def killing_rates(f, noise, b: float, members: Sequence[int], start: int, etas: Sequence[float]) -> np.ndarray:
    """Exact rate of leaving the basins `members` on the clock of the jumps that minimum `start` takes, shape (n_eta,)."""
    jumps = int(hs.theory.jump_numbers(f, b)[start])
    found = [hs.exact.killed(quiet_sgd(f, noise, eta, b), members).rate for eta in etas]
    return np.array(found) / [hs.theory.exit_scale(noise, eta, jumps) for eta in etas]
