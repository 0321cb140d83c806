"""Checks shared by every simulation: starting points, backend."""

from __future__ import annotations

import numpy as np

from heavysgd.process import SGD

BACKENDS = ("auto", "cpu", "cuda")


def starting_points(sgd: SGD, start, n_paths: int) -> np.ndarray:
    """`start` (a number, or one per path) as an array of shape (n_paths,), inside the domain."""
    points = np.asarray(start, dtype=float)
    if points.ndim > 1 or (points.ndim == 1 and points.size != n_paths):
        raise ValueError(f"start has shape {points.shape}: must be a number or an array of n_paths = {n_paths} numbers")
    lo, hi = sgd.landscape.bounds if sgd.radius is None else (-sgd.radius, sgd.radius)
    bad = ~((points >= lo) & (points <= hi))  # also true for NaN
    if bad.any():
        raise ValueError(f"start = {points[bad].flat[0]}: must lie in the domain [{lo:g}, {hi:g}]")
    return np.array(np.broadcast_to(points, n_paths))


def backend_taken(backend: str) -> str:
    """The backend a call will run on. Raises `ValueError` for an unknown one and for "cuda" where it cannot run."""
    if backend not in BACKENDS:
        raise ValueError(f"backend = {backend!r}: must be one of {', '.join(map(repr, BACKENDS))}")
    if backend == "cuda":
        raise ValueError(f"backend = 'cuda': {_why_no_cuda()}; use backend='cpu' or 'auto'")
    return "cpu"


def _why_no_cuda() -> str:
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed (extras cuda12, cuda13)"
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"no CUDA device can be used ({error})"
    return "this version simulates on the CPU only"
