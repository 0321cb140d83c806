"""First exit times: sigma = min{n >= 1 : X_n outside the attraction field of the start}.

Source: Theorem 1 of the paper.
"""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd import checks
from heavysgd.process import SGD
from heavysgd.simulate import threads as pool
from heavysgd.simulate.arguments import backend_taken, starting_points
from heavysgd.simulate.lanes import MOST, OPTIONS, arguments, lane_code, whole_groups
from heavysgd.simulate.results import FirstExit


def first_exit(
    sgd: SGD,
    start,
    n_paths: int,
    max_steps: int,
    seed: int = 0,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
    first_path: int = 0,
) -> FirstExit:
    """Runs paths first_path .. first_path + n_paths - 1 until each leaves the basin it started in.

    Parameters
    ----------
    start : a point of the domain, or an array of shape (n_paths,); not a maximum.
    max_steps : steps after which a path is given up and reported as censored.
    seed, first_path : the noise is a function of (seed, path number, step), so runs over disjoint ranges of paths
        join to the run over the whole range, bit for bit.
    backend : "auto", "cpu" or "cuda".
    progress : show a bar on runs of more than two seconds.

    Returns a `FirstExit`. Raises `ValueError` for arguments outside these ranges.
    """
    n_paths, max_steps = checks.count("n_paths", n_paths), checks.count("max_steps", max_steps)
    seed, first_path = checks.seed(seed), checks.count("first_path", first_path, least=0)
    x = starting_points(sgd, start, n_paths)
    basin = _starting_basin(sgd, x)
    backend_taken(backend)

    left, right = sgd.landscape.edges[basin], sgd.landscape.edges[basin + 1]
    steps, inside = np.zeros(n_paths, np.int64), np.ones(n_paths, bool)
    kernel, described = _kernel(*lane_code(sgd)), arguments(sgd)
    rounds = pool.CALL_STEPS // MOST

    def work(part):
        before = np.count_nonzero(inside[part])
        state = (x[part], steps[part], inside[part], left[part], right[part])
        running = kernel(*state, np.uint64(seed), np.uint64(first_path + part.start), max_steps, rounds, *described)
        finished = before - np.count_nonzero(inside[part]) if running else before
        return finished if running else -1 - finished

    count = pool.thread_count(threads)
    pool.run(work, pool.blocks(n_paths, count), count, progress, n_paths, " exits")
    return FirstExit(steps, np.where(inside, -1, sgd.landscape.basin_of(x)), inside, x)


def _starting_basin(sgd: SGD, x: np.ndarray) -> np.ndarray:
    f = sgd.landscape
    boundary = np.isin(x, f.edges)
    if boundary.any():
        raise ValueError(f"start = {x[boundary][0]}: must lie inside a basin, not on its boundary")
    return f.basin_of(x)


@lru_cache(maxsize=64)
def _kernel(fill, advance, uniforms):
    """Compiled: advances a block of paths for at most `rounds` blocks of random numbers; True while some still run.

    Paths wait in a queue and take a lane when one falls free; when the queue is empty the lanes close up, so that only
    groups with something to do run. A call ends at even steps, where the blocks of uniforms are used up.
    """
    steps_per_block = 2 // uniforms

    @nb.njit(inline="always")
    def settle(x, new, step, alive, left, right, max_steps, width):
        """Takes over the new positions of living lanes; counts the lanes that came to rest."""
        resting = 0
        for k in range(width):
            x[k] = new[k] if alive[k] else x[k]
            step[k] += alive[k]
            alive[k] = alive[k] if (left[k] < x[k]) & (x[k] < right[k]) & (step[k] < max_steps) else 0
            resting += 1 - alive[k]
        return resting

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, steps, inside, left, right, seed, first_path, max_steps, rounds, params, eta, b, lo, hi):
        y, new, low, high = np.full((4, MOST), x[0])
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
                        low[kept], high[kept], alive[kept] = low[k], high[k], 1
                        kept += 1
                    else:
                        x[i], steps[i], inside[i] = y[k], step[k], low[k] < y[k] < high[k]
                while kept < MOST and queue < x.size:
                    if inside[queue] and steps[queue] < max_steps:
                        y[kept], step[kept], owner[kept] = x[queue], steps[queue], queue
                        path[kept] = first_path + np.uint64(queue)
                        low[kept], high[kept], alive[kept] = left[queue], right[queue], 1
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
                resting = settle(y, new, step, alive, low, high, max_steps, width)
            refill = resting > width - live
            rounds -= 1
        for k in range(live):
            i = owner[k]
            x[i], steps[i] = y[k], step[k]
        return live > 0

    return run
