"""Sample paths, recorded at regular steps."""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd import checks
from heavysgd.process import SGD
from heavysgd.simulate import threads as pool
from heavysgd.simulate.arguments import backend_taken, starting_points
from heavysgd.simulate.lanes import OPTIONS, arguments, lane_blocks, lane_code, padded


def sample_path(
    sgd: SGD,
    start,
    n_steps: int,
    every: int = 1,
    n_paths: int = 1,
    seed: int = 0,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
    first_path: int = 0,
) -> np.ndarray:
    """X_0, X_every, X_{2 every}, ... up to n_steps; shape (n_paths, 1 + n_steps // every).

    Arguments as in `first_exit`. The noise of a path does not depend on `every`, nor on what else is recorded: the
    same seed and path number give the path that `first_exit` and `occupation` see. Raises `ValueError` for arguments
    out of range and for a landscape with open ends.
    """
    if sgd.landscape.open_ends:
        raise ValueError(f"{sgd.landscape.name} has open ends: sample_path needs a landscape whose paths stay inside")
    n_paths, n_steps, every = (
        checks.count(name, value) for name, value in (("n_paths", n_paths), ("n_steps", n_steps), ("every", every))
    )
    seed, first_path = checks.seed(seed), checks.count("first_path", first_path, least=0)
    x = starting_points(sgd, start, n_paths)
    backend_taken(backend)

    records = np.empty((n_paths, 1 + n_steps // every))
    records[:, 0] = x
    done = np.zeros(n_paths, np.int64)
    kernel, described = _kernel(*lane_code(sgd)), arguments(sgd)
    n_steps = every * (n_steps // every)

    def work(part):
        lanes, start_step = part.stop - part.start, done[part.start]
        budget = min(pool.CALL_STEPS // lanes // 2 * 2, n_steps - start_step)
        where = (np.uint64(seed), np.uint64(first_path + part.start), start_step, budget)
        x[part] = kernel(padded(x[part]), records[part], every, *where, *described)[:lanes]
        done[part] += budget
        return budget * lanes if done[part.start] < n_steps else -1 - budget * lanes

    count = pool.thread_count(threads)
    if n_steps:
        pool.run(work, lane_blocks(n_paths, count), count, progress, n_paths * n_steps, " steps")
    return records


@lru_cache(maxsize=64)
def _kernel(fill, advance, uniforms):
    """Compiled: `n_steps` steps of a block of paths from the even step `first_step` on, every `every`-th kept."""
    steps_per_block = 2 // uniforms

    @nb.njit(inline="always")
    def record(x, records, every, step):
        if step % every == 0:
            for k in range(records.shape[0]):
                records[k, step // every] = x[k]

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, records, every, seed, first_path, first_step, n_steps, params, eta, b, lo, hi):
        width = x.size
        draws = np.empty((2, width))
        path, block = first_path + np.arange(width).astype(np.uint64), np.empty(width, np.uint64)
        for step in range(first_step, first_step + n_steps, steps_per_block):
            block[:] = np.uint64(step // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(min(steps_per_block, first_step + n_steps - step)):
                advance(x, draws[half], draws[1], params, eta, b, lo, hi, width)
                record(x, records, every, step + half + 1)
        return x

    return run
