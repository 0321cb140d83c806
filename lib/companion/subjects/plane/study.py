"""Landscapes in the plane: where paths spend their time as the threshold falls, and what they can reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.seeds import derived


class Occupancies(NamedTuple):
    """Shares of time in every basin, by threshold (inf: none), descending.

    shares, stderrs : (n_b, k), mean over paths and its standard error. counts, edges : the histogram of each threshold.
    """

    f: hs.Landscape
    thresholds: np.ndarray
    shares: np.ndarray
    stderrs: np.ndarray
    counts: list[np.ndarray]
    edges: np.ndarray

    def share(self, b: float, basins) -> Measured:
        """Share of time in some basins together; the error adds theirs, which overstates it.

        Raises `ValueError` for a threshold that was not run.
        """
        row = self.row(b)
        basins = np.atleast_1d(basins)
        return Measured(float(self.shares[row, basins].sum()), float(self.stderrs[row, basins].sum()))

    def row(self, b: float) -> int:
        """Where a threshold stands among those that were run."""
        found = np.flatnonzero(self.thresholds == b)
        if not found.size:
            raise ValueError(f"b = {b:g} is not among the thresholds run, {self.thresholds.tolist()}: add it to them")
        return int(found[0])

    def largest_rise(self, basin: int, sign: float = 1.0) -> Measured:
        """The largest rise of sign times the basin's share from one threshold to the next larger one, in standard errors
        of the difference; below 0 where there is none."""
        rises = sign * (self.shares[:-1, basin] - self.shares[1:, basin])
        errors = np.hypot(self.stderrs[:-1, basin], self.stderrs[1:, basin])
        return Measured(float((rises / errors).max()))


def occupancies(
    f, noise, eta: float, thresholds: Sequence[float] | np.ndarray, start: int, n_steps: int, n_paths: int, seed: int
) -> Occupancies:
    """Runs `n_paths` paths from minimum `start` at each threshold, with fresh noise for each."""
    thresholds, seen = np.sort(thresholds)[::-1], []
    for k, b in enumerate(thresholds):
        sgd = hs.SGD(f, noise, eta, b)
        own = derived(seed, "threshold", k)
        seen.append(hs.occupation(sgd, f.minima[start], n_steps=n_steps, n_paths=n_paths, bins=200, seed=own))
    spread = [s.basin_fraction_by_path.std(axis=0, ddof=1) / n_paths**0.5 for s in seen]
    shares = np.array([s.basin_fraction for s in seen])
    return Occupancies(f, thresholds, shares, np.array(spread), [s.counts for s in seen], seen[0].edges)


def from_both(one: Measured, other: Measured) -> Measured:
    """Mean of a share over two starts, half of the paths each; the two are independent."""
    return Measured((one.value + other.value) / 2, float(np.hypot(one.stderr, other.stderr) / 2))


def together(a: Occupancies, b: Occupancies) -> Occupancies:
    """Two studies of one landscape as one, by threshold, descending."""
    order = np.argsort(np.concatenate([a.thresholds, b.thresholds]))[::-1]
    joined = lambda one, other: np.concatenate([one, other])[order]  # noqa: E731
    return Occupancies(
        a.f,
        joined(a.thresholds, b.thresholds),
        joined(a.shares, b.shares),
        joined(a.stderrs, b.stderrs),
        [(a.counts + b.counts)[k] for k in order],
        a.edges,
    )


def jump_numbers_by_flow(f: hs.Landscape, thresholds: Sequence[float], cells: int) -> list[list[int]]:
    """Jump numbers of all basins at each threshold, from sets reached by flow and dilation on a grid."""
    tables = [hs.theory.flow_jump_table(f, b, cells) for b in thresholds]
    return [_least_off_diagonal(table) for table in tables]


def jump_numbers_by_distance(f: hs.Landscape, thresholds: Sequence[float]) -> list[list[int]]:
    """The same from distances alone, ceil(r_i / b)."""
    return [hs.theory.jump_numbers(f, b).tolist() for b in thresholds]


def _least_off_diagonal(table: np.ndarray) -> list[int]:
    away = np.where(np.eye(len(table), dtype=bool) | (table < 0), np.iinfo(np.int64).max, table)
    return away.min(axis=1).tolist()


def untruncated_law(f, noise, eta: float) -> np.ndarray:
    """Stationary law of the chain of first exits without truncation, pi: every basin takes one jump; shape (k,)."""
    return hs.theory.finite_rates(f, noise, eta, None).stationary()
