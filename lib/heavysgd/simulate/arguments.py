"""Checks shared by every simulation: starting points, precision, positions that are lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from heavysgd import checks
from heavysgd.checks import LostPathError
from heavysgd.landscape import Landscape, Line
from heavysgd.landscape.base import numbers
from heavysgd.recursion import Recursion
from heavysgd.simulate.number_range import refuse_lost_increments, refuse_overflow


def starting_points(sgd: Recursion, start: ArrayLike, n_paths: int) -> np.ndarray:
    """`start` (a point, or one per path) as an array of shape (dimension, n_paths), inside the domain."""
    f, d = sgd.landscape, sgd.dimension
    points = numbers(start, "start")
    one = (n_paths,) if d == 1 else (n_paths, d)
    if points.shape not in (one[1:], one):
        what = "a number or an array of n_paths" if d == 1 else f"a point ({d} numbers) or an array (n_paths, {d}), n_paths"
        raise ValueError(f"start has shape {points.shape}: must be {what} = {n_paths}" + (" numbers" if d == 1 else ""))
    points = np.array(np.broadcast_to(points, one)).reshape(n_paths, d)
    if sgd.on_ball:
        inside, domain = np.linalg.norm(points, axis=1) <= sgd.radius, f"|x| <= {sgd.radius:g}"
    else:
        lo, hi = np.reshape(f.bounds if sgd.radius is None else sgd.clip, (d, 2)).T
        inside = np.all((points >= lo) & (points <= hi), axis=1)  # not for NaN
        domain = " x ".join(f"[{a:g}, {b:g}]" for a, b in zip(lo, hi))
    if not inside.all():
        bad = points[~inside][0]
        raise ValueError(f"start = {bad[0] if d == 1 else bad}: must lie in the domain {domain}")
    return np.ascontiguousarray(points.T)


def basins_of(f: Landscape, x: np.ndarray) -> np.ndarray:
    """Numbers of the fields that hold positions (dimension, n)."""
    return f.basin_of(by_path(x))


def by_path(x: np.ndarray) -> np.ndarray:
    """Positions (dimension, n) as results show them: (n,) on a line, (n, dimension) beyond."""
    return x[0] if len(x) == 1 else np.ascontiguousarray(x.T)


def starting_basins(sgd: Recursion, x: np.ndarray) -> np.ndarray:
    """The field that each path starts in. Raises `ValueError` for a start on a boundary between fields."""
    f = sgd.landscape
    basin = basins_of(f, x)
    on_edge = basin < 0
    for along, edges in zip(x, [f.edges] if isinstance(f, Line) else getattr(f, "axis_edges", [])):
        on_edge |= np.isin(along, edges)
    if on_edge.any():
        where = by_path(x)[on_edge][0]
        raise ValueError(f"start = {where}: must lie inside a basin, not on its boundary")
    return basin


def precision(sgd: Recursion, dtype: DTypeLike) -> np.dtype:
    """The number type asked for. Raises `ValueError` for an unknown one, and for one that loses the noise or overflows."""
    checks.one_of("dtype", dtype, ("float64", "float32"))
    if dtype == "float32":
        refuse_lost_increments(sgd)
    refuse_overflow(sgd, np.dtype(dtype))
    return np.dtype(dtype)


def refuse_lost(x: np.ndarray, steps: np.ndarray, first_path: int) -> None:
    """Raises `LostPathError` for the first path of `x`, shape (d, n), without a position, after its `steps` (n,)."""
    lost = np.flatnonzero(np.isnan(x).any(axis=0))
    if lost.size:
        raise LostPathError.after(first_path + int(lost[0]), int(steps[lost[0]]), x.dtype)
