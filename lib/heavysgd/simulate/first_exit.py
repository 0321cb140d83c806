"""First exit times: sigma = min{n >= 1 : X_n outside the attraction field of the start}.

Source: Theorem 1 of the paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.recursion import Recursion
from heavysgd.simulate.arguments import basins_of, by_path, precision, starting_basins, starting_points
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.program import starting_state
from heavysgd.simulate.results import FirstExit
from heavysgd.simulate.stopping import inside_fields, run_until


def first_exit(
    sgd: Recursion,
    start: ArrayLike,
    *,
    n_paths: int,
    max_steps: int,
    seed: int = 0,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
    first_path: int = 0,
    dtype: str = "float64",
) -> FirstExit:
    """Runs paths first_path .. first_path + n_paths - 1 until each leaves the basin it started in.

    Parameters
    ----------
    start : a point of the domain, or one for each path: an array of shape (n_paths,) on a line, (n_paths, d) beyond; not
        on a boundary between attraction fields.
    max_steps : steps after which a path is given up and reported as censored.
    seed, first_path : the noise is a function of (seed, path number, step), so runs over disjoint ranges of paths
        join to the run over the whole range, bit for bit.
    backend : "auto", "cpu" or "cuda". "auto" takes the device when CuPy sees one and the paths are many; which it took
        is logged and stands in the bar.
    progress : show a bar on runs of more than two seconds.
    threads : on the CPU; None for all cores, or as HEAVYSGD_THREADS says.
    dtype : "float64", or "float32": about twice as fast, refused where it would lose the increments.

    Returns a `FirstExit`. Raises `ValueError` for arguments outside these ranges.
    """
    n_paths, max_steps = checks.count("n_paths", n_paths), checks.count("max_steps", max_steps)
    seed, first_path = checks.seed(seed), checks.count("first_path", first_path, least=0)
    x = starting_points(sgd, start, n_paths).astype(precision(sgd, dtype))
    basin = starting_basins(sgd, x)
    backend = backend_taken(backend, n_paths)

    x = starting_state(sgd, x)
    steps, running = run_until(sgd, x, inside_fields(sgd, basin), max_steps, seed, first_path, progress, threads, backend)
    x = x[: sgd.dimension]
    return FirstExit(steps, np.where(running, -1, basins_of(sgd.landscape, x)), running, by_path(x))
