"""Chains: paths of a fixed length, advanced in blocks of lanes, and looked at after every step by an observer.

The loop is one and the same. An observer is a compiled function

    observe(x, step, seen) -> whether to go on

of the state of all lanes after `step` steps (the observed position first, idle lanes last) and of `seen`, a tuple of its
own. It returns False where the loop is to stop: for a path that has lost its position, or where there is no room left.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.checks import LostPathError
from heavysgd.compiling import OPTIONS, cached
from heavysgd.recursion import Recursion
from heavysgd.simulate import threads as pool
from heavysgd.simulate.arguments import precision, starting_basins, starting_points
from heavysgd.simulate.homes import any_lost
from heavysgd.simulate.lanes import COINS_FROM, LaneCode, fill_alike, lane_blocks, lane_code, padded
from heavysgd.simulate.program import constants, starting_state


def chain_starts(recursion: Recursion, start: ArrayLike, n_paths: int, what: str, dtype: str) -> np.ndarray:
    """Starting states, shape (numbers of the state, n_paths). Raises `ValueError` for bad starting points, and for open
    ends, through which paths leave for good."""
    if recursion.landscape.open_ends:
        raise ValueError(f"{recursion.landscape.name} has open ends: {what} needs a landscape whose paths stay inside")
    x = starting_points(recursion, start, n_paths).astype(precision(recursion, dtype))
    if recursion.dimension > 1 and what != "sample_path":
        starting_basins(recursion, x)
    return starting_state(recursion, x)


class Chains:
    """The paths of one simulation: their states, shape (numbers of the state, n), advanced in place by `advance`."""

    def __init__(self, recursion: Recursion, state: np.ndarray, observe, seed: int, first_path: int):
        self.state, self.constants = state, constants(recursion, state.dtype)
        self.code = lane_code(recursion, state.dtype)
        self.run = chain_kernel(self.code, observe)
        self.seed = np.uint64(checks.seed(seed))
        self.first_path = checks.count("first_path", first_path, least=0)

    def advance(self, n_steps: int, seen: Callable, threads: int | None, progress: bool) -> None:
        """Advances every path by `n_steps`.

        seen(part, lanes, step) gives the observer's tuple for the slice `part` of the paths, in so many lanes, at the step
        from which they go on, and a function that is called with the step at which they have stopped.
        """
        n_paths = self.state.shape[1]
        done = np.zeros(n_paths, np.int64)

        def work(part):
            lanes, step = part.stop - part.start, int(done[part.start])
            budget = min(max(2, pool.CALL_STEPS // lanes // 2 * 2), n_steps - step)
            x, when = padded(self.state[:, part]), (np.uint64(self.first_path + part.start), step, budget)
            observed, stopped = seen(part, x.shape[1], step)
            end = self.run(self._room(x, when[0]), x, self.seed, *when, self.constants, observed)
            if np.isnan(x[:, :lanes]).any():  # idle lanes may lose theirs
                self._refuse_lost(padded(self.state[:, part]), lanes, *when)
            self.state[:, part], done[part] = x[:, :lanes], end
            stopped(end)
            return pool.Advance((end - step) * lanes, (end - step) * lanes, end >= n_steps)

        count = pool.thread_count(threads)
        if n_steps:
            pool.run(work, lane_blocks(n_paths, count), count, progress, n_paths * n_steps, " steps")

    def _room(self, x: np.ndarray, first_path) -> tuple:
        """Room for the draws and coins of so many lanes; numbers of their paths."""
        lanes = x.shape[1]
        draws, coins = np.empty((self.code.rows, lanes), x.dtype), np.empty((self.code.coin_rows, lanes), x.dtype)
        return draws, coins, first_path + np.arange(lanes, dtype=np.uint64)

    def _refuse_lost(self, x: np.ndarray, lanes: int, first_path, step: int, budget: int) -> None:
        """Raises `LostPathError` for the first path that loses its position within `budget` steps from `step` on."""
        run, room = chain_kernel(self.code, _has_all), self._room(x, first_path)
        end = run(room, x, self.seed, first_path, step, budget, self.constants, (lanes,))
        lost = np.flatnonzero(np.isnan(x[:, :lanes]).any(axis=0))
        raise LostPathError.after(int(first_path) + int(lost[0]), end, x.dtype)


@nb.njit
def _has_all(x, step, seen):
    """Observer: stops where one of the first seen[0] lanes has no position any more."""
    return not any_lost(x, seen[0])


@lru_cache(maxsize=64)
def chain_kernel(code: LaneCode, observe: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled: `n_steps` steps of a block of paths, in place, from `first_step` on; the step at which it stopped."""
    advance, steps_per_block, _, coin_rows = code

    @nb.njit(nogil=True, **OPTIONS)
    def run(room, x, seed, first_path, first_step, n_steps, constants, seen):
        draws, coins, path = room
        width = x.shape[1]
        step, last = first_step, first_step + n_steps
        while step < last:
            begin = step % steps_per_block
            fill_alike(draws, seed, path, np.uint64(step // steps_per_block), np.uint64(0), width)
            for half in range(begin, min(steps_per_block, begin + last - step)):
                if coin_rows > 0:
                    fill_alike(coins, seed, path, np.uint64(step), np.uint64(COINS_FROM), width)
                advance(x, draws, half, coins, constants, width)
                step += 1
                if not observe(x, step, seen):
                    return step
        return step

    return cached(run)
