"""Sample paths, recorded at regular steps."""

from __future__ import annotations

from functools import lru_cache

import numba as nb
import numpy as np

from heavysgd import checks
from heavysgd.gradient_code import OPTIONS
from heavysgd.kernel_cache import cached
from heavysgd.process import SGD
from heavysgd.simulate import cuda
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.chains import advance_chains, chain_starts
from heavysgd.simulate.lanes import arguments, lane_code, numbered


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
    dtype: str = "float64",
) -> np.ndarray:
    """X_0, X_every, X_{2 every}, ... up to n_steps; shape (n_paths, 1 + n_steps // every), in R^d (..., d).

    Arguments as in `first_exit`. The noise of a path does not depend on `every`, nor on what else is recorded: the
    same seed and path number give the path that `first_exit` and `occupation` see. Raises `ValueError` for arguments
    out of range and for a landscape with open ends.
    """
    n_paths, n_steps = checks.count("n_paths", n_paths), checks.count("n_steps", n_steps)
    every = checks.count("every", every)
    x = chain_starts(sgd, start, n_paths, "sample_path", dtype)
    first, n_steps = x.T.copy(), every * (n_steps // every)
    if backend_taken(backend, n_paths) == "cuda":
        later = cuda.sample_path(sgd, x, n_steps, every, seed, first_path, progress)
        return _as_shown(np.concatenate([first[:, None], later], axis=1))
    records = np.empty((n_paths, 1 + n_steps // every, sgd.dimension), x.dtype)
    records[:, 0] = first
    run, described = _kernel(*lane_code(sgd, x.dtype)), arguments(sgd, x.dtype)

    def kernel(part, lanes, *where):
        return run(lanes, records[part], every, *where, *described)

    advance_chains(x, n_steps, kernel, seed, first_path, threads, progress)
    return _as_shown(records)


def _as_shown(records: np.ndarray) -> np.ndarray:
    """Records (n, times, d) without the last axis on a line."""
    return records[:, :, 0] if records.shape[2] == 1 else records


@lru_cache(maxsize=64)
def _kernel(fill, advance, steps_per_block, rows):
    """Compiled: `n_steps` steps of a block of paths from the even step `first_step` on, every `every`-th kept."""

    @nb.njit(inline="always")
    def record(x, records, every, step):
        if step % every == 0:
            for k in range(records.shape[0]):
                for i in range(x.shape[0]):
                    records[k, step // every, i] = x[i, k]

    @nb.njit(nogil=True, **OPTIONS)
    def run(x, records, every, seed, first_path, first_step, n_steps, params, eta, b, walls):
        width = x.shape[1]
        draws = np.empty((rows, width), x.dtype)
        path, block = numbered(first_path, width), np.empty(width, np.uint64)
        for step in range(first_step, first_step + n_steps, steps_per_block):
            block[:] = np.uint64(step // steps_per_block)
            fill(draws, seed, path, block, width)
            for half in range(min(steps_per_block, first_step + n_steps - step)):
                advance(x, draws, half, params, eta, b, walls, width)
                record(x, records, every, step + half + 1)
        return x

    return cached(run)
