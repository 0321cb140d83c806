"""Figure 1, left and middle: where paths spend their time, recorded, expected and reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, mean

from companion.ledger.claims import Change

KNOWN = Change(
    "2026-11-27",
    "written when the reported numbers had been compared with exact ones",
    "the paper's figure is one draw, which was there before the rule; what the rule asks for rests on exact values alone",
)


class Paths(NamedTuple):
    """Independent paths of one recursion, seen every `every` steps: positions (n_paths, 1 + n_records), X_0 first.

    Shares of time are those of the records after X_0. With a thousand steps between records they differ from those of all
    steps by far less than paths differ from one another.
    """

    sgd: hs.SGD
    positions: np.ndarray
    every: int

    def first(self, n_paths: int) -> Paths:
        """The first so many of the paths."""
        return self._replace(positions=self.positions[:n_paths])

    def upto(self, n_steps: int) -> Paths:
        """The first so many steps of all paths."""
        return self._replace(positions=self.positions[:, : 1 + n_steps // self.every])

    @property
    def basins(self) -> np.ndarray:
        """The basin of every record, of the shape of `positions`."""
        return self.sgd.landscape.basin_of(self.positions)

    @property
    def by_path(self) -> np.ndarray:
        """Share of time in each of k basins, shape (n_paths, k)."""
        return np.mean(self.basins[:, 1:, None] == np.arange(self.sgd.landscape.size), axis=1)

    def share(self, basins: Sequence[int]) -> Measured:
        """Mean share of time in `basins`, with the error over paths."""
        return mean(self.by_path[:, list(basins)].sum(axis=1))

    def least_visited(self) -> Measured:
        """Share of time in the basin that sees least of it."""
        return min((self.share([i]) for i in range(self.sgd.landscape.size)), key=lambda share: share.value)

    def leavers(self) -> int:
        """How many paths were seen outside the basin in which they began.

        Records miss a visit elsewhere that ends before the next one; under light tails none would be so short.
        """
        basins = self.basins
        return int(np.count_nonzero((basins != basins[:, :1]).any(axis=1)))

    def sets(self, size: int) -> np.ndarray:
        """Mean shares of sets of `size` paths, each path in one set at most, shape (n_paths // size, k)."""
        by_path = self.by_path[: len(self.positions) // size * size]
        return by_path.reshape(-1, size, by_path.shape[1]).mean(axis=1)


def record(sgd: hs.SGD, start: float, n_steps: int, n_paths: int, seed: int, every: int = 1000) -> Paths:
    """Runs `n_paths` paths from `start`."""
    return Paths(sgd, hs.sample_path(sgd, start, n_steps=n_steps, every=every, n_paths=n_paths, seed=seed), every)


class Expected(NamedTuple):
    """Exact expectations of the shares of k basins: of the first n_steps[m] steps from one start, (m, k), and in the long
    run, (k,)."""

    n_steps: np.ndarray
    share: np.ndarray
    stationary: np.ndarray

    def at(self, n_steps: int) -> np.ndarray:
        """Of the first `n_steps`, one of those computed."""
        return self.share[list(self.n_steps).index(n_steps)]


def expected(sgd: hs.SGD, start: float, n_steps: Sequence[int]) -> Expected:
    """The exact shares of a recursion."""
    found = hs.exact.transition(sgd, n_steps, start=start)
    return Expected(np.array(n_steps), found.share[:, 0], hs.exact.stationary(sgd).basin_fraction)


def expected_share(sgd: hs.SGD, start: float, n_steps: int) -> np.ndarray:
    """The exact shares of the first n_steps alone, shape (k,), to 1e-4."""
    return hs.exact.transition(sgd, n_steps, start=start, tolerance=1e-4).share[0]


def sharp_ratio(f, noise, eta: float, b: float, basins: Sequence[int]) -> Measured:
    """Share of time in `basins` in the long run, truncated at b over not truncated; its error is of two resolutions."""
    cut, free = (hs.exact.stationary(hs.SGD(f, noise, eta, c, radius=f.bounds[1])) for c in (b, None))
    value = cut.basin_fraction[list(basins)].sum() / free.basin_fraction[list(basins)].sum()
    return Measured(float(value), float(value * np.hypot(cut.error, free.error)))
