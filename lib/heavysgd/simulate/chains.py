"""Chains: paths of a fixed length, advanced in blocks of lanes. What occupation and sample paths have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from heavysgd import checks
from heavysgd.checks import LostPathError
from heavysgd.process import SGD
from heavysgd.simulate import threads as pool
from heavysgd.simulate.arguments import precision, starting_basins, starting_points
from heavysgd.simulate.lanes import lane_blocks, padded


def chain_starts(sgd: SGD, start, n_paths: int, what: str, dtype: str) -> np.ndarray:
    """Starting points, shape (dimension, n_paths). Raises `ValueError` for bad ones, and for open ends, through which
    paths leave for good."""
    if sgd.landscape.open_ends:
        raise ValueError(f"{sgd.landscape.name} has open ends: {what} needs a landscape whose paths stay inside")
    x = starting_points(sgd, start, n_paths).astype(precision(sgd, dtype))
    if sgd.dimension > 1 and what != "sample_path":
        starting_basins(sgd, x)
    return x


def advance_chains(
    x: np.ndarray, n_steps: int, kernel: Callable, seed: int, first_path: int, threads: int | None, progress: bool
) -> None:
    """Advances every path of `x`, shape (dimension, n), in place, by `n_steps`.

    kernel(part, lanes, seed, path, step, budget) does `budget` steps from the even step `step` on for the slice `part`
    of the paths, whose positions it gets, and returns, in `lanes`, padded to whole groups.
    """
    seed, first_path = np.uint64(checks.seed(seed)), checks.count("first_path", first_path, least=0)
    n_paths = x.shape[1]
    done = np.zeros(n_paths, np.int64)

    def work(part):
        lanes, step = part.stop - part.start, done[part.start]
        budget = min(max(2, pool.CALL_STEPS // lanes // 2 * 2), n_steps - step)
        before, path = x[:, part].copy(), np.uint64(first_path + part.start)
        x[:, part] = kernel(part, padded(before), seed, path, step, budget)[:, :lanes]
        if np.isnan(x[:, part]).any():
            _refuse_lost(lambda n: kernel(part, padded(before), seed, path, step, n)[:, :lanes], step, budget, int(path))
        done[part] += budget
        return pool.Advance(budget * lanes, budget * lanes, done[part.start] >= n_steps)

    count = pool.thread_count(threads)
    if n_steps:
        pool.run(work, lane_blocks(n_paths, count), count, progress, n_paths * n_steps, " steps")


def _refuse_lost(after: Callable, step: int, budget: int, first_path: int) -> None:
    """Raises `LostPathError` for a path that has lost its position within `budget` steps from `step` on.

    after(n) gives the positions, shape (dimension, lanes), n steps later; NaN stays NaN, so that the step is bisected.
    """
    low, high = 0, budget
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if np.isnan(after(middle)).any() else (middle, high)
    x = after(high)
    raise LostPathError.after(first_path + int(np.flatnonzero(np.isnan(x).any(axis=0))[0]), step + high, x.dtype)
