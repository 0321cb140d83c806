"""Gradient flow x' = -grad f for a given time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from heavysgd.landscape.base import numbers
from heavysgd.landscape.rounding import unit

if TYPE_CHECKING:
    from heavysgd.landscape.base import Landscape

_RTOL, _ATOL = 1e-8, 1e-10  # the second in units of the bounds


def follow(f: Landscape, x: np.ndarray, duration: ArrayLike) -> np.ndarray:
    """Numbers (n,), or points (n, d), after following the flow for a time or a time each (rescaled to the unit interval).

    Raises `ValueError` for times that are not finite, and where the flow leaves what floats can hold.
    """
    x, duration = np.asarray(x, float), numbers(duration, "duration")
    if not np.all(np.isfinite(duration)):
        raise ValueError("duration: must be finite")
    duration = np.broadcast_to(duration, x.shape[:1]).reshape(-1, *[1] * (x.ndim - 1))

    def slope(_, y):
        return (-duration * f.gradient(y.reshape(x.shape))).ravel()

    found = solve_ivp(slope, (0, 1), x.ravel(), method="DOP853", rtol=_RTOL, atol=_ATOL * unit(f.bounds))
    if not found.success:
        raise ValueError(f"duration: the flow of {f.name} could not be followed so long; {found.message}")
    return found.y[:, -1].reshape(x.shape)
