"""A landscape in R^d that breaks Assumption 1 on purpose: an expression and its gradient, and nothing that theory needs.

Minima may be lines, pieces may meet with jumps and kinks. A recursion asks for the gradient alone and is well defined on
it, so that paths can be sampled. Attraction fields, widths and jump numbers are not: whoever asks for them is refused.

Source: the modified Himmelblau function of the paper's Figure 3, whose second minimum is a segment.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NoReturn

import numpy as np
import sympy
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.checks import AssumptionError, AssumptionWarning
from heavysgd.compiling import vectorised_over
from heavysgd.expression import coordinates, real_formula
from heavysgd.landscape.base import ANYTHING, Landscape, checked_allow, interval, positions
from heavysgd.landscape.cusps import refuse_cusps
from heavysgd.landscape.joins import refuse_jumps


@Landscape.for_anything
@dataclass(frozen=True)
class Rough(Landscape):
    """What `Landscape(..., allow="anything")` gives; see `Landscape`. Points are arrays (..., d), d >= 2.

    f, its gradient and Hessian are those of the piece that holds. Warns with `AssumptionWarning`, which says what was found
    to be broken; where nothing was, minima may still be degenerate, for which there is no looking. Raises `AssumptionError`
    for whatever supposes Assumption 1.
    """

    exact_widths: ClassVar[bool] = False
    regular: ClassVar[bool] = False

    def __post_init__(self):
        bounds = tuple(interval(pair, f"bounds[{i}]") for i, pair in enumerate(self.bounds))
        object.__setattr__(self, "bounds", bounds)
        expr, symbols = coordinates(self.expr, len(bounds), self.symbols)
        object.__setattr__(self, "symbols", symbols)
        object.__setattr__(self, "allow", checked_allow(self.allow))
        object.__setattr__(self, "expr", real_formula(expr, symbols, bounds))
        if self.open_ends:
            raise ValueError("open_ends = True: is for landscapes on a line; here iterates are projected on the box")
        warnings.warn(
            f"taken as it is, allow='{ANYTHING}': {self._broken()}. Its paths can be sampled, and no theorem speaks of "
            "them",
            AssumptionWarning,
            stacklevel=3,
        )

    def _broken(self) -> str:
        """What of Assumption 1 does not hold, as the first check that fails says it."""
        try:
            refuse_cusps(self.expr, self.symbols, self.box, self.name)
            refuse_jumps(self.expr, self.symbols, self.bounds, self.name, ())
        except AssumptionError as error:
            return str(error).partition(" (Assumption 1)")[0]
        return f"{self.name}: its pieces meet as Assumption 1 asks, and its minima are not looked at"

    # --- the function and its derivatives ---

    @property
    def box(self) -> np.ndarray:
        """The bounds as an array (d, 2)."""
        return np.array(self.bounds)

    def value(self, x: ArrayLike) -> np.ndarray:
        """f at points (..., d); shape (...)."""
        return self._functions[0](positions(x, self.dimension))

    def gradient(self, x: ArrayLike) -> np.ndarray:
        """The gradient of the piece that holds at points (..., d); shape (..., d)."""
        return self._functions[1](positions(x, self.dimension))

    def curvature(self, x: ArrayLike) -> np.ndarray:
        """Refused: f'' need not exist."""
        self._refuse("curvature")

    @cached_property
    def _functions(self):
        slopes = [sympy.diff(self.expr, s) for s in self.symbols]
        return [vectorised_over(self.symbols, part) for part in (self.expr, slopes)]

    # --- what supposes Assumption 1 ---

    def _refuse(self, what: str):
        raise AssumptionError(
            f"{self.name} breaks Assumption 1 on purpose (allow='{ANYTHING}') and has no {what}; its paths can be sampled, "
            "with hs.sample_path on a CPU, and that is all"
        )

    @property
    def minima(self) -> np.ndarray:
        """Refused: they need not be points."""
        self._refuse("isolated minima")

    @property
    def distances(self) -> np.ndarray:
        """Refused: there are no attraction fields."""
        self._refuse("attraction fields")

    def basin_of(self, x: ArrayLike) -> np.ndarray:
        """Refused: there are no attraction fields."""
        self._refuse("attraction fields")

    def fields(self, dtype: DTypeLike = np.float64) -> NoReturn:
        """Refused: there are no attraction fields."""
        self._refuse("attraction fields")
