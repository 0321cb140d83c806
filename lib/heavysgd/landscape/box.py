"""What landscapes in the plane and beyond have whether or not Assumption 1 holds: a box, coordinates, f and its slope.

Points are arrays (..., d).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from numpy.typing import ArrayLike

from heavysgd.compiling import vectorised_over
from heavysgd.expression import coordinates
from heavysgd.landscape.base import Landscape, interval, positions


@dataclass(frozen=True)
class Box(Landscape):
    """Base of the landscapes on a box in R^d, d >= 2."""

    bounds: tuple[tuple[float, float], ...]

    def _take_coordinates(self) -> sympy.Expr:
        """Sets the bounds and the coordinates as they are kept; gives the expression in these."""
        bounds = tuple(interval(pair, f"bounds[{i}]") for i, pair in enumerate(self.bounds))
        object.__setattr__(self, "bounds", bounds)
        expr, symbols = coordinates(self.expr, len(bounds), self.symbols)
        object.__setattr__(self, "symbols", symbols)
        return expr

    def _refuse_open_ends(self) -> None:
        if self.open_ends:
            raise ValueError("open_ends = True: is for landscapes on a line; here iterates are projected on the box")

    @property
    def box(self) -> np.ndarray:
        """The bounds as an array (d, 2)."""
        return np.array(self.bounds)

    def value(self, x: ArrayLike) -> np.ndarray:
        """f at points (..., d); shape (...)."""
        return self._functions[0](positions(x, self.dimension))

    def gradient(self, x: ArrayLike) -> np.ndarray:
        """The gradient at points (..., d), that of the piece which holds there; shape (..., d)."""
        return self._functions[1](positions(x, self.dimension))

    @cached_property
    def _slopes(self) -> list[sympy.Expr]:
        return [sympy.diff(self.expr, s) for s in self.symbols]

    @cached_property
    def _functions(self):
        return [vectorised_over(self.symbols, part) for part in (self.expr, self._slopes)]
