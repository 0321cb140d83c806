"""Symmetric alpha-stable noise, the law in which heavy-tailed SGD was first studied."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.elementary import cos, log, power, sin, sin_half_turn
from heavysgd.noise.base import Noise
from heavysgd.noise.stable_tail import stable_tail


@nb.njit(inline="always")
def _transform(u, v, params):
    # Chambers, Mallows and Stuck, symmetric case: an angle pi (u - 1/2) and an exponential. The cosine of the angle makes
    # the tail, so it is taken as the sine of what is left to the right angle, exact to its last digits; u = 1 and v = 1
    # would give zeros, and are kept off them by half the least spacing of the uniforms.
    alpha, scale = params[0], params[1]
    cosine = sin_half_turn(max(min(u, 1.0 - u), 2.0**-54))
    exponential = max(-log(v), 2.0**-54)
    body = sin(alpha * math.pi * (u - 0.5)) * power(cosine, -1.0 / alpha)
    return scale * body * power(cos((1.0 - alpha) * math.pi * (u - 0.5)) / exponential, (1.0 - alpha) / alpha)


@dataclass(frozen=True)
class SymmetricStable(Noise):
    """Z with characteristic function exp(-|scale t|^alpha), 1 < alpha < 2.

    H(x) ~ (2 / pi) Gamma(alpha) sin(pi alpha / 2) (x / scale)^(-alpha).

    Source of the sampler: Chambers, Mallows, Stuck, "A method for simulating stable random variables", 1976.
    """

    alpha: float
    scale: float = 1.0

    uniforms = 2
    p_plus = 0.5
    transform = staticmethod(_transform)

    def __post_init__(self):
        object.__setattr__(self, "alpha", checks.tail_index("alpha", self.alpha, below=2.0))
        object.__setattr__(self, "scale", checks.positive("scale", self.scale))

    @property
    def params(self) -> tuple:
        return (self.alpha, self.scale)

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(x) = P(|Z| > x), to a relative error of 1e-9."""
        return stable_tail(np.asarray(x, float) / self.scale, self.alpha)

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """P(Z <= x)."""
        half = self.tail(np.abs(x)) / 2
        return np.where(np.asarray(x) < 0, half, 1 - half)
