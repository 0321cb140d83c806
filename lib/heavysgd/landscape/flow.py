"""Gradient flow x' = -grad f for a given time."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp


def follow(f, x, duration) -> np.ndarray:
    """Points (n, d) after following the flow for individual durations (time rescaled to the unit interval)."""
    x = np.atleast_2d(np.asarray(x, float))
    duration = np.broadcast_to(np.asarray(duration, float), x.shape[:1])

    def slope(_, y):
        return (-duration[:, None] * f.gradient(y.reshape(x.shape))).ravel()

    return solve_ivp(slope, (0, 1), x.ravel(), method="DOP853", rtol=1e-8, atol=1e-10).y[:, -1].reshape(x.shape)
