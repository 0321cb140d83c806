"""What an expression comes to: NumPy functions of it, and points of a box on which to work them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike
from scipy.stats import qmc

GRID_POINTS = 20_001  # of a line that are looked at
_SPREAD = 4096  # of a box
_NUMPY = ["scipy", "numpy"]  # where a function is looked for


def points_inside(bounds: Sequence[tuple[float, float]]) -> np.ndarray:
    """Points of a box to look at, shape (n, d): evenly spaced on a line; beyond, spread out evenly, and the corners."""
    box = np.array(bounds, float)
    if len(box) == 1:
        return np.linspace(box[0, 0], box[0, 1], GRID_POINTS)[:, None]
    points = qmc.scale(qmc.Sobol(len(box), rng=0).random(_SPREAD), *box.T)
    corners = np.array(list(product(*box))) if len(box) <= 8 else box.T
    return np.concatenate([points, corners, box.mean(axis=1)[None]])


def vectorised(symbol: sympy.Symbol, expr: sympy.Expr) -> Callable[[ArrayLike], np.ndarray]:
    """NumPy function of an array, returning floats of the array's shape."""
    function = _quiet(sympy.lambdify(symbol, expr, modules=_NUMPY, cse=True), [expr])
    return lambda x: np.asarray(function(x), float) + np.zeros_like(x)  # a constant expression ignores x's shape


def vectorised_over(symbols: Sequence[sympy.Symbol], parts: Any) -> Callable[[ArrayLike], np.ndarray]:
    """NumPy function of points (..., d): an expression gives shape (...), a list of them (..., d), of lists (..., d, d)."""
    shape, flat = np.shape(parts), list(np.ravel(np.array(parts, dtype=object)))
    function = _quiet(sympy.lambdify(list(symbols), flat, modules=_NUMPY, cse=True), flat)

    def evaluated(x):
        x = np.asarray(x, float)
        values = [np.broadcast_to(v, x.shape[:-1]) for v in function(*np.moveaxis(x, -1, 0))]
        return np.stack(values, axis=-1).reshape((*x.shape[:-1], *shape)).astype(float)

    return evaluated


def _quiet(function, exprs: Sequence[sympy.Expr]):
    """`function` without NumPy's warnings where it works out all pieces at all points, to take one of them."""
    if not any(sympy.sympify(expr).has(sympy.Piecewise) for expr in exprs):
        return function
    return np.errstate(all="ignore")(function)
