"""Flow lines of many points at once, compiled: x' = -grad f until a time is over or a ball is entered.

Runge-Kutta steps of order four that move a point by at most a small share of the box, with a time step no longer than a
minimum allows. Each point has its own clock, which is what limit paths need.

Source: the limit paths of section 2 of the paper.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd.compiling import cached, function_from_source
from heavysgd.landscape import Space
from heavysgd.landscape.fields import steepest

_STRIDE = 1 / 600  # the longest step, in diagonals of the box
_MOST_STEPS = 200_000


class Traced(NamedTuple):
    """ends : points (n, d) where the lines were left. times : when, shape (n,). farthest : largest distance from the
    centre on the way, the start included, shape (n,)."""

    ends: np.ndarray
    times: np.ndarray
    farthest: np.ndarray


def trace(f: Space, x: np.ndarray, duration: ArrayLike, centre: np.ndarray, radius: float) -> Traced:
    """Follows points (n, d) for `duration` (one or (n,), may be inf), or until they are within `radius` of `centre`.

    A point that is there already stays. The time of entering the ball is exact to about the square of a step.
    """
    ends = np.array(x, float)
    duration = np.ascontiguousarray(np.broadcast_to(np.asarray(duration, float), len(ends)))
    times, farthest = np.zeros(len(ends)), np.linalg.norm(ends - centre, axis=1)
    stride = _STRIDE * float(np.linalg.norm(np.ptp(f.box, axis=1)))
    line = _line(f.compiled_gradient, f.dimension)
    line(ends, times, farthest, duration, np.asarray(centre, float), float(radius), stride, stride * steepest(f))
    return Traced(ends, times, farthest)


@lru_cache(maxsize=64)
def _line(gradient, dimension: int):
    slope = _slope(gradient, dimension)

    @nb.njit(nogil=True)
    def line(x, times, farthest, duration, centre, radius, stride, slow):
        d = x.shape[1]
        k1, k2, k3, k4, y = np.empty(d), np.empty(d), np.empty(d), np.empty(d), np.empty(d)
        for n in range(x.shape[0]):
            before = farthest[n]
            for _ in range(_MOST_STEPS):
                left = duration[n] - times[n]
                if left <= 0 or before <= radius:
                    break
                speed = slope(x[n], k1)
                dt = min(left, stride / (speed + slow))
                for i in range(d):
                    y[i] = x[n, i] + 0.5 * dt * k1[i]
                slope(y, k2)
                for i in range(d):
                    y[i] = x[n, i] + 0.5 * dt * k2[i]
                slope(y, k3)
                for i in range(d):
                    y[i] = x[n, i] + dt * k3[i]
                slope(y, k4)
                square = 0.0
                for i in range(d):
                    y[i] = x[n, i] + dt * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0
                    square += (y[i] - centre[i]) ** 2
                now = square**0.5
                if now <= radius:  # the part of the step that leads to the sphere
                    dt *= (before - radius) / (before - now)
                    for i in range(d):
                        y[i] = x[n, i] + (before - radius) / (before - now) * (y[i] - x[n, i])
                times[n] += dt
                for i in range(d):
                    x[n, i] = y[i]
                before = now
                farthest[n] = max(farthest[n], now)

    return cached(line)


def _slope(gradient, dimension: int):
    """slope(y, k): fills k with -grad f(y), returns its length."""
    slopes = [f"g{i}" for i in range(dimension)]
    point = ", ".join(f"y[{i}]" for i in range(dimension))
    lines = ["def slope(y, k):", f"    {', '.join(slopes)} = gradient({point})"]
    lines += [f"    k[{i}] = -{g}" for i, g in enumerate(slopes)]
    lines += [f"    return ({' + '.join(f'{g}*{g}' for g in slopes)})**0.5", ""]
    return nb.njit(function_from_source("\n".join(lines), "slope", {"gradient": gradient}))
