"""Where something narrow may sit: the centres of what a landscape is made of.

A Gaussian well, a Lorentzian, a step is a function of something quadratic or linear, and sits where that is stationary or
zero. No grid and no random start need come near it.
"""

from __future__ import annotations

import numpy as np
import sympy
from scipy.stats import norm, qmc

_SCALES = 2.0 ** -np.arange(2, 46)  # distances from a centre at which to look, in sides of the box
_WAYS = 4  # of them in R^d, for each dimension


def around_centres(expr: sympy.Expr, symbols: tuple, box: np.ndarray) -> np.ndarray:
    """Points (n, d) of the box at and around all centres, at all distances.

    A centre is where a function's or power's argument is stationary, if it is quadratic, or zero, if it is linear and on
    a line.
    """
    arguments = {part.args[0] for part in expr.atoms(sympy.Function, sympy.Pow) if not _is_smooth_power(part)}
    centres = [_centre(argument, symbols) for argument in sorted(arguments, key=sympy.default_sort_key)]
    found = np.array([c for c in centres if c is not None]).reshape(-1, 1, len(box))
    offsets = np.concatenate([np.zeros((1, len(box))), *(_SCALES[:, None, None] * _ways(len(box)))])
    points = (found + offsets * np.ptp(box, axis=1)).reshape(-1, len(box))
    return points[np.all((points > box[:, 0]) & (points < box[:, 1]), axis=1)]


def _is_smooth_power(part: sympy.Expr) -> bool:
    return isinstance(part, sympy.Pow) and bool(part.exp.is_Integer and part.exp > 0)


def _centre(argument: sympy.Expr, symbols: tuple) -> np.ndarray | None:
    if not isinstance(argument, sympy.Expr) or not argument.is_polynomial(*symbols):
        return None
    bend = sympy.hessian(argument, symbols)
    if bend.free_symbols:
        return None
    parts = sympy.Matrix([argument]).jacobian(symbols), bend
    if len(symbols) == 1 and bend.is_zero_matrix:
        parts = sympy.Matrix([argument]), parts[0]
    slope, bend = (np.array(part.subs(dict.fromkeys(symbols, 0)).tolist(), float) for part in parts)
    return None if np.linalg.matrix_rank(bend) < len(symbols) else -np.linalg.solve(bend, slope.ravel())


def _ways(dimension: int) -> np.ndarray:
    """Unit vectors (n, d) all around."""
    if dimension == 1:
        return np.array([[-1.0], [1.0]])
    uniform = qmc.Sobol(dimension, rng=0).random(_WAYS * 2 ** (dimension - 1).bit_length())
    normal = norm.ppf(np.clip(uniform, 1e-12, 1 - 1e-12))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)
