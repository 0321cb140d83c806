"""Gradient flow x' = -grad f: for a given time, and until it has settled in a minimum."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

_NEAR = 0.1  # of the distance to the nearest other critical point: so near a minimum, flow ends there
_CHUNK, _CHUNKS = 0.25, 400  # of the length of the box's diagonal, travelled at unit speed where the slope is steep


def follow(f, x, duration) -> np.ndarray:
    """Points (n, d) after following the flow for individual durations (time rescaled to the unit interval)."""
    x = np.atleast_2d(np.asarray(x, float))
    duration = np.broadcast_to(np.asarray(duration, float), x.shape[:1])

    def slope(_, y):
        return (-duration[:, None] * f.gradient(y.reshape(x.shape))).ravel()

    return solve_ivp(slope, (0, 1), x.ravel(), method="DOP853", rtol=1e-8, atol=1e-10).y[:, -1].reshape(x.shape)


def settle(f, x) -> np.ndarray:
    """Number of the minimum that flow leads to, from points (..., d); -1 where it has come to none.

    Only the way matters, not the time: the flow is run at a speed |grad f| / (|grad f| + s), which is never stiff.
    """
    x = np.asarray(x, float)
    if x.shape[-1:] != (f.dimension,):
        raise ValueError(f"x has shape {x.shape}: points of this landscape have {f.dimension} coordinates, shape (..., d)")
    points, diagonal = x.reshape(-1, f.dimension).copy(), float(np.linalg.norm(np.ptp(f.box, axis=1)))
    if not np.all(np.isfinite(points)):
        raise ValueError("x: must be finite")
    near = _NEAR * _isolation(f)
    slow = 0.05 * diagonal * float(f.curvature(f.minima).max())
    labels = np.full(len(points), -1)
    for _ in range(_CHUNKS):
        rest = np.flatnonzero(labels < 0)
        labels[rest] = _arrived(f, points[rest], near)
        rest = rest[labels[rest] < 0]
        if rest.size == 0:
            break
        points[rest] = _travel(f, points[rest], slow, _CHUNK * diagonal)
    return labels.reshape(x.shape[:-1])


def _isolation(f) -> np.ndarray:
    """Distance from each minimum to the nearest other critical point, shape (k,); the box's size where there is none."""
    points, _ = f.critical
    apart = np.linalg.norm(f.minima[:, None] - points[None], axis=2)
    return np.where(apart > 0, apart, np.ptp(f.box, axis=1).max()).min(axis=1)


def _arrived(f, points: np.ndarray, near: np.ndarray) -> np.ndarray:
    apart = np.linalg.norm(points[:, None] - f.minima[None], axis=2)
    nearest = apart.argmin(axis=1)
    return np.where(apart[np.arange(len(points)), nearest] < near[nearest], nearest, -1)


def _travel(f, points: np.ndarray, slow: float, length: float) -> np.ndarray:
    def slope(_, y):
        g = f.gradient(y.reshape(points.shape))
        return (-g / (np.linalg.norm(g, axis=1, keepdims=True) + slow)).ravel()

    return solve_ivp(slope, (0, length), points.ravel(), method="RK23", rtol=1e-4, atol=1e-6).y[:, -1].reshape(points.shape)
