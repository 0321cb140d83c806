"""Hops: the sequence of attraction fields that paths settle in, with the times of the changes.

A path belongs to the minimum m_i it was last near. It hops to m_j when, for the first time, it stands in Omega_j within
`distance` of m_j. Without that condition every crossing and recrossing of a maximum on the way would count.

Source: the embedded chain of Theorems 3 and 4 of the paper.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd import checks
from heavysgd.gradient_code import OPTIONS
from heavysgd.kernel_cache import cached
from heavysgd.process import SGD
from heavysgd.simulate import cuda
from heavysgd.simulate.arguments import basins_of, by_path
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.chains import advance_chains, chain_starts
from heavysgd.simulate.homes import any_lost, boxes_of, is_outside, move_in, strayed
from heavysgd.simulate.lanes import arguments, lane_code, numbered
from heavysgd.simulate.results import Hops


def hops(
    sgd: SGD,
    start,
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
    origin = basins_of(sgd.landscape, x)
    if backend_taken(backend, n_paths) == "cuda":
        found = cuda.hops(sgd, x, n_steps, distance, seed, first_path, progress)
    else:
        found = _on_cpu(sgd, x, origin.copy(), n_steps, distance, seed, first_path, threads, progress)
    path, step, basin = found[np.lexsort((found[:, 1], found[:, 0]))].T
    return Hops(path, step, basin, origin, n_steps, by_path(x))


def _on_cpu(sgd: SGD, x: np.ndarray, home: np.ndarray, n_steps: int, distance: float, seed, first_path, threads, progress):
    """Advances `x` and `home`, in place; every hop as a row (path, step, basin), in no order."""
    found, fields = [np.empty((0, 3), np.int64)], sgd.landscape.fields(x.dtype)
    minima = sgd.landscape.minima.reshape(-1, sgd.dimension).astype(x.dtype)
    run, described = _kernel(*lane_code(sgd, x.dtype), fields.label), arguments(sgd, x.dtype)
    where = fields.low, fields.high, fields.tables, minima, x.dtype.type(distance)

    def kernel(part, lanes, *when):
        x, seen = run(lanes, home[part], *where, *when, *described)
        seen[:, 0] += part.start
        found.append(seen)
        return x

    advance_chains(x, n_steps, kernel, seed, first_path, threads, progress)
    return np.concatenate(found)


@lru_cache(maxsize=64)
def _kernel(fill, advance, steps_per_block, rows, label):
    """Compiled: `n_steps` steps of a block of paths from the even step `first_step` on; returns positions and hops.

    The inner loop only asks whether every lane is in the box of its home; the rare lane that is not is looked at alone.
    """

    @nb.njit
    def is_near(x, k, minimum, distance):
        square = 0.0
        for i in range(minimum.size):
            square += (x[i, k] - minimum[i]) ** 2
        return square**0.5 <= distance

    @nb.njit
    def arrivals(x, home, low, high, field_low, field_high, tables, minima, distance, step, found, count):
        """Counts the lanes that have come near a new minimum, and makes it their home."""
        if count + home.size > found.shape[0]:
            longer = np.empty((2 * found.shape[0] + home.size, 3), np.int64)
            for row in range(count):
                longer[row, 0], longer[row, 1], longer[row, 2] = found[row, 0], found[row, 1], found[row, 2]
            found = longer
        for k in range(home.size):
            if is_outside(x, low, high, k):
                basin = label(x, k, tables)
                if basin >= 0 and basin != home[k] and is_near(x, k, minima[basin], distance):
                    home[k] = basin
                    move_in(basin, k, low, high, field_low, field_high)
                    found[count, 0], found[count, 1], found[count, 2] = k, step, basin
                    count += 1
        return found, count

    @nb.njit(nogil=True, **OPTIONS)
    def run(
        x, home, field_low, field_high, tables, minima, distance,
        seed, first_path, first_step, n_steps, params, eta, b, walls,
    ):  # fmt: skip
        width = x.shape[1]
        draws = np.empty((rows, width), x.dtype)
        path, block = numbered(first_path, width), np.empty(width, np.uint64)
        low, high = boxes_of(home, field_low, field_high, width)
        found, count = np.empty((64, 3), np.int64), 0
        for step in range(first_step, first_step + n_steps, steps_per_block):
            block[:] = np.uint64(step // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(min(steps_per_block, first_step + n_steps - step)):
                advance(x, draws, half, params, eta, b, walls, width)
                if strayed(x, low, high, width):
                    if any_lost(x, home.size):
                        return x, found[:count]
                    found, count = arrivals(
                        x, home, low, high, field_low, field_high, tables, minima, distance, step + half + 1, found, count
                    )
        return x, found[:count]

    return cached(run)
