"""Sample paths, recorded at regular steps."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.recursion import Recursion
from heavysgd.simulate import cuda
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.chains import Chains, chain_starts


def sample_path(
    sgd: Recursion,
    start: ArrayLike,
    *,
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
    first, n_steps = x[: sgd.dimension].T.copy(), every * (n_steps // every)
    if backend_taken(backend, n_paths) == "cuda":
        later = cuda.sample_path(sgd, x, n_steps, every, seed, first_path, progress)
        return _as_shown(np.concatenate([first[:, None], later], axis=1))
    records = np.empty((n_paths, 1 + n_steps // every, sgd.dimension), x.dtype)
    records[:, 0] = first
    seen = lambda part, lanes, step: ((records[part], every), lambda end: None)  # noqa: E731
    Chains(sgd, x, _record, seed, first_path).advance(n_steps, seen, threads, progress)
    return _as_shown(records)


def _as_shown(records: np.ndarray) -> np.ndarray:
    """Records (n, times, d) without the last axis on a line."""
    return records[:, :, 0] if records.shape[2] == 1 else records


@nb.njit(inline="always")
def _record(x, step, seen):
    """Observer: keeps every `every`-th position."""
    records, every = seen
    if step % every == 0:
        for k in range(records.shape[0]):
            for i in range(records.shape[2]):
                records[k, step // every, i] = x[i, k]
    return True
