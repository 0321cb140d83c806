"""Critical points of a function of one variable, isolated, polished and checked against Assumption 1.

Between two neighbouring zeros of f'' the gradient is monotone and has at most one zero; Brent's method finds it. Zeros
of f'' come from sign changes on a fine grid.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from heavysgd.checks import AssumptionError

GRID_POINTS = 20_001
_FLAT = 1e-9  # |f'| and |f''| below this share of their maxima count as zero together: a degenerate point


def critical_points(gradient, curvature, bounds: tuple[float, float], name: str) -> np.ndarray:
    """All zeros of f' in `bounds`, ascending, to about 1e-14.

    Raises `AssumptionError` where f' and f'' vanish together, `ValueError` where either is not finite.
    """
    grid = np.linspace(*bounds, GRID_POINTS)
    slope, bend = _finite(gradient, "f'", grid, name), _finite(curvature, "f''", grid, name)
    turns = _sign_change_roots(curvature, grid, bend)
    knots = np.unique(np.concatenate([grid[[0, -1]], turns]))
    roots = _sign_change_roots(gradient, knots, gradient(knots))

    suspects = np.concatenate([roots, turns, grid])
    flat = np.abs(gradient(suspects)) <= _FLAT * np.abs(slope).max()
    flat &= np.abs(curvature(suspects)) <= _FLAT * np.abs(bend).max()
    if flat.any():
        raise AssumptionError(
            f"{name}: degenerate critical point at x = {suspects[flat][0]:.6g}, f' and f'' vanish together "
            "(Assumption 1 needs f'' != 0 at every critical point)"
        )
    return roots


def _finite(function, label: str, grid: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        values = function(grid)
    if not np.all(np.isfinite(values)):
        where = grid[~np.isfinite(values)][0]
        raise ValueError(f"{name}: {label} is not finite at x = {where:g}; choose bounds that avoid it")
    return values


def _sign_change_roots(function, points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Roots between neighbouring `points` of opposite sign, and points that are roots themselves."""
    crossing = np.flatnonzero(values[:-1] * values[1:] < 0)
    roots = [brentq(lambda t: float(function(t)), points[i], points[i + 1], xtol=1e-14) for i in crossing]
    return np.sort(np.concatenate([roots, points[values == 0]]))
