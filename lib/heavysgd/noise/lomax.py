"""The Lomax law (Pareto type II) with a random sign: the noise of the paper's one-dimensional figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from heavysgd.elementary import log
from heavysgd.noise.light import LIGHT, growth
from heavysgd.noise.two_sided import TwoSided, signed_magnitude


@nb.njit(inline="always")
def _transform(u, v, params):
    side, magnitude = signed_magnitude(u, params)
    return side * params[1] * (magnitude - 1.0) - params[3]


@nb.njit(inline="always")
def _light_transform(u, v, params):
    # The same with w^(-1/alpha) - 1 as q (e^q - 1) / q, q = -log(w) / alpha.
    right = u <= params[2]
    w = (u if right else u - params[2]) * (params[4] if right else params[5])
    q = max(log(w) * params[0], 0.0)
    return (1.0 if right else -1.0) * params[1] * q * growth(q) - params[3]


@dataclass(frozen=True)
class Lomax(TwoSided):
    """Z = S W - shift with P(W > w) = (1 + w / scale)^(-alpha), w >= 0.

    The noise of the paper's figures in one dimension: alpha = 1.2, scale = 0.1, p_plus = 1/2 (page 19, which says Pareto;
    the later version of the same experiment writes this law).

    >>> z = Lomax(alpha=1.2, scale=0.1)
    >>> float(z.tail(0.1)) == 2.0**-1.2
    True
    """

    @property
    def transform(self) -> Callable[..., Any]:
        return _light_transform if self.alpha > LIGHT else _transform

    def magnitude_tail(self, w: np.ndarray) -> np.ndarray:
        if self.alpha > LIGHT:
            return np.exp(-self.alpha * np.log1p(w / self.scale))
        return (1 + w / self.scale) ** -self.alpha

    @property
    def magnitude_mean(self) -> float:
        return self.scale / (self.alpha - 1)
