"""Running paths until they stop: out of an interval, or into a hole inside it.

First exits are the case without a hole; excursions from a minimum, which forward flux sampling is made of, end out of
the interval or back at the minimum.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd.expression import OPTIONS
from heavysgd.kernel_cache import cached
from heavysgd.process import SGD
from heavysgd.simulate import cuda
from heavysgd.simulate import threads as pool
from heavysgd.simulate.lanes import MOST, arguments, lane_code, whole_groups


def region(left, right, hole: tuple[float, float] = (np.inf, -np.inf)) -> np.ndarray:
    """Where paths run on: left < x < right but not hole[0] <= x <= hole[1]; shape (n, 4), one row a path."""
    left, right = np.atleast_1d(left), np.atleast_1d(right)
    return np.stack([left, right, np.full(left.size, hole[0]), np.full(left.size, hole[1])], axis=1).astype(float)


def run_until(
    sgd: SGD,
    x: np.ndarray,
    inside: np.ndarray,
    max_steps: int,
    seed: int,
    first_path: int,
    progress: bool,
    threads: int | None,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """Runs every path of `x`, in place, until it leaves its row of `inside`; all take at least one step.

    Returns steps taken, int64, and which paths were still running after `max_steps`, bool; shape (n,) both.
    """
    if backend == "cuda":
        return cuda.run_until(sgd, x, inside, max_steps, seed, first_path, progress)
    steps, running = np.zeros(x.size, np.int64), np.ones(x.size, bool)
    inside = inside.astype(x.dtype)
    kernel, described = _kernel(*lane_code(sgd, x.dtype)), arguments(sgd, x.dtype)
    rounds = pool.CALL_STEPS // MOST

    def work(part):
        before, made = np.count_nonzero(running[part]), steps[part].sum()
        state = (x[None, part], steps[part], running[part], inside[part])
        more = kernel(*state, np.uint64(seed), np.uint64(first_path + part.start), max_steps, rounds, *described)
        stopped = before - np.count_nonzero(running[part]) if more else before  # at the end the censored ones count too
        return pool.Advance(int(stopped), int(steps[part].sum() - made), not more)

    count = pool.thread_count(threads)
    pool.run(work, pool.blocks(x.size, count), count, progress, x.size, " exits")
    return steps, running


@lru_cache(maxsize=64)
def _kernel(fill, advance, steps_per_block, rows):
    """Compiled: advances a block of paths for at most `rounds` blocks of random numbers; True while some still run.

    Paths wait in a queue and take a lane when one falls free; when the queue is empty the lanes close up, so that only
    groups with something to do run. The inner loop only asks whether all is well; the rare lane that has stopped is
    stored at once and moves on idly until the block of uniforms is used up.
    """

    @nb.njit(inline="always")
    def outside(at, where, k):
        return (at <= where[0, k]) | (at >= where[1, k]) | ((at >= where[2, k]) & (at <= where[3, k]))

    @nb.njit(inline="always")
    def strayed(y, where, width):
        out = 0
        for k in range(width):
            out += outside(y[0, k], where, k)
        return out

    @nb.njit
    def settle(y, step, owner, where, live, max_steps, x, steps, running):
        """Stores the lanes that stopped or have come to `max_steps`, and sets them idle."""
        for k in range(live):
            gone = outside(y[0, k], where, k)
            if owner[k] >= 0 and (gone or step[k] >= max_steps):
                x[:, owner[k]], steps[owner[k]], running[owner[k]] = y[:, k], step[k], not gone
                owner[k], where[0, k], where[1, k], where[2, k], where[3, k] = -1, -np.inf, np.inf, np.inf, -np.inf

    @nb.njit
    def load(y, step, owner, where, live, queue, max_steps, x, steps, running, inside):
        """Closes the gaps between busy lanes and fills up from the queue; lanes in use, place in the queue."""
        busy = 0
        for k in range(live):
            if owner[k] >= 0:
                y[:, busy], step[busy], owner[busy], where[:, busy] = y[:, k], step[k], owner[k], where[:, k]
                busy += 1
        while busy < MOST and queue < steps.size:
            if running[queue] and steps[queue] < max_steps:
                y[:, busy], step[busy], owner[busy], where[:, busy] = x[:, queue], steps[queue], queue, inside[queue]
                busy += 1
            queue += 1
        for k in range(busy, MOST):
            owner[k], where[0, k], where[1, k], where[2, k], where[3, k] = -1, -np.inf, np.inf, np.inf, -np.inf
        return busy, queue

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, steps, running, inside, seed, first_path, max_steps, rounds, params, eta, b, walls):
        y, where, draws = (
            np.empty((x.shape[0], MOST), x.dtype),
            np.empty((4, MOST), x.dtype),
            np.empty((rows, MOST), x.dtype),
        )
        y[:] = x[:, :1]  # idle lanes must hold valid points
        step, owner = np.zeros(MOST, np.int64), np.full(MOST, -1)
        path, block = np.zeros(MOST, np.uint64), np.zeros(MOST, np.uint64)
        queue, live, left = 0, 0, 0
        refill = True
        while True:
            if refill:
                live, queue = load(y, step, owner, where, live, queue, max_steps, x, steps, running, inside)
                path[:live] = first_path + owner[:live].astype(np.uint64)
                left = max_steps - step[:live].max() if live else 0
                refill = False
            if live == 0 or rounds == 0:
                break
            width = whole_groups(live)
            for k in range(width):
                block[k] = np.uint64(step[k] // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(steps_per_block):
                advance(y, draws, half, params, eta, b, walls, width)
                for k in range(width):
                    step[k] += 1
                left -= 1
                if strayed(y, where, width) or left <= 0:
                    settle(y, step, owner, where, live, max_steps, x, steps, running)
                    refill = True
            rounds -= 1
        for k in range(live):
            if owner[k] >= 0:
                x[:, owner[k]], steps[owner[k]] = y[:, k], step[k]
        return live > 0

    return cached(run)
