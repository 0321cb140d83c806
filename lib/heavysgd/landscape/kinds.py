"""A landscape as the kind that a formula needs, where only its dimension has been looked at."""

from __future__ import annotations

from heavysgd.landscape.base import Landscape
from heavysgd.landscape.line import Line
from heavysgd.landscape.space import Space


def as_line(f: Landscape) -> Line:
    """`f`, a landscape on a line. Raises `ValueError` for any other."""
    if not isinstance(f, Line):
        raise ValueError(f"{f.name} has dimension {f.dimension}: must be a landscape on a line")
    return f


def as_space(f: Landscape) -> Space:
    """`f`, a landscape in the plane or beyond. Raises `ValueError` for any other."""
    if not isinstance(f, Space):
        raise ValueError(f"{f.name} has dimension {f.dimension}: must be a landscape in the plane or beyond")
    return f
