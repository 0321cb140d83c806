"""Checks shared by all questions to the exact kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from heavysgd import checks
from heavysgd.exact.breaks import region_of
from heavysgd.landscape import as_line
from heavysgd.recursion import Truncated

_GRID = 20_001


def checked_sgd(sgd: Any) -> Truncated:
    """Raises `ValueError` for anything but an `SGD` or a `StateDependentSGD` on a line."""
    if not isinstance(sgd, Truncated):
        raise ValueError(f"sgd = {sgd!r}: must be a heavysgd.SGD or a heavysgd.StateDependentSGD")
    if sgd.dimension > 1:
        raise ValueError(
            f"sgd lives in {sgd.dimension} dimensions: the exact kernel is made for one; use hs.first_exit or hs.occupation"
        )
    return sgd


def checked_members(sgd: Truncated, members: Any) -> np.ndarray:
    """Numbers of basins, ascending, none twice."""
    listed = np.atleast_1d(np.asarray(members, dtype=object)).tolist()
    if not listed:
        raise ValueError("members = []: must name at least one basin")
    numbers = [checks.index("members", int(m) if isinstance(m, np.integer) else m, sgd.landscape.size) for m in listed]
    return np.unique(numbers)


def checked_points(sgd: Truncated, name: str, points: Any, members: Any) -> np.ndarray:
    """Positions inside the basins of the members, shape (p,); None: their minima."""
    f = as_line(sgd.landscape)
    if points is None:
        return f.minima[members]
    try:
        x = np.atleast_1d(np.asarray(points, float))
    except (TypeError, ValueError):
        x = np.array([np.nan])
    low, high = region_of(sgd, range(f.size))[0][0], region_of(sgd, range(f.size))[-1][1]
    if x.ndim != 1 or x.size == 0 or not np.all((x >= low) & (x <= high)):
        raise ValueError(f"{name} = {points!r}: must be a point, or an array of points, of the domain [{low:g}, {high:g}]")
    if np.isin(x, f.edges).any():
        raise ValueError(f"{name} = {points!r}: must lie inside a basin, not on its boundary")
    if not np.isin(f.basin_of(x), members).all():
        raise ValueError(f"{name} = {points!r}: must lie in the basins {np.asarray(members).tolist()}")
    return x


def refuse_overshoot(sgd: Truncated, members: Any) -> None:
    """Raises `ValueError` where a step without noise from one of the basins leaves the domain.

    Such a chain does not descend any more: it is thrown back by the walls, or out through open ends, at every step.
    """
    f = sgd.landscape
    low, high = f.bounds if f.open_ends else sgd.clip
    for i, (start, end) in zip(members, region_of(sgd, members)):
        x = np.linspace(start, end, _GRID)
        slope = -sgd.drift(x) / sgd.eta
        step = np.clip(sgd.drift(x), -sgd.threshold, sgd.threshold)
        if np.any(x + step < low) or np.any(x + step > high):
            with np.errstate(divide="ignore"):
                room = np.where(slope > 0, x - low, high - x) / np.abs(slope)
            raise ValueError(
                f"eta = {sgd.eta:g}: descent without noise leaves the domain [{low:g}, {high:g}] from basin {i}; use "
                f"eta < {np.nanmin(room):.3g}"
            )


def checked_tolerance(tolerance: Any) -> float:
    """A relative error strictly between 0 and 1."""
    return checks.probability("tolerance", tolerance)


def checked_counts(n: Any, least: int = 0) -> np.ndarray:
    """Numbers of steps, an int64 array of any shape. Raises `ValueError` unless they are integers in [least, 2^62]."""
    try:
        counts = np.asarray(n)
    except ValueError:
        counts = np.zeros(0)
    whole = counts.size > 0 and counts.dtype.kind in "iuf" and bool(np.all((counts >= least) & (counts <= 2**62)))
    if not whole or np.any(counts != np.floor(counts)):
        raise ValueError(f"n = {n!r}: must be an integer between {least} and 2^62, or an array of them")
    return counts.astype(np.int64)
