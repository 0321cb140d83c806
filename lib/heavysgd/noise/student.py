"""Student's t: tail index equal to its degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks
from heavysgd.elementary import cos_turn, fixed_power, log, power_coefficients
from heavysgd.noise.base import Noise
from heavysgd.noise.light import LIGHT, growth


@nb.njit(inline="always")
def _transform(u, v, params):
    # Bailey's polar form: no rejection, so a draw always consumes the same two uniforms.
    alpha, scale = params[0], params[1]
    excess = max(fixed_power(u, params[2], params[3]) - 1.0, 0.0)  # rounding must not make it negative
    return scale * math.sqrt(alpha * excess) * cos_turn(v)


@nb.njit(inline="always")
def _light_transform(u, v, params):
    # The same with alpha (u^(-2/alpha) - 1) as y (e^q - 1) / q, y = -2 log u and q = y / alpha.
    scale, weight = params[0], params[1]
    y = max(-2.0 * log(u), 0.0)
    return scale * math.sqrt(y * growth(y * weight)) * cos_turn(v)


@dataclass(frozen=True)
class StudentT(Noise):
    """Z = scale * T, T Student's t with `alpha` > 1 degrees of freedom.

    Source of the sampler: Bailey, "Polar generation of random variates with the t-distribution", 1994.
    """

    alpha: float
    scale: float = 1.0

    uniforms = 2
    p_plus = 0.5

    def __post_init__(self):
        object.__setattr__(self, "alpha", checks.tail_index("alpha", self.alpha))
        object.__setattr__(self, "scale", checks.positive("scale", self.scale))

    @property
    def transform(self) -> Callable[..., Any]:
        return _light_transform if self.alpha > LIGHT else _transform

    @property
    def params(self) -> tuple:
        if self.alpha > LIGHT:
            return (self.scale, 1.0 / self.alpha)
        exponent = -2.0 / self.alpha
        return (self.alpha, self.scale, exponent, power_coefficients(exponent))

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """P(Z <= x)."""
        return stats.t.cdf(np.asarray(x, float) / self.scale, df=self.alpha)

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(x) = P(|Z| > x)."""
        return 2 * stats.t.sf(np.maximum(np.asarray(x, float), 0.0) / self.scale, df=self.alpha)
