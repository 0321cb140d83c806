"""The law of the noise as integration needs it: two tails about a centre, and the scales on which it works.

    upper(w) = P(Z > c + w),    lower(w) = P(Z < c - w),    w >= 0

Nothing else is asked of a law, no density and no moments. The centre c is where a law made of two sides joins them: zero,
or minus the shift that keeps the mean of an asymmetric law at zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.interpolate import CubicSpline

from heavysgd.noise import Noise, Pareto, StudentT, SymmetricStable
from heavysgd.noise.two_sided import TwoSided

_SLOW = (StudentT, SymmetricStable)  # their tails cost so much a point that they are tabulated once
_FARTHEST = 60.0  # tables reach to scale * e^60: farther than any step that a float resolves
_LEAST = 1e-290  # tails below this are nothing to a float
_TABLE = 4800  # points of a table; the spline's error is some 1e-11 of the tail


@dataclass(frozen=True)
class JumpLaw:
    """A law of Z on the line.

    centre, scale : c, and the length on which the body of the law varies. upper, lower : the tails, vectorised, for
    w >= 0. kink : w at which a density jumps on either side, or None.
    """

    centre: float
    scale: float
    upper: Callable
    lower: Callable
    kink: float | None = None

    def mass(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """P(c + low < Z <= c + high), infinities allowed; each side is a difference of its own tail, so that far masses
        keep their digits."""
        right = self.upper(np.maximum(low, 0)) - self.upper(np.maximum(high, 0))
        left = self.lower(np.maximum(-high, 0)) - self.lower(np.maximum(-low, 0))
        return right + left

    def spread(self, share: np.ndarray) -> np.ndarray:
        """r with E[min((Z - c)^2 / r^2, 1)] = share: in 1 / share steps the noise gathers to about r.

        Where the share is too large for any r, the scale.
        """
        w = self.scale * np.expm1(np.linspace(0, _FARTHEST, _TABLE))
        within = cumulative_trapezoid(2 * w * (self.upper(w) + self.lower(w)), w)
        w, within = w[1:], np.minimum(within / w[1:] ** 2, 1.0)
        found = np.exp(np.interp(-np.log(share), -np.log(within), np.log(w)))
        return np.where(share < within[0], found, self.scale)


@lru_cache(maxsize=64)
def jump_law(noise: Noise) -> JumpLaw:
    """The tails of a law of `heavysgd.noise`, or of any other that knows `tail` and `cdf`."""
    if isinstance(noise, TwoSided):
        right, left, tail = noise.p_plus, 1 - noise.p_plus, noise.magnitude_tail
        kink = noise.scale if isinstance(noise, Pareto) else None
        return JumpLaw(-noise.shift, noise.scale, lambda w: right * tail(w), lambda w: left * tail(w), kink)
    known = getattr(noise, "scale", None)
    scale = float(noise.median if known is None else known)
    if isinstance(noise, _SLOW):
        tail = _tabulated(lambda w: noise.tail(w) / 2, scale)
        return JumpLaw(0.0, scale, tail, tail)
    lower = lambda w: np.asarray(noise.cdf(-np.asarray(w)), float)  # noqa: E731
    return JumpLaw(0.0, scale, lambda w: np.asarray(noise.tail(w), float) - lower(w), lower)


def _tabulated(tail: Callable, scale: float) -> Callable:
    """A spline of log tail against log(1 + w / scale), in which a power tail is a straight line; zero past the table."""
    v = np.linspace(0, _FARTHEST, _TABLE)
    values = tail(scale * np.expm1(v))
    kept = values > _LEAST
    spline, end = CubicSpline(v[kept], np.log(values[kept])), v[kept][-1]

    def interpolated(w):
        v = np.log1p(np.asarray(w, float) / scale)
        return np.where(v < end, np.exp(spline(np.minimum(v, end))), 0.0)

    return interpolated
