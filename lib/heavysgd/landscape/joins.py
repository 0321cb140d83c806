"""Where the pieces of a piecewise landscape meet: value, slope and curvature must go on without a jump.

At a join the formula of either side is known, so that derivatives are compared exactly, one side's with the other's at the
same point. Joins are looked for where a condition changes between points of a fine grid, in R^d along straight lines.

Source: Assumption 1 of the paper, f in C^2. The exits that its theory describes need less: where only the curvature jumps,
gradient flow is still unique and its noise-free paths the same, and `allow="curvature"` takes such a landscape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from scipy.stats import qmc
from sympy.core.relational import Relational

from heavysgd.checks import AssumptionError
from heavysgd.compiling.values import GRID_POINTS, vectorised_over

ALLOWED = ("curvature",)
_LINES, _STOPS = 256, 129  # in R^d: lines through the box, and points on each
_MOST = 64  # joins compared along one condition
_ASIDE = 1e-9  # of the box: how far from a join it is asked which pieces hold there
_AROUND = np.linspace(-0.01, 0.01, 21)  # of the box: where the size of a derivative near a join is taken from
_TOLERANCE = 1e-6  # of that size
_ORDERS = ("f jumps", "f' jumps (a kink)", "f'' jumps")


def refuse_jumps(expr: sympy.Expr, symbols: Sequence[sympy.Symbol], bounds: Any, name: str, allow: Sequence[str]) -> None:
    """Raises `AssumptionError` where pieces of `expr` meet with a jump in value, slope or, unless allowed, curvature.

    The message says which, where, and from what to what.
    """
    box = np.array(bounds, float)
    orders = 2 if "curvature" in allow else 3
    for relation in sorted(expr.atoms(Relational), key=sympy.default_sort_key):
        for left, right in _changes(relation, symbols, box)[:_MOST]:
            _compare(expr, tuple(symbols), box, name, left, right, orders)


def _changes(relation: Relational, symbols: Sequence[sympy.Symbol], box: np.ndarray) -> np.ndarray:
    """Pairs of points (n, 2, d), a rounding apart, between which the relation changes."""
    lines = _lines(box)
    holds = _truth(relation, symbols, lines)
    line, stop = np.nonzero(holds[:, 1:] != holds[:, :-1])
    left, right, before = lines[line, stop], lines[line, stop + 1], holds[line, stop]
    for _ in range(60):
        middle = (left + right) / 2
        same = (_truth(relation, symbols, middle) == before)[:, None]
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return np.stack([left, right], axis=1)


def _lines(box: np.ndarray) -> np.ndarray:
    """Points (lines, stops, d): the grid of an interval, or straight lines through a box."""
    if len(box) == 1:
        return np.linspace(box[0, 0], box[0, 1], GRID_POINTS)[None, :, None]
    ends = qmc.scale(qmc.Sobol(2 * len(box), rng=0).random(_LINES), *np.tile(box, (2, 1)).T).reshape(_LINES, 2, -1)
    along = np.linspace(-0.5, 1.5, _STOPS)[:, None]
    return np.clip(ends[:, :1] + along * (ends[:, 1:] - ends[:, :1]), *box.T)


def _truth(relation, symbols: Sequence[sympy.Symbol], points: np.ndarray) -> np.ndarray:
    return vectorised_over(symbols, sympy.Piecewise((1, relation), (0, True)))(points) > 0.5


def _compare(expr, symbols: tuple, box: np.ndarray, name: str, left, right, orders: int) -> None:
    way = np.sign(right - left) * _ASIDE * np.ptp(box, axis=1)
    sides = [_side(expr, symbols, tuple(np.ravel(point))) for point in (left - way, right + way)]
    at = (left + right) / 2
    across = np.clip(at + _AROUND[:, None] * np.ptp(box, axis=1) * np.sign(right - left), *box.T)
    for order in range(orders):
        low, high = sides[0][order](left), sides[1][order](right)
        around = _derivatives(expr, symbols)[order](across)
        size = np.abs(around[np.isfinite(around)]).max(initial=0.0)
        if not np.all(np.abs(low - high) <= _TOLERANCE * size):
            worst = np.unravel_index(int(np.argmax(np.abs(np.nan_to_num(low - high, nan=np.inf)))), np.shape(low))
            place = np.round(at / np.ptp(box), 12) * np.ptp(box) + 0.0  # no -1e-23 for 0
            where = f"{place[0]:.10g}" if len(at) == 1 else np.array2string(place, precision=6)
            advice = "; allow='curvature' takes it as it is" if order == 2 else ""
            raise AssumptionError(
                f"{name}: {_ORDERS[order]} from {low[worst]:.6g} to {high[worst]:.6g} at x = {where}, where two pieces "
                f"meet: the landscape must be C^2 (Assumption 1); smooth the join{advice}"
            )


def _side(expr, symbols: tuple, point: tuple):
    """f, its gradient and Hessian as the formulas that hold at a point."""
    given = dict(zip(symbols, map(float, point)))
    truth = {relation: sympy.true if _holds(relation, given) else sympy.false for relation in expr.atoms(Relational)}
    return _derivatives(expr.xreplace(truth), symbols)


def _holds(relation: Relational, given: dict) -> bool:
    try:
        return relation.subs(given) == sympy.true
    except TypeError:  # of a number that is not real there: a condition on it does not hold
        return False


@lru_cache(maxsize=64)
def _derivatives(expr, symbols: tuple):
    slopes = [sympy.diff(expr, s) for s in symbols]
    bends = [sympy.diff(slope, s) for slope in slopes for s in symbols]
    return [vectorised_over(symbols, part) for part in (expr, slopes, bends)]
