"""Running paths until they stop: out of an interval, or into a hole inside it.

First exits are the case without a hole; excursions from a minimum, which forward flux sampling is made of, end out of
the interval or back at the minimum.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd.process import SGD
from heavysgd.simulate import threads as pool
from heavysgd.simulate.lanes import MOST, OPTIONS, arguments, lane_code, whole_groups


def region(left, right, hole: tuple[float, float] = (np.inf, -np.inf)) -> np.ndarray:
    """Where paths run on: left < x < right but not hole[0] <= x <= hole[1]; shape (n, 4), one row a path."""
    left, right = np.atleast_1d(left), np.atleast_1d(right)
    return np.stack([left, right, np.full(left.size, hole[0]), np.full(left.size, hole[1])], axis=1).astype(float)


def run_until(
    sgd: SGD, x: np.ndarray, inside: np.ndarray, max_steps: int, seed: int, first_path: int, progress: bool, threads
) -> tuple[np.ndarray, np.ndarray]:
    """Runs every path of `x`, in place, until it leaves its row of `inside`; all take at least one step.

    Returns steps taken, int64, and which paths were still running after `max_steps`, bool; shape (n,) both.
    """
    steps, running = np.zeros(x.size, np.int64), np.ones(x.size, bool)
    kernel, described = _kernel(*lane_code(sgd)), arguments(sgd)
    rounds = pool.CALL_STEPS // MOST

    def work(part):
        before = np.count_nonzero(running[part])
        state = (x[part], steps[part], running[part], inside[part])
        more = kernel(*state, np.uint64(seed), np.uint64(first_path + part.start), max_steps, rounds, *described)
        finished = before - np.count_nonzero(running[part]) if more else before
        return finished if more else -1 - finished

    count = pool.thread_count(threads)
    pool.run(work, pool.blocks(x.size, count), count, progress, x.size, " exits")
    return steps, running


@lru_cache(maxsize=64)
def _kernel(fill, advance, uniforms):
    """Compiled: advances a block of paths for at most `rounds` blocks of random numbers; True while some still run.

    Paths wait in a queue and take a lane when one falls free; when the queue is empty the lanes close up, so that only
    groups with something to do run. A call ends at even steps, where the blocks of uniforms are used up.
    """
    steps_per_block = 2 // uniforms

    @nb.njit(inline="always")
    def settle(x, new, step, alive, where, max_steps, width):
        """Takes over the new positions of living lanes; counts the lanes that came to rest."""
        resting = 0
        for k in range(width):
            x[k] = new[k] if alive[k] else x[k]
            step[k] += alive[k]
            inside = (where[0, k] < x[k]) & (x[k] < where[1, k]) & ((x[k] < where[2, k]) | (x[k] > where[3, k]))
            alive[k] = alive[k] if inside & (step[k] < max_steps) else 0
            resting += 1 - alive[k]
        return resting

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, steps, running, inside, seed, first_path, max_steps, rounds, params, eta, b, lo, hi):
        y, new = np.full((2, MOST), x[0])
        where = np.zeros((4, MOST))
        draws = np.empty((2, MOST))
        step, alive, owner = np.zeros(MOST, np.int64), np.zeros(MOST, np.int64), np.zeros(MOST, np.int64)
        path, block = np.zeros(MOST, np.uint64), np.zeros(MOST, np.uint64)
        queue, live = 0, 0
        refill = True
        while True:
            if refill:  # scalar and rare: store what came to rest, close the gaps, load what waits
                kept = 0
                for k in range(live):
                    i = owner[k]
                    if alive[k]:
                        y[kept], step[kept], owner[kept], path[kept] = y[k], step[k], i, path[k]
                        where[:, kept], alive[kept] = where[:, k], 1
                        kept += 1
                    else:
                        in_hole = where[2, k] <= y[k] <= where[3, k]
                        x[i], steps[i], running[i] = y[k], step[k], where[0, k] < y[k] < where[1, k] and not in_hole
                while kept < MOST and queue < x.size:
                    if running[queue] and steps[queue] < max_steps:
                        y[kept], step[kept], owner[kept] = x[queue], steps[queue], queue
                        path[kept] = first_path + np.uint64(queue)
                        where[:, kept], alive[kept] = inside[queue], 1
                        kept += 1
                    queue += 1
                live = kept
                alive[live:] = 0
            if live == 0 or rounds == 0:
                break
            width = whole_groups(live)
            for k in range(width):
                block[k] = np.uint64(step[k] // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(steps_per_block):
                new[:width] = y[:width]
                advance(new, draws[half], draws[1], params, eta, b, lo, hi, width)
                resting = settle(y, new, step, alive, where, max_steps, width)
            refill = resting > width - live
            rounds -= 1
        for k in range(live):
            i = owner[k]
            x[i], steps[i] = y[k], step[k]
        return live > 0

    return run
