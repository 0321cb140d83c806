"""Checks shared by every simulation: starting points, precision."""

from __future__ import annotations

import numpy as np

from heavysgd.process import SGD

_SPACINGS = 128  # float32: a step of the median size keeps seven bits or more


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


def precision(sgd: SGD, dtype) -> np.dtype:
    """The number type asked for. Raises `ValueError` for an unknown one, and where single precision loses the noise.

    A float keeps 24 bits: of an increment below half the spacing of the numbers around x nothing is left. Half of all
    increments eta Z must be `_SPACINGS` spacings or more at the far end of the domain.
    """
    if dtype not in ("float64", "float32"):
        raise ValueError(f"dtype = {dtype!r}: must be 'float64' or 'float32'")
    if dtype == "float32":
        spacing = float(np.spacing(np.float32(np.abs(sgd.clip if sgd.radius else sgd.landscape.bounds).max())))
        if sgd.eta * sgd.noise.median < _SPACINGS * spacing:
            least = _SPACINGS * spacing / sgd.noise.median
            raise ValueError(
                f"dtype = 'float32': at eta = {sgd.eta:g} half of the steps eta Z are below {_SPACINGS} times the spacing "
                f"{spacing:.2g} of the numbers they are added to, and would be lost; use eta > {least:.2g} or 'float64'"
            )
    return np.dtype(dtype)
