"""A landscape that is a sum of landscapes on lines: everything about it is exact, in any dimension.

    f(x_1, ..., x_d) = f_1(x_1) + ... + f_d(x_d)

Its attraction fields are boxes, products of intervals, so that the distance from a minimum to another field is that of a
point to a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import ClassVar

import numpy as np
import sympy
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.landscape.base import positions
from heavysgd.landscape.fields import Fields, product_fields
from heavysgd.landscape.line import Line
from heavysgd.landscape.space import Space

_MOST = 100_000  # critical points


@dataclass(frozen=True)
class Separable(Space):
    """A sum of landscapes on lines, given by `of`; see `Landscape` for what it offers."""

    exact_widths: ClassVar[bool] = True

    lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, *lines: Line, name: str = "separable landscape") -> Separable:
        """f_1(x1) + ... + f_d(xd).

        Raises `ValueError` for fewer than two lines, for what is no landscape on a line, for open ends, and for more than
        100 000 critical points.
        """
        if len(lines) < 2 or not all(isinstance(line, Line) for line in lines):
            raise ValueError(f"lines = {lines!r}: must be two landscapes on a line or more")
        if any(line.open_ends for line in lines):
            raise ValueError("lines: must have closed ends")
        if np.prod([float(line.minima.size + line.maxima.size) for line in lines]) > _MOST:
            raise ValueError(f"lines: their sum has more than {_MOST:,} critical points; use fewer wells")
        symbols = sympy.symbols(f"x1:{len(lines) + 1}", real=True)
        expr = sympy.Add(*(line.expr.xreplace({line.symbol: s}) for line, s in zip(lines, symbols)))
        bounds = tuple(line.bounds for line in lines)
        allow = tuple(sorted({what for line in lines for what in line.allow}))
        return cls(expr, bounds, name=name, symbols=symbols, allow=allow, lines=tuple(lines))

    def _read(self, expr, symbols, bounds) -> sympy.Expr:
        """As it is: each line was read when it was made."""
        return expr

    @cached_property
    def critical(self) -> tuple[np.ndarray, np.ndarray]:
        """All critical points, and how many directions lead downhill from each."""
        along = [sorted([(m, 0) for m in line.minima] + [(s, 1) for s in line.maxima]) for line in self.lines]
        points, downhill = zip(*(zip(*corner) for corner in product(*along)))
        return np.array(points), np.sum(downhill, axis=1)

    @property
    def axis_edges(self) -> list[np.ndarray]:
        """The maxima of each line: where attraction fields meet along its axis."""
        return [line.maxima for line in self.lines]

    @property
    def strides(self) -> np.ndarray:
        """How far the number of a field moves with a field more along each axis; shape (d,)."""
        sizes = [line.size for line in self.lines]
        return np.append(np.cumprod(sizes[:0:-1])[::-1], 1).astype(np.int64)

    def fields(self, dtype: DTypeLike = np.float64) -> Fields:
        """The attraction fields for compiled code, for positions of a precision."""
        return product_fields(self.minima, self.axis_edges, self.strides, dtype)

    def basin_of(self, x: ArrayLike) -> np.ndarray:
        """Number 0 .. k - 1 of the field that holds each point (..., d). Errors as in `Space.basin_of`."""
        x = positions(x, self.dimension)
        along = (line.basin_of(x[..., i]) for i, line in enumerate(self.lines))
        return np.sum([stride * number for stride, number in zip(self.strides, along)], axis=0)

    @cached_property
    def distances(self) -> np.ndarray:
        """Distance from minimum i to the field of minimum j, shape (k, k); inf on the diagonal."""
        total = np.zeros((self.size, self.size))
        fields = np.array(list(product(*(range(line.size) for line in self.lines))))
        for axis, line in enumerate(self.lines):
            here = line.minima[fields[:, axis]]
            low, high = line.edges[fields[:, axis]], line.edges[fields[:, axis] + 1]
            total += np.maximum(np.maximum(low[None] - here[:, None], here[:, None] - high[None]), 0.0) ** 2
        return np.where(np.eye(self.size, dtype=bool), np.inf, np.sqrt(total))
