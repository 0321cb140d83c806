"""Gaussian noise: the light-tailed control."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks
from heavysgd.elementary import cos_turn, log
from heavysgd.noise.base import Noise


@nb.njit(inline="always")
def _transform(u, v, params):
    return params[0] * math.sqrt(max(-2.0 * log(u), 0.0)) * cos_turn(v)


@dataclass(frozen=True)
class Gaussian(Noise):
    """Z ~ N(0, scale^2) by Box and Muller. No tail index (`alpha` is infinite): the exit theory refuses it."""

    scale: float = 1.0

    uniforms = 2
    p_plus = 0.5
    alpha = math.inf
    transform = staticmethod(_transform)

    def __post_init__(self):
        object.__setattr__(self, "scale", checks.positive("scale", self.scale))

    @property
    def params(self) -> tuple:
        return (self.scale,)

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """P(Z <= x)."""
        return stats.norm.cdf(np.asarray(x, float) / self.scale)

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(x) = P(|Z| > x)."""
        return 2 * stats.norm.sf(np.maximum(np.asarray(x, float), 0.0) / self.scale)
