"""The Pareto law (type I) with a random sign: an exact power tail from `scale` on."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np

from heavysgd.noise.two_sided import TwoSided, signed_magnitude


@nb.njit(inline="always")
def _transform(u, v, params):
    side, magnitude = signed_magnitude(u, params)
    return side * params[1] * magnitude - params[3]


@dataclass(frozen=True)
class Pareto(TwoSided):
    """Z = S W - shift with P(W > w) = (w / scale)^(-alpha) for w >= scale, and W >= scale always.

    >>> z = Pareto(alpha=1.5, scale=2.0)
    >>> float(z.tail(8.0))
    0.125
    """

    transform = staticmethod(_transform)

    def magnitude_tail(self, w):
        return (np.maximum(w, self.scale) / self.scale) ** -self.alpha

    @property
    def magnitude_mean(self):
        return self.scale * self.alpha / (self.alpha - 1)
