"""Occupation: where paths spend their time, on a grid of positions and per attraction field.

Source: Figure 1 and Theorem 2 of the paper.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd import checks
from heavysgd.expression import OPTIONS
from heavysgd.kernel_cache import cached
from heavysgd.process import SGD
from heavysgd.simulate import cuda
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.chains import advance_chains, chain_starts
from heavysgd.simulate.lanes import arguments, lane_code
from heavysgd.simulate.results import Occupation


def occupation(
    sgd: SGD,
    start,
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

    Arguments as in `first_exit`. `bins` equal bins cover the interval on which iterates are projected. Memory is
    (bins + k) counters a path, whatever the number of steps.

    Returns an `Occupation`. Raises `ValueError` for arguments out of range and for a landscape with open ends, whose
    paths leave for good.
    """
    n_paths, n_steps = checks.count("n_paths", n_paths), checks.count("n_steps", n_steps)
    bins = checks.count("bins", bins)
    x = chain_starts(sgd, start, n_paths, "occupation", dtype)
    if backend_taken(backend, n_paths) == "cuda":
        counts, beyond = cuda.occupation(sgd, x, n_steps, bins, seed, first_path, progress)
    else:
        counts, beyond = _on_cpu(sgd, x, n_steps, bins, seed, first_path, threads, progress)
    visits = -np.diff(beyond, axis=0, prepend=n_steps, append=0).T
    fractions = visits / n_steps
    return Occupation(np.linspace(*sgd.clip, bins + 1), counts, fractions.mean(0), fractions, x[0])


def _on_cpu(sgd: SGD, x: np.ndarray, n_steps: int, bins: int, seed: int, first_path: int, threads, progress: bool):
    """Advances `x`, in place; counts, shape (bins,), and steps to the right of each maximum, shape (k - 1, n_paths)."""
    n_paths = x.shape[1]
    counts = np.zeros((n_paths, bins), np.int64)
    beyond = np.zeros((sgd.landscape.maxima.size, n_paths), np.int64)
    maxima = sgd.landscape.maxima.astype(x.dtype)
    run, described = _kernel(*lane_code(sgd, x.dtype)), arguments(sgd, x.dtype)

    def kernel(part, lanes, *where):
        return run(lanes, counts[part], beyond[:, part], maxima, *where, *described)

    advance_chains(x, n_steps, kernel, seed, first_path, threads, progress)
    return counts.sum(0), beyond


@lru_cache(maxsize=64)
def _kernel(fill, advance, steps_per_block, rows):
    """Compiled: `n_steps` steps of a block of paths from the even step `first_step` on, counted into their histograms."""

    @nb.njit(inline="always")
    def histogram(x, counts, lo, per_bin):
        lanes, bins = counts.shape
        for k in range(lanes):
            counts[k, min(int((x[0, k] - lo) * per_bin), bins - 1)] += 1

    @nb.njit(inline="always")
    def pass_maxima(x, beyond, maxima, width):
        for s in range(maxima.size):
            for k in range(width):
                beyond[s, k] += x[0, k] >= maxima[s]

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, counts, beyond, maxima, seed, first_path, first_step, n_steps, params, eta, b, walls):
        width, (lo, hi) = x.shape[1], walls
        per_bin = counts.shape[1] / (hi - lo)
        draws = np.empty((rows, width), x.dtype)
        path, block = first_path + np.arange(width).astype(np.uint64), np.empty(width, np.uint64)
        past = np.zeros((maxima.size, width), np.int64)
        for step in range(first_step, first_step + n_steps, steps_per_block):
            block[:] = np.uint64(step // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(min(steps_per_block, first_step + n_steps - step)):
                advance(x, draws, half, params, eta, b, walls, width)
                histogram(x, counts, lo, per_bin)
                pass_maxima(x, past, maxima, width)
        beyond += past[:, : beyond.shape[1]]
        return x

    return cached(run)
