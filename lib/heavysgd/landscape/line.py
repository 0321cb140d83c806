"""A landscape on a line.

    f: [lo, hi] -> R,   minima m_1 < s_1 < m_2 < ... < s_{k-1} < m_k separated by maxima s_i

Critical points are classified by the sign of f''.

Source: section 2 of the paper, Assumption 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.checks import AssumptionError
from heavysgd.compiling import vectorised
from heavysgd.expression import one_symbol
from heavysgd.landscape.base import Landscape, interval, numbers
from heavysgd.landscape.critical_line import critical_points, ends_on_maxima
from heavysgd.landscape.features import around_centres
from heavysgd.landscape.fields import Fields, product_fields


@Landscape.for_bounds(box=False)
@dataclass(frozen=True)
class Line(Landscape):
    """A landscape of one coordinate; see `Landscape`."""

    bounds: tuple[float, float]

    def __post_init__(self):
        object.__setattr__(self, "bounds", interval(self.bounds))
        expr = one_symbol(self.expr)
        object.__setattr__(self, "expr", expr)
        object.__setattr__(self, "symbols", tuple(expr.free_symbols) or (sympy.Symbol("x"),))
        object.__setattr__(self, "expr", self._read(expr, self.symbols, (self.bounds,)))
        if self.minima.size == 0:
            raise AssumptionError(f"{self.name}: no minimum inside bounds = {self.bounds} (Assumption 1 needs one)")
        self._refuse_outward_ends()

    # --- the function and its derivatives ---

    @property
    def symbol(self) -> sympy.Symbol:
        """The position x."""
        return self.symbols[0]

    @cached_property
    def gradient_expr(self) -> sympy.Expr:
        """f' as an exact expression."""
        return sympy.diff(self.expr, self.symbol)

    def value(self, x: ArrayLike) -> np.ndarray:
        """f(x), elementwise."""
        return self._functions[0](numbers(x))

    def gradient(self, x: ArrayLike) -> np.ndarray:
        """f'(x), elementwise."""
        return self._functions[1](numbers(x))

    def curvature(self, x: ArrayLike) -> np.ndarray:
        """f''(x), elementwise."""
        return self._functions[2](numbers(x))

    @cached_property
    def _functions(self):
        derivatives = (self.expr, self.gradient_expr, sympy.diff(self.gradient_expr, self.symbol))
        return [vectorised(self.symbol, d) for d in derivatives]

    # --- critical points and basins ---

    @cached_property
    def minima(self) -> np.ndarray:  # pyright: ignore[reportIncompatibleMethodOverride] - cached or not, a property
        """m_1 < ... < m_k, shape (k,)."""
        return self._critical_points[self.curvature(self._critical_points) > 0]

    @cached_property
    def maxima(self) -> np.ndarray:
        """s_1 < ... < s_{k-1}, shape (k - 1,); with open ends there may be one more beyond either outer minimum."""
        return self._critical_points[self.curvature(self._critical_points) < 0]

    @property
    def outside(self) -> int:
        """The number given to the region past open ends: k."""
        return self.size

    @property
    def edges(self) -> np.ndarray:
        """Ends of the attraction fields, shape (k + 1,): -inf, s_1, ..., s_{k-1}, inf.

        With open ends, the first and last are the maxima beyond the outer minima, or lo and hi where there are none.
        """
        if not self.open_ends:
            return np.array([-np.inf, *self.maxima, np.inf])
        beside = [self.maxima[self.maxima < self.minima[0]], self.maxima[self.maxima > self.minima[-1]]]
        ends = [side[0] if side.size else end for side, end in zip(beside, self.bounds)]
        return np.array([ends[0], *self.maxima[beside[0].size : self.maxima.size - beside[1].size], ends[1]])

    @property
    def sides(self) -> np.ndarray:
        """Distance from each minimum to the left and to the right end of its own field, shape (k, 2); inf where none."""
        return np.stack([self.minima - self.edges[:-1], self.edges[1:] - self.minima], axis=1)

    @property
    def distances(self) -> np.ndarray:
        """Distance from minimum i to field j, shape (k, k), inf on the diagonal; with open ends also to what lies past the
        nearer of them, shape (k, k + 1)."""
        here, low, high = self.minima[:, None], self.edges[None, :-1], self.edges[None, 1:]
        found = np.where(np.eye(self.size, dtype=bool), np.inf, np.maximum(low - here, here - high))
        if not self.open_ends:
            return found
        return np.column_stack([found, np.minimum(self.minima - self.edges[0], self.edges[-1] - self.minima)])

    def basin_of(self, x: ArrayLike) -> np.ndarray:
        """Number 0 .. k - 1 of the attraction field holding x, `outside` past open ends; a maximum counts right.

        Raises `ValueError` for what is not a number.
        """
        x = numbers(x)
        if np.any(np.isnan(x)):
            raise ValueError("x: must not be NaN")
        edges = self.edges
        return np.where((x < edges[0]) | (x > edges[-1]), self.outside, np.searchsorted(edges[1:-1], x, side="right"))

    def fields(self, dtype: DTypeLike = np.float64) -> Fields:
        """The attraction fields for compiled code, for positions of a precision."""
        return product_fields(self.minima[:, None], [self.edges[1:-1]], [1], dtype)

    @cached_property
    def _critical_points(self) -> np.ndarray:
        narrow = around_centres(self.expr, self.symbols, np.array([self.bounds]))[:, 0]
        return critical_points(self.gradient, self.curvature, self.bounds, self.name, narrow)

    def _refuse_outward_ends(self) -> None:
        if self.open_ends:
            return
        on_maxima = ends_on_maxima(self.gradient, self.curvature, self.bounds)
        for end, outward, on_maximum in zip(self.bounds, (1, -1), on_maxima):
            if outward * float(self.gradient(end)) >= 0 and not on_maximum:
                raise AssumptionError(
                    f"{self.name}: descent presses against the end x = {end:g} of bounds, which would act as a "
                    "minimum; widen the bounds past the next maximum or stop before it"
                )
