"""Running paths until they stop: out of an attraction field; on a line also out of any interval, or into a hole in it.

Excursions from a minimum, which forward flux sampling is made of, end out of the interval or back at the minimum. In R^d
a path runs on while it is in the box of its field, and the field is asked for when it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd.compiling import OPTIONS, cached, function_from_source, shared
from heavysgd.landscape import as_line
from heavysgd.recursion import Recursion
from heavysgd.simulate import cuda
from heavysgd.simulate import threads as pool
from heavysgd.simulate.arguments import refuse_lost
from heavysgd.simulate.homes import is_lost
from heavysgd.simulate.lanes import MOST, LaneCode, fill, lane_code, toss, whole_groups
from heavysgd.simulate.program import constants


def region(left: ArrayLike, right: ArrayLike, hole: tuple[float, float] = (np.inf, -np.inf)) -> np.ndarray:
    """Where paths run on: left < x < right but not hole[0] <= x <= hole[1]; shape (n, 4), one row a path."""
    left, right = np.atleast_1d(left), np.atleast_1d(right)
    return np.stack([left, right, np.full(left.size, hole[0]), np.full(left.size, hole[1])], axis=1).astype(float)


def inside_fields(sgd: Recursion, basin: np.ndarray) -> np.ndarray:
    """Where first exits run on: the fields `basin` (n,). On a line as `region`; in R^d a box, and the field's number."""
    if sgd.dimension == 1:
        f = as_line(sgd.landscape)
        return region(f.edges[basin], f.edges[basin + 1])
    fields = sgd.landscape.fields()
    return np.concatenate([fields.low[basin], fields.high[basin], basin[:, None]], axis=1)


def run_until(
    sgd: Recursion,
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

    `x` has shape (numbers of the state, n), or (n,) on a line; `inside` comes from `region` or `inside_fields`.

    Returns steps taken, int64, and which paths were still running after `max_steps`, bool; shape (n,) both. Raises
    `LostPathError` for a path that has no position any more.
    """
    if backend == "cuda":
        return cuda.run_until(sgd, x, inside, max_steps, seed, first_path, progress)
    x, d = np.atleast_2d(x), sgd.dimension
    n = x.shape[1]
    steps, running = np.zeros(n, np.int64), np.ones(n, bool)
    inside, fields = np.ascontiguousarray(inside.astype(x.dtype).T), sgd.landscape.fields(x.dtype)
    bounds, code = _interval() if d == 1 else _field(fields.label, d), lane_code(sgd, x.dtype)
    kernel, fixed = _kernel(code, bounds), constants(sgd, x.dtype)
    rounds = pool.CALL_STEPS // MOST

    def work(part):
        before, made = np.count_nonzero(running[part]), steps[part].sum()
        at = x[:, part].copy()  # one kind of array, so that the kernel is compiled once
        state = (_lanes(code, bounds, at), at, steps[part], running[part], inside[:, part].copy(), fields.tables)
        more = kernel(*state, np.uint64(seed), np.uint64(first_path + part.start), max_steps, rounds, fixed)
        x[:, part] = at
        refuse_lost(at, steps[part], first_path + part.start)
        stopped = before - np.count_nonzero(running[part]) if more else before  # at the end the censored ones count too
        return pool.Advance(int(stopped), int(steps[part].sum() - made), not more)

    count = pool.thread_count(threads)
    pool.run(work, pool.blocks(n, count), count, progress, n, " exits")
    return steps, running


class _Bounds(NamedTuple):
    """Compiled: stays(y, where, k), the quick question about lane k, and gone(y, where, k, tables), the answer for a lane
    that may not; NaN never stays. idle, the column of `where` for idle lanes, which always stay."""

    stays: Callable[..., Any]
    gone: Callable[..., Any]
    idle: tuple[float, ...]


@lru_cache(maxsize=1)
def _interval() -> _Bounds:
    @nb.njit(inline="always")
    def stays(at, where, k):
        x = at[0, k]
        return (x > where[0, k]) & (x < where[1, k]) & ((x < where[2, k]) | (x > where[3, k]))

    @nb.njit(inline="always")
    def gone(at, where, k, tables):
        return not stays(at, where, k)

    return _Bounds(stays, gone, (-np.inf, np.inf, np.inf, -np.inf))


@lru_cache(maxsize=64)
def _field(label, dimension: int) -> _Bounds:
    axes = [f"(at[{i}, k] >= where[{i}, k]) & (at[{i}, k] < where[{dimension + i}, k])" for i in range(dimension)]
    source = f"def stays(at, where, k):\n    return {' & '.join(axes)}\n"
    stays = nb.njit(function_from_source(source, "stays", {}), inline="always")
    home = 2 * dimension

    @nb.njit(inline="always")
    def gone(at, where, k, tables):
        return not stays(at, where, k) and (is_lost(at, k) or label(at, k, tables) != where[home, k])

    return _Bounds(stays, gone, (-np.inf,) * dimension + (np.inf,) * dimension + (0.0,))


@shared
@nb.njit
def put(into, to, origin, place):
    """Column `to` of one array becomes column `place` of another."""
    for i in range(into.shape[0]):
        into[i, to] = origin[i, place]


@shared
@nb.njit
def load(y, step, owner, where, idle, live, queue, max_steps, x, steps, running, inside):
    """Closes the gaps between busy lanes and fills up from the queue; lanes in use, place in the queue."""
    busy = 0
    for k in range(live):
        if owner[k] >= 0:
            step[busy], owner[busy] = step[k], owner[k]
            put(y, busy, y, k)
            put(where, busy, where, k)
            busy += 1
    while busy < owner.size and queue < steps.size:
        if running[queue] and steps[queue] < max_steps:
            step[busy], owner[busy] = steps[queue], queue
            put(y, busy, x, queue)
            put(where, busy, inside, queue)
            busy += 1
        queue += 1
    for k in range(busy, owner.size):
        owner[k] = -1
        put(where, k, idle, 0)
    return busy, queue


@shared
@nb.njit
def start_lanes(first_path, max_steps, live, owner, step, path):
    """Numbers of the paths in the lanes, and how many steps are left to the one that has made the most."""
    left = max_steps
    for k in range(live):
        path[k] = first_path + np.uint64(owner[k])
        left = min(left, max_steps - step[k])
    return left


@shared
@nb.njit
def store(y, step, owner, live, x, steps):
    """Leaves the states of busy lanes where the next call finds them."""
    for k in range(live):
        if owner[k] >= 0:
            steps[owner[k]] = step[k]
            put(x, owner[k], y, k)


@lru_cache(maxsize=64)
def _settling(bounds: _Bounds):
    """Compiled: what becomes of lanes that have stopped."""
    stays, gone, _ = bounds

    @nb.njit(inline="always")
    def strayed(y, where, width):
        inside = 0
        for k in range(width):
            inside += stays(y, where, k)
        return inside != width

    @shared
    @nb.njit
    def settle(y, step, owner, where, idle, live, tables, max_steps, x, steps, running):
        """Stores the lanes that stopped or have come to `max_steps`, and sets them idle; whether there were any."""
        any_stopped = False
        for k in range(live):
            if owner[k] >= 0:
                stopped = gone(y, where, k, tables)
                if stopped or step[k] >= max_steps:
                    steps[owner[k]], running[owner[k]] = step[k], not stopped
                    put(x, owner[k], y, k)
                    put(where, k, idle, 0)
                    owner[k], any_stopped = -1, True
        return any_stopped

    return strayed, settle


def _lanes(code: LaneCode, bounds: _Bounds, x: np.ndarray) -> tuple:
    """Room for the lanes of one call: states, where they run on, draws, coins; steps, owners, paths, blocks; what is idle.

    Idle lanes must hold valid points.
    """
    y, where = np.repeat(x[:, :1], MOST, axis=1), np.empty((len(bounds.idle), MOST), x.dtype)
    draws, coins = np.empty((code.rows, MOST), x.dtype), np.empty((code.coin_rows, MOST), x.dtype)
    numbers = np.zeros(MOST, np.int64), np.full(MOST, -1), np.zeros(MOST, np.uint64), np.zeros(MOST, np.uint64)
    return y, where, draws, coins, *numbers, np.array(bounds.idle, x.dtype)[:, None]


@lru_cache(maxsize=64)
def _kernel(code: LaneCode, bounds: _Bounds):
    """Compiled: advances a block of paths for at most `rounds` blocks of random numbers; True while some still run.

    Paths wait in a queue and take a lane when one falls free; when the queue is empty the lanes close up, so that only
    groups with something to do run. The inner loop only asks whether all is well; the rare lane that has stopped is
    stored at once and moves on idly until the block of uniforms is used up.
    """
    advance, steps_per_block, _, coin_rows = code
    strayed, settle = _settling(bounds)

    @nb.njit(nogil=True, **OPTIONS)
    def run(lanes, x, steps, running, inside, tables, seed, first_path, max_steps, rounds, constants):
        y, where, draws, coins, step, owner, path, block, idle = lanes
        live, queue, left = np.int64(0), np.int64(0), np.int64(0)
        refill = True
        while True:
            if refill:
                live, queue = load(y, step, owner, where, idle, live, queue, max_steps, x, steps, running, inside)
                left = start_lanes(first_path, max_steps, live, owner, step, path)
                refill = False
            if live == 0 or rounds == 0:
                break
            width = whole_groups(live)
            for k in range(width):
                block[k] = np.uint64(step[k] // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(steps_per_block):
                if coin_rows > 0:
                    toss(coins, seed, path, step, width)
                advance(y, draws, half, coins, constants, width)
                for k in range(width):
                    step[k] += 1
                left -= 1
                if strayed(y, where, width) or left <= 0:
                    refill |= settle(y, step, owner, where, idle, live, tables, max_steps, x, steps, running)
            rounds -= 1
        store(y, step, owner, live, x, steps)
        return live > 0

    return cached(run)
