"""A landscape in R^d that breaks Assumption 1 on purpose: an expression and its gradient, and nothing that theory needs.

Minima may be lines, pieces may meet with jumps and kinks. A recursion asks for the gradient alone and is well defined on
it, so that paths can be sampled. Attraction fields, widths and jump numbers are not: whoever asks for them is refused.

Source: the modified Himmelblau function of the paper's Figure 3, whose second minimum is a segment.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import ClassVar, NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.checks import AssumptionError, AssumptionWarning
from heavysgd.expression import real_formula
from heavysgd.landscape.base import ANYTHING, Landscape, checked_allow
from heavysgd.landscape.box import Box
from heavysgd.landscape.cusps import refuse_cusps
from heavysgd.landscape.joins import refuse_jumps


@Landscape.for_anything
@dataclass(frozen=True)
class Rough(Box):
    """What `Landscape(..., allow="anything")` gives; see `Landscape`. Points are arrays (..., d), d >= 2.

    f, its gradient and Hessian are those of the piece that holds. Warns with `AssumptionWarning`, which says what was found
    to be broken; where nothing was, minima may still be degenerate, for which there is no looking. Raises `AssumptionError`
    for whatever supposes Assumption 1.
    """

    exact_widths: ClassVar[bool] = False
    regular: ClassVar[bool] = False

    def __post_init__(self):
        expr = self._take_coordinates()
        object.__setattr__(self, "allow", checked_allow(self.allow))
        object.__setattr__(self, "expr", real_formula(expr, self.symbols, self.bounds))
        self._refuse_open_ends()
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

    # --- what supposes Assumption 1 ---

    def _refuse(self, what: str):
        raise AssumptionError(
            f"{self.name} breaks Assumption 1 on purpose (allow='{ANYTHING}') and has no {what}; its paths can be sampled, "
            "with hs.sample_path on a CPU, and that is all"
        )

    def curvature(self, x: ArrayLike) -> np.ndarray:
        """Refused: f'' need not exist."""
        self._refuse("curvature")

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
