"""Theorem 4: how well communication classes hold at finite learning rates, and when a transient one is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, share

from companion.ledger.seeds import derived
from companion.subjects.common.chain_run import FirstMoves, Run
from companion.subjects.common.exit_study import quiet_sgd


class Leaks(NamedTuple):
    """Share of exits from one basin that go to a given other one, over learning rates; arrays of shape (n_eta,)."""

    rarity: np.ndarray
    etas: np.ndarray
    shares: np.ndarray
    stderrs: np.ndarray

    def order(self) -> Measured:
        """The power of rho = H(1/eta)/eta with which the share falls."""
        fit = hs.inference.slope(np.log(self.rarity), np.log(self.shares), self.stderrs / self.shares)
        return fit


def leaks(f, noise, b, basin: int, towards: int, etas: Sequence[float], n_exits: int, seed: int) -> Leaks:
    """Exits from minimum `basin`: how many end in Omega_`towards`, at each learning rate."""
    shares = []
    for k, eta in enumerate(etas):
        own = derived(seed, "learning rate", k)
        exits = hs.first_exit(quiet_sgd(f, noise, eta, b), f.minima[basin], n_paths=n_exits, max_steps=10**10, seed=own)
        shares.append(float(np.mean(exits.basin == towards)))
    shares, etas = np.array(shares), np.array(etas)
    return Leaks(hs.theory.rarity(noise, etas), etas, shares, np.sqrt(shares * (1 - shares) / n_exits))


def killing_times(run: Run) -> FirstMoves:
    """When the paths of a run first come near a minimum outside the class they started in; cut off at the horizon."""
    home = next(c for c in run.chain.classes if run.start in c.members)
    away = np.flatnonzero(~np.isin(run.hops.basin, home.members))
    paths, first = np.unique(run.hops.path[away], return_index=True)  # hops are ordered: the first one of each path
    times, ended = np.full(run.hops.origin.size, run.horizon), np.zeros(run.hops.origin.size, bool)
    times[paths], ended[paths] = run.hops.step[away][first] / run.unit, True
    return FirstMoves(times, ended, run.hops.basin[away][first], run.horizon)


def share_that_left(found: hs.Hops, groups: Sequence[Sequence[int]]) -> Measured:
    """Share of paths that came near a minimum outside the group of minima they started in."""
    group_of = {i: k for k, members in enumerate(groups) for i in members}
    number = np.array([group_of[i] for i in range(len(group_of))])
    left = np.zeros(found.origin.size, bool)
    left[found.path[number[found.basin] != number[found.origin[found.path]]]] = True
    return share(left)


def share_found_in(found: hs.Hops, basins: Sequence[int]) -> Measured:
    """Share of paths that end with one of `basins`."""
    return share(np.isin(found.at(found.n_steps)[:, 0], basins))


def share_of_hops(found: hs.Hops, origin: int, destination: int) -> Measured:
    """Share of the hops out of `origin` that go to `destination`."""
    return share(found.basin[found.left == origin] == destination)
