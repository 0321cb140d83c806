"""What simulations return: arrays side by side, saved and loaded without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class FirstExit(NamedTuple):
    """First exits of n paths from one attraction field.

    steps : (n,) int64, the first n with X_n outside the field; max_steps where censored.
    basin : (n,) int64, where it went; -1 where censored, `Landscape.outside` past open ends.
    censored : (n,) bool, not out after max_steps. Never average `steps` over these: see `inference.censored_mean`.
    position : (n,) float64, X at that step; (n, d) in R^d.
    """

    steps: np.ndarray
    basin: np.ndarray
    censored: np.ndarray
    position: np.ndarray


class Occupation(NamedTuple):
    """Where n_paths paths spent their steps 1 .. n_steps.

    edges : (bins + 1,) float64; (d, bins + 1) in R^d.
    counts : (bins,) int64, visits of all paths together; (bins, bins) in the plane, first axis the first coordinate;
        (d, bins), coordinate by coordinate, beyond.
    basin_fraction : (k,) float64, share of all steps in each attraction field.
    basin_fraction_by_path : (n_paths, k) float64, the same path by path, for standard errors.
    final : (n_paths,) float64, the last positions; (n_paths, d) in R^d.
    """

    edges: np.ndarray
    counts: np.ndarray
    basin_fraction: np.ndarray
    basin_fraction_by_path: np.ndarray
    final: np.ndarray


class Stays(NamedTuple):
    """Stretches of time that paths spend with one minimum, ordered by path and time; arrays of shape (N,).

    path, basin : whose, and with which minimum. begin, end : steps. ended : whether it ended by a hop; a stay that the
    end of the run cut short is censored.
    """

    path: np.ndarray
    basin: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    ended: np.ndarray


class Hops(NamedTuple):
    """Hops of n paths over n_steps steps, ordered by path and step; one entry a hop.

    path : (N,) int64, 0 .. n - 1. step : (N,) int64, when the path came near its new minimum. basin : (N,) int64, that
    minimum. origin : (n,) int64, where each path began. n_steps : steps of every path. final : (n,) last positions, (n, d)
    in R^d.
    """

    path: np.ndarray
    step: np.ndarray
    basin: np.ndarray
    origin: np.ndarray
    n_steps: int
    final: np.ndarray

    def counts(self, size: int) -> np.ndarray:
        """Number of hops i -> j over all paths, shape (size, size), `size` the number of minima."""
        table = np.zeros((size, size), np.int64)
        np.add.at(table, (self.left, self.basin), 1)
        return table

    @property
    def left(self) -> np.ndarray:
        """The minimum each hop left, shape (N,)."""
        before = np.roll(self.basin, 1)
        first = np.flatnonzero(np.diff(self.path, prepend=-1))
        before[first] = self.origin[self.path[first]]
        return before

    def among(self, states: ArrayLike) -> Hops:
        """The same paths watched on `states` only: what they do elsewhere is skipped, returns to a state with it.

        A path that begins elsewhere takes its first visited state as its origin, -1 if it visits none; hops before that
        are dropped.
        """
        kept = np.isin(self.basin, states)
        path, step, basin = self.path[kept], self.step[kept], self.basin[kept]
        origin = np.where(np.isin(self.origin, states), self.origin, -1)
        first = np.flatnonzero(np.diff(path, prepend=-1))
        arriving = first[origin[path[first]] < 0]
        origin[path[arriving]] = basin[arriving]
        watched = Hops(path, step, basin, origin, self.n_steps, self.final)
        moved = watched.basin != watched.left
        return watched._replace(path=path[moved], step=step[moved], basin=basin[moved])

    def stays(self) -> Stays:
        """The time between hops, by minimum; what a path does before it has an origin is left out."""
        size = self.origin.size
        path = np.concatenate([np.arange(size), self.path])
        basin, begin = np.append(self.origin, self.basin), np.append(np.zeros(size, np.int64), self.step)
        order = np.lexsort((begin, path))
        path, basin, begin = path[order], basin[order], begin[order]
        ended = np.append(path[1:] == path[:-1], False)
        end = np.where(ended, np.append(begin[1:], 0), self.n_steps)
        known = basin >= 0
        return Stays(path[known], basin[known], begin[known], end[known], ended[known])

    def at(self, steps: ArrayLike) -> np.ndarray:
        """The minimum each path belongs to at given steps, shape (n, len(steps)); its origin before its first hop."""
        steps, stays = np.atleast_1d(steps), self.stays()
        places = np.full((self.origin.size, steps.size), -1)
        for column, step in enumerate(steps):
            there = (stays.begin <= step) & ((step < stays.end) | ~stays.ended)
            places[stays.path[there], column] = stays.basin[there]
        return places


_KINDS = {kind.__name__: kind for kind in (FirstExit, Occupation, Hops)}


def save(path: str | Path, result: FirstExit | Occupation | Hops) -> None:
    """Writes a result as .npz; `load` gives it back. Raises `ValueError` for anything else than a result."""
    if type(result) not in _KINDS.values():
        raise ValueError(f"result = {type(result).__name__}: must be one of {sorted(_KINDS)}")
    with open(path, "wb") as file:
        np.savez_compressed(file, kind=type(result).__name__, **result._asdict())


def load(path: str | Path) -> FirstExit | Occupation | Hops:
    """Reads what `save` wrote, without pickle. Raises `ValueError` for a file of another making."""
    with np.load(path, allow_pickle=False) as file:
        kind = _KINDS.get(str(file["kind"]) if "kind" in file else "")
        if kind is None or set(file) != {"kind", *kind._fields}:
            raise ValueError(f"{path}: not a result saved by heavysgd.save")
        return kind(*(file[name][()] for name in kind._fields))
