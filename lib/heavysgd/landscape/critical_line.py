"""Critical points of a function of one variable, isolated, polished and checked against Assumption 1.

Between two neighbouring zeros of f'' the gradient is monotone and has at most one zero; Brent's method finds it. Zeros
of f'' come from sign changes on a fine grid, made finer where |f''| dips without one and where something narrow may sit.

Rounding leaves a zero of f' uncertain by (errors of f') / |f''|, and the search by a little. Where f'' is not of one size
within a hundred times that, it may as well vanish at the true zero, which then counts as degenerate. All this is local: a
steep wall elsewhere in the bounds makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from heavysgd.checks import AssumptionError
from heavysgd.landscape.rounding import noise, unit

GRID_POINTS = 20_001
_FINER = 64  # points in place of two, where |f''| dips
_XTOL = 1e-14  # of Brent's method, in units of the bounds
_STEP = 2.0**-46  # what the search leaves uncertain, likewise, with room to spare
_DOUBT = 100  # times what is uncertain: within it, nothing is decided
_SHARES = np.array([0.25, 0.5, 1.0])  # of the doubt, at which f'' is compared


def critical_points(
    gradient: Callable[..., Any],
    curvature: Callable[..., Any],
    bounds: tuple[float, float],
    name: str,
    narrow: ArrayLike = (),
) -> np.ndarray:
    """All zeros of f' inside `bounds`, ascending, to about 1e-14 of their length. A maximum at an end is not inside.

    narrow : points (n,) to look at besides a grid.
    Raises `AssumptionError` where f' and f'' vanish together, `ValueError` where either is not finite.
    """
    grid, step = np.linspace(*bounds, GRID_POINTS), _STEP * unit(bounds)
    _finite(gradient, "f'", grid, name)
    grid, bend = _dips_refined(curvature, grid, _finite(curvature, "f''", grid, name), np.asarray(narrow, float))
    turns = _sign_change_roots(curvature, grid, bend, _XTOL * unit(bounds))
    knots = np.unique(np.concatenate([grid[[0, -1]], turns]))
    roots = _sign_change_roots(gradient, knots, gradient(knots), _XTOL * unit(bounds))
    for end in np.array(bounds)[ends_on_maxima(gradient, curvature, bounds)]:
        roots = roots[np.abs(roots - end) > _DOUBT * step]

    flat = np.append(roots[_degenerate(gradient, curvature, roots, step)], turns[_level(gradient, curvature, turns, step)])
    if flat.size:
        raise AssumptionError(
            f"{name}: degenerate critical point at x = {flat.min():.6g}, f' and f'' vanish together "
            "(Assumption 1 needs f'' != 0 at every critical point)"
        )
    _refuse_unresolved(curvature, roots, name)
    return roots


def ends_on_maxima(gradient: Callable[..., Any], curvature: Callable[..., Any], bounds: tuple[float, float]) -> np.ndarray:
    """Which of the two ends are maxima, up to rounding, shape (2,): descent then leads inwards from beside them."""
    ends = np.array(bounds)
    slope, bend = gradient(ends), curvature(ends)
    return (bend < 0) & (np.abs(slope) <= _DOUBT * _STEP * unit(bounds) * np.abs(bend))


def _finite(function, label: str, grid: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        values = function(grid)
    if not np.all(np.isfinite(values)):
        where = grid[~np.isfinite(values)][0]
        raise ValueError(f"{name}: {label} is not finite at x = {where:g}; choose bounds that avoid it")
    return values


def _dips_refined(function, grid: np.ndarray, values: np.ndarray, narrow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The grid and values on it, with more points where |values| has a minimum that changes of sign may hide in, and with
    the `narrow` ones; as it was where these show no other changes of sign."""
    size, sign = np.abs(values), np.sign(values)
    dips = (size[1:-1] <= np.minimum(size[:-2], size[2:])) & (sign[:-2] == sign[1:-1]) & (sign[1:-1] == sign[2:])
    low, high = grid[:-2][dips & (sign[1:-1] != 0)], grid[2:][dips & (sign[1:-1] != 0)]
    more = np.append(np.linspace(low, high, 2 * _FINER + 1)[1:-1].ravel(), narrow)
    finer, first = np.unique(np.append(grid, more), return_index=True)
    found = np.append(values, function(more))[first]
    return (grid, values) if _changes(found) == _changes(values) else (finer, found)


def _changes(values: np.ndarray) -> int:
    return int(np.count_nonzero(np.diff(np.sign(values))))


def _sign_change_roots(function, points: np.ndarray, values: np.ndarray, xtol: float) -> np.ndarray:
    """Roots between neighbouring `points` of opposite sign, and points that are roots themselves."""
    crossing = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    roots = [brentq(lambda t: float(function(t)), points[i], points[i + 1], xtol=xtol, maxiter=500) for i in crossing]
    return np.sort(np.concatenate([roots, points[values == 0]]))


def _degenerate(gradient, curvature, roots: np.ndarray, step: float) -> np.ndarray:
    """Which zeros of f' are not known to be simple, shape (n,)."""
    bend = curvature(roots)
    with np.errstate(divide="ignore", invalid="ignore"):
        doubt = _DOUBT * (noise(gradient, roots, step) / np.abs(bend) + step)
    known = np.flatnonzero(np.isfinite(doubt))
    found = np.ones(roots.size, bool)
    found[known] = False
    for side in (-1, 1):
        beside = curvature(roots[known, None] + side * doubt[known, None] * _SHARES) / bend[known, None]
        found[known] |= ~((beside.min(axis=1) > 0) & (beside.max(axis=1) <= 2 * beside.min(axis=1)))
    return found


def _level(gradient, curvature, turns: np.ndarray, step: float) -> np.ndarray:
    """At which zeros of f'' the gradient is not known to be other than zero, shape (n,)."""
    doubt = _DOUBT * step
    bend = np.abs(curvature(turns[:, None] + doubt * np.array([-1, 1]))).max(axis=1, initial=0.0)
    return np.abs(gradient(turns)) <= _DOUBT * noise(gradient, turns, step) + doubt * bend


def _refuse_unresolved(curvature, roots: np.ndarray, name: str) -> None:
    """Raises `AssumptionError` where minima and maxima do not alternate: some between them were not seen."""
    upwards = curvature(roots) > 0
    missed = np.flatnonzero(upwards[1:] == upwards[:-1])
    if missed.size:
        raise AssumptionError(
            f"{name}: between x = {roots[missed[0]]:.6g} and {roots[missed[0] + 1]:.6g} there are critical points too "
            "close together to be told apart, or f is not C^2 there; narrow the bounds or smooth it"
        )
