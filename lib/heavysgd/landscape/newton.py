"""Newton's method for zeros of a gradient in R^d, from many points at once.

    x <- x - H(x)^+ grad f(x),   H^+ the pseudo-inverse of the Hessian

Lengths are in sides of the box, so that coordinates of different units are alike, and what is left of a gradient is in
units of |H|: neither depends on the units of f or x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SETTLED = 1e-8  # a step no longer than this leads nowhere else
_BEST = 1e-12  # a step no longer than this is not worth taking
_ITERATIONS = 100  # zeros of a gradient of order m are approached by a factor of 1 - 1/m a step
_LONGEST = 0.25
_SINGULAR = 1e-14  # smallest over largest eigenvalue below which a direction is left out of a step


def steps(
    gradient: Callable[..., Any], hessian: Callable[..., Any], points: np.ndarray, box: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton's steps from points (n, d), in sides of the box (n, d), and |grad f| / |H| there, (n,); NaN where unknown."""
    sides = np.ptp(box, axis=1)
    with np.errstate(all="ignore"):
        slope, bend = gradient(points) * sides, hessian(points) * sides[:, None] * sides
        finite = np.isfinite(slope).all(axis=1) & np.isfinite(bend).all(axis=(1, 2))
        left = np.linalg.norm(slope, axis=1) / np.linalg.norm(bend, axis=(1, 2))
        step = np.full(points.shape, np.nan)
        inverse = np.linalg.pinv(bend[finite], rcond=_SINGULAR, hermitian=True)
        step[finite] = -np.squeeze(inverse @ slope[finite, :, None], axis=2)
    return step, np.where(finite & np.all(slope == 0, axis=1), 0.0, left)


def polished(gradient: Callable[..., Any], hessian: Callable[..., Any], points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Where Newton's method takes points (n, d), but for those that it takes out of the box; shape (m, d), m <= n."""
    points, moving = np.array(points, float).reshape(-1, len(box)), np.arange(len(points))
    sides = np.ptp(box, axis=1)
    for _ in range(_ITERATIONS):
        step, _ = steps(gradient, hessian, points[moving], box)
        length = np.linalg.norm(step, axis=1)
        moving, step, length = (part[(length > _BEST) & (length < np.inf)] for part in (moving, step, length))
        points[moving] += sides * step * np.minimum(1, _LONGEST / length)[:, None]
        moving = moving[inside(points[moving], box, -0.5)]
        if not moving.size:
            break
    return points[inside(points, box)]


def inside(points: np.ndarray, box: np.ndarray, margin: float = 0.0) -> np.ndarray:
    """Which points (n, d) lie inside the box by more than `margin`, in its sides; shape (n,)."""
    room = margin * np.ptp(box, axis=1)
    return np.all((points > box[:, 0] + room) & (points < box[:, 1] - room), axis=1)
