"""Critical points in R^d: found from many starts, polished, classified, and counted against a theorem.

Where descent points inwards on the whole boundary of a box, the signs of its critical points add up to one,

    sum (-1)^(number of directions downhill) = 1        (Poincare and Hopf)

so that a search that has missed one usually shows. What a root finder gives back counts only if Newton's method would stay
there and hardly any of the gradient is left: where everything about f is small, finders stall.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import root
from scipy.stats import qmc

from heavysgd.checks import AssumptionError
from heavysgd.landscape.newton import SETTLED, inside, polished, steps

_POWELL, _NEWTON = (128, 512, 512, 512), (256, 1024, 4096, 16384)  # starts of either method, round after round
_LEFT = 1e-10  # of the gradient at a critical point, in |H| sides of the box
_ROUNDING = 1e-13  # the same, where nothing but rounding is left; and smallest over largest |eigenvalue|
SAME = 1e-6  # sides of the box: points no farther apart are one
_ORDERED = 1e-7  # sides of the box by which coordinates must differ to be told apart in lexicographic order


def critical_points(
    gradient: Callable[..., Any], hessian: Callable[..., Any], box: np.ndarray, name: str, narrow: ArrayLike = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Critical points inside the box, in lexicographic order, and the number of directions downhill at each.

    narrow : points (n, d) to start from besides random ones.

    Raises `AssumptionError` where a Hessian is singular (a line of minima has singular ones), and where the signs do not
    add up after the last round.
    """
    points, downhill = np.empty((0, len(box))), np.empty(0, int)
    for attempt, (few, many) in enumerate(zip(_POWELL, _NEWTON)):
        starts, others = _sobol(box, few, attempt), _sobol(box, many, attempt + len(_POWELL))
        others = np.append(others, np.reshape(narrow, (-1, len(box))), axis=0)
        sure, more = _zeros(gradient, hessian, starts, others, box, name)
        points = _distinct([*points, *sure], box)
        seen, points = len(points), _distinct([*points, *more], box)
        downhill = _downhill(hessian, points, box, name)
        if np.sum((-1) ** downhill) == 1 and len(points) == seen:
            return points, downhill
    total = int(np.sum((-1) ** downhill))
    raise AssumptionError(
        f"{name}: the {len(points)} critical points found have signs that add up to {total} and not to 1, as on every box "
        "into which descent points: some were missed, or lie on the bounds"
    )


def _sobol(box: np.ndarray, n: int, seed: int) -> np.ndarray:
    return qmc.scale(qmc.Sobol(len(box), rng=seed).random(n), *box.T)


def _zeros(gradient, hessian, starts, more, box: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Zeros of the gradient inside the box: those that Powell's method reaches from `starts`, and those to which Newton's
    takes what that gave up, and `more` starts."""
    found, success = _powell(gradient, hessian, starts)
    known = success & _settled(gradient, hessian, found, box)
    others = polished(gradient, hessian, np.concatenate([found[~known], more]), box)
    settled = _settled(gradient, hessian, others, box)
    _, left = steps(gradient, hessian, others, box)
    stuck = ~settled & (left <= _ROUNDING)
    if stuck.any():
        _refuse_degenerate(others[stuck][0], name)
    sure, more_sure = found[known], others[settled]
    return sure[inside(sure, box, SAME)], more_sure[inside(more_sure, box, SAME)]


def _powell(gradient, hessian, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(all="ignore"):
        results = [root(gradient, start, jac=hessian, tol=1e-13) for start in starts]
    return np.array([r.x for r in results]), np.array([r.success for r in results])


def _settled(gradient, hessian, points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """At which points (n, d) the gradient vanishes as far as Newton's method can tell; shape (n,)."""
    step, left = steps(gradient, hessian, points, box)
    return (np.linalg.norm(step, axis=1) <= SETTLED) & (left <= _LEFT)


def _distinct(points, box: np.ndarray) -> np.ndarray:
    """One of each cluster of points, in lexicographic order; what agrees but for rounding is ordered by the next one."""
    sides, kept = np.ptp(box, axis=1), np.empty((0, len(box)))
    for point in points:
        if not np.any(np.all(np.abs(point - kept) <= SAME * sides, axis=1)):
            kept = np.append(kept, point[None], axis=0)
    return kept[np.lexsort([_ranks(column) for column in (kept / sides).T[::-1]])]


def _ranks(values: np.ndarray) -> np.ndarray:
    """The places of values (n,) in ascending order, the same for those that rounding alone tells apart."""
    order, ranks = np.argsort(values, kind="stable"), np.zeros(values.size, int)
    ranks[order[1:]] = np.cumsum(np.diff(values[order]) > _ORDERED)
    return ranks


def _downhill(hessian, points: np.ndarray, box: np.ndarray, name: str) -> np.ndarray:
    for point in points:
        if not _regular(hessian, point, box):
            _refuse_degenerate(point, name)
    return np.sum(np.linalg.eigvalsh(hessian(points)) < 0, axis=1)


def _regular(hessian, point: np.ndarray, box: np.ndarray) -> bool:
    """Whether the eigenvalues of the Hessian are clear of rounding, and those around are of the same signs and size.

    Around means as far away as points that count as one, less in stiff directions, by which a point is known better.
    """
    sides = np.ptp(box, axis=1)
    values, vectors = np.linalg.eigh(hessian(point) * sides[:, None] * sides)
    size = np.abs(values)
    if size.min() <= _ROUNDING * size.max():
        return False
    ways = SAME * size.min() / size * vectors * sides[:, None]
    shares = np.array([-1, -0.5, -0.25, 0.25, 0.5, 1])[:, None, None]
    around = np.linalg.eigvalsh(hessian(point + shares * ways.T) * sides[:, None] * sides)
    least = np.abs(around).min(axis=2).reshape(2, 3, -1)
    return bool(np.all(np.sum(around < 0, axis=2) == np.sum(values < 0)) and np.all(least.max(1) <= 2 * least.min(1)))


def _refuse_degenerate(point: np.ndarray, name: str) -> None:
    raise AssumptionError(
        f"{name}: degenerate critical point at x = {np.array2string(point, precision=6)}, where the Hessian is singular "
        "(Assumption 1 needs it regular; a line of minima is such a place)"
    )
