"""Hops: the sequence of attraction fields that paths settle in, with the times of the changes.

A path belongs to the minimum m_i it was last near. It hops to m_j when, for the first time, it stands in Omega_j within
`distance` of m_j. Without that condition every crossing and recrossing of a maximum on the way would count.

Source: the embedded chain of Theorems 3 to 5 of the paper.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.compiling import shared
from heavysgd.recursion import Recursion
from heavysgd.simulate import cuda
from heavysgd.simulate.arguments import basins_of, by_path
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.chains import Chains, chain_starts
from heavysgd.simulate.homes import any_lost, boxes_of, is_outside, move_in, strayed
from heavysgd.simulate.results import Hops

_ROOM = 4096  # hops that a block of lanes may make before they are fetched


def hops(
    sgd: Recursion,
    start: ArrayLike,
    *,
    n_steps: int,
    distance: float,
    n_paths: int = 1,
    seed: int = 0,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
    first_path: int = 0,
    dtype: str = "float64",
) -> Hops:
    """Every hop of `n_paths` paths of `n_steps` steps.

    Arguments as in `first_exit`, and `distance` > 0 in the landscape's unit of length: how near to the new minimum a
    path must come before its hop counts; np.inf counts every crossing of a maximum. A path starts in the basin that
    holds its starting point. Memory grows with the number of hops, not with that of steps.

    Returns a `Hops`. Raises `ValueError` for arguments out of range and for a landscape with open ends.
    """
    n_paths, n_steps = checks.count("n_paths", n_paths), checks.count("n_steps", n_steps)
    endless = isinstance(distance, float) and distance == np.inf
    distance = np.inf if endless else checks.positive("distance", distance)
    x = chain_starts(sgd, start, n_paths, "hops", dtype)
    origin = basins_of(sgd.landscape, x[: sgd.dimension])
    if backend_taken(backend, n_paths) == "cuda":
        found = cuda.hops(sgd, x, n_steps, distance, seed, first_path, progress)
    else:
        found = _on_cpu(sgd, x, origin.copy(), n_steps, distance, seed, first_path, threads, progress)
    path, step, basin = found[np.lexsort((found[:, 1], found[:, 0]))].T
    return Hops(path, step, basin, origin, n_steps, by_path(x[: sgd.dimension]))


def _on_cpu(
    sgd: Recursion, x: np.ndarray, home: np.ndarray, n_steps: int, distance: float, seed, first_path, threads, progress
):
    """Advances `x` and `home`, in place; every hop as a row (path, step, basin), in no order."""
    kept, fields = [np.empty((0, 3), np.int64)], sgd.landscape.fields(x.dtype)
    minima = sgd.landscape.minima.reshape(-1, sgd.dimension).astype(x.dtype)
    places = fields.low, fields.high, fields.tables, minima, x.dtype.type(distance)

    def seen(part, lanes, step):
        found, count = np.empty((_ROOM, 3), np.int64), np.zeros(1, np.int64)

        def stopped(end):
            rows = found[: count[0]].copy()
            rows[:, 0] += part.start
            kept.append(rows)

        return (home[part], *boxes_of(home[part], fields.low, fields.high, lanes), *places, found, count), stopped

    Chains(sgd, x, _observer(fields.label), seed, first_path).advance(n_steps, seen, threads, progress)
    return np.concatenate(kept)


@nb.njit
def _is_near(x, k, minimum, distance):
    square = 0.0
    for i in range(minimum.size):
        square += (x[i, k] - minimum[i]) ** 2
    return square**0.5 <= distance


@lru_cache(maxsize=64)
def _observer(label):
    """Observer: notes every hop, and stops where there is no room for as many as there are lanes.

    It only asks whether every lane is in the box of its home; the rare lane that is not is looked at alone.
    """

    @shared
    @nb.njit
    def arrivals(x, step, seen):
        """Notes the lanes that have come near a new minimum, and makes it their home; whether there is room for more."""
        home, low, high, field_low, field_high, tables, minima, distance, found, count = seen
        for k in range(home.size):
            if is_outside(x, low, high, k):
                basin = label(x, k, tables)
                if basin >= 0 and basin != home[k] and _is_near(x, k, minima[basin], distance):
                    home[k] = basin
                    move_in(basin, k, low, high, field_low, field_high)
                    row = count[0]
                    found[row, 0], found[row, 1], found[row, 2] = k, step, basin
                    count[0] = row + 1
        return count[0] + home.size <= found.shape[0]

    @nb.njit(inline="always")
    def observe(x, step, seen):
        home, low, high = seen[0], seen[1], seen[2]
        if strayed(x, low, high, x.shape[1]):
            return not any_lost(x, home.size) and arrivals(x, step, seen)
        return True

    return observe
