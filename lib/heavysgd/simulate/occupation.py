"""Occupation: where paths spend their time, on a grid of positions and per attraction field.

Time in a field is counted when a path changes fields, not step by step.

Source: Figure 1 and Theorem 2 of the paper.
"""

from __future__ import annotations

import threading
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
from heavysgd.simulate.histogram import counter, histogram_shape, window
from heavysgd.simulate.homes import any_lost, boxes_of, is_outside, move_in, strayed
from heavysgd.simulate.results import Occupation


def occupation(
    sgd: Recursion,
    start: ArrayLike,
    *,
    n_steps: int,
    n_paths: int = 1,
    bins: int = 400,
    seed: int = 0,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
    first_path: int = 0,
    dtype: str = "float64",
) -> Occupation:
    """Histogram of X_1, ..., X_{n_steps} over `n_paths` paths, and the share of steps in each basin.

    Arguments as in `first_exit`. `bins` equal bins cover the interval on which iterates are projected; in the plane,
    bins x bins cells the box (or the square around the ball); beyond, `bins` bins each coordinate. Memory is (bins + k)
    counters a path on a line, bins^d (d <= 2) or d bins counters a thread and k a path otherwise, whatever the number of
    steps.

    Returns an `Occupation`. Raises `ValueError` for arguments out of range and for a landscape with open ends, whose
    paths leave for good.
    """
    n_paths, n_steps = checks.count("n_paths", n_paths), checks.count("n_steps", n_steps)
    bins = checks.count("bins", bins)
    x = chain_starts(sgd, start, n_paths, "occupation", dtype)
    if backend_taken(backend, n_paths) == "cuda":
        counts, visits = cuda.occupation(sgd, x, n_steps, bins, seed, first_path, progress)
    else:
        counts, visits = _on_cpu(sgd, x, n_steps, bins, seed, first_path, threads, progress)
    fractions = visits / n_steps
    edges = np.stack([np.linspace(lo, hi, bins + 1) for lo, hi in window(sgd)])
    return Occupation(
        edges[0] if len(edges) == 1 else edges,
        counts.reshape(histogram_shape(sgd.dimension, bins)),
        fractions.mean(0),
        fractions,
        by_path(x[: sgd.dimension]),
    )


def _on_cpu(sgd: Recursion, x: np.ndarray, n_steps: int, bins: int, seed: int, first_path: int, threads, progress: bool):
    """Advances `x`, in place; counts, flat, and steps of each path in each field, shape (n_paths, k)."""
    f, d, cells = sgd.landscape, sgd.dimension, int(np.prod(histogram_shape(sgd.dimension, bins)))
    home, fields = basins_of(f, x[:d]), f.fields(x.dtype)
    counts, lock = np.zeros(cells, np.int64), threading.Lock()
    visits = np.zeros((x.shape[1], f.size), np.int64)
    low, span = window(sgd).astype(x.dtype)[:, 0], np.ptp(window(sgd), axis=1)
    grid, places = (low, (bins / span).astype(x.dtype), bins), (fields.low, fields.high, fields.tables)

    def seen(part, lanes, step):
        size = part.stop - part.start
        counted, since = np.zeros((size if d == 1 else 1, cells), np.int64), np.full(size, step)

        def stopped(end):
            visits[np.arange(part.start, part.stop), home[part]] += end - since
            with lock:
                counts.__iadd__(counted.sum(axis=0))

        boxes = boxes_of(home[part], fields.low, fields.high, lanes)
        return (home[part], *boxes, since, visits[part], *places, counted, *grid), stopped

    Chains(sgd, x, _observer(d, fields.label), seed, first_path).advance(n_steps, seen, threads, progress)
    return counts, visits


@lru_cache(maxsize=64)
def _observer(dimension, label):
    """Observer: counts the position of every lane, and its steps in a field when it changes fields."""
    count_all = counter(dimension)

    @shared
    @nb.njit
    def settle(x, step, seen):
        """Gives the lanes that have changed fields a new home, and counts their steps in the old one."""
        home, low, high, since, visits, field_low, field_high, tables = seen[:8]
        for k in range(home.size):
            if is_outside(x, low, high, k):
                basin = label(x, k, tables)
                if basin >= 0 and basin != home[k]:
                    visits[k, home[k]] += step - 1 - since[k]
                    home[k], since[k] = basin, step - 1
                    move_in(basin, k, low, high, field_low, field_high)

    @nb.njit(inline="always")
    def observe(x, step, seen):
        home, low, high, counts, lo, per_bin, bins = seen[0], seen[1], seen[2], seen[8], seen[9], seen[10], seen[11]
        if strayed(x, low, high, x.shape[1]):
            if any_lost(x, home.size):
                return False
            settle(x, step, seen)
        count_all(x, counts, lo, per_bin, bins, home.size)
        return True

    return observe
