"""A landscape in the plane and beyond.

    f: box in R^d -> R,   minima m_1, ..., m_k (in lexicographic order) and saddles, told apart by the Hessian's signs

Attraction fields have no formula here: a point belongs to the minimum that gradient flow takes it to. What the theory
needs of them is the distance from a minimum to each other field.

Source: section 2 of the paper and its remark on R^d.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import sympy
from numpy.typing import ArrayLike, DTypeLike

from heavysgd.checks import AssumptionError
from heavysgd.compiling import vectorised_over
from heavysgd.landscape.base import Landscape, positions
from heavysgd.landscape.box import Box
from heavysgd.landscape.critical_space import critical_points
from heavysgd.landscape.distances import distances_to_fields
from heavysgd.landscape.faces import refuse_outward_faces
from heavysgd.landscape.features import around_centres
from heavysgd.landscape.fields import Fields, flow_fields, flow_labels, label_all
from heavysgd.landscape.flow import follow


@Landscape.for_bounds(box=True)
@dataclass(frozen=True)
class Space(Box):
    """A landscape of two coordinates or more; see `Landscape`. Points are arrays (..., d)."""

    exact_widths: ClassVar[bool] = False

    def __post_init__(self):
        expr = self._take_coordinates()
        object.__setattr__(self, "expr", self._read(expr, self.symbols, self.bounds))
        self._refuse_open_ends()
        refuse_outward_faces(self.gradient, self.hessian, self.box, self.name)
        if self.size == 0:
            raise AssumptionError(f"{self.name}: no minimum inside bounds = {self.bounds} (Assumption 1 needs one)")

    # --- the second derivative ---

    def hessian(self, x: ArrayLike) -> np.ndarray:
        """The Hessian at points (..., d); shape (..., d, d)."""
        return self._hessian(positions(x, self.dimension))

    @cached_property
    def _hessian(self):
        bends = [[sympy.diff(slope, s) for s in self.symbols] for slope in self._slopes]
        return vectorised_over(self.symbols, bends)

    # --- critical points ---

    @property
    def minima(self) -> np.ndarray:
        """m_1, ..., m_k, shape (k, d)."""
        return self._of_index(0)

    @property
    def saddles(self) -> np.ndarray:
        """Critical points with one direction downhill, shape (n, d): the passes between attraction fields."""
        return self._of_index(1)

    @cached_property
    def critical(self) -> tuple[np.ndarray, np.ndarray]:
        """All critical points, shape (n, d), and how many directions lead downhill from each, shape (n,)."""
        narrow = around_centres(self.expr, self.symbols, self.box)
        return critical_points(self.gradient, self.hessian, self.box, self.name, narrow)

    def curvature(self, x: ArrayLike) -> np.ndarray:
        """Largest eigenvalue of the Hessian at points (..., d); shape (...)."""
        return np.linalg.eigvalsh(self.hessian(x))[..., -1]

    def _of_index(self, index: int) -> np.ndarray:
        points, downhill = self.critical
        return points[downhill == index]

    # --- flow and attraction fields ---

    def flow(self, x: ArrayLike, duration: ArrayLike) -> np.ndarray:
        """Points (n, d) after following x' = -grad f for a time, or a time each (n,).

        Raises `ValueError` for points of another dimension, and for times that are not finite.
        """
        return follow(self, np.atleast_2d(positions(x, self.dimension)), duration)

    def basin_of(self, x: ArrayLike) -> np.ndarray:
        """Number 0 .. k - 1 of the minimum that gradient flow leads to from points (..., d); -1 where it leads to none.

        The points of the boundaries between fields, which flow to saddles, lead to none, up to rounding.
        Raises `ValueError` for points of another dimension or not finite.
        """
        x = positions(x, self.dimension)
        if not np.all(np.isfinite(x)):
            raise ValueError("x: must be finite")
        return label_all(*flow_labels(self), x.reshape(-1, self.dimension)).reshape(x.shape[:-1])

    def fields(self, dtype: DTypeLike = np.float64) -> Fields:
        """The attraction fields for compiled code, for positions of a precision."""
        return flow_fields(self, dtype)

    @cached_property
    def distances(self) -> np.ndarray:  # pyright: ignore[reportIncompatibleMethodOverride] - cached or not, a property
        """Distance from minimum i to the field of minimum j, shape (k, k); inf on the diagonal. To about 1e-3 of it."""
        return distances_to_fields(self)
