"""The Lomax law (Pareto type II) with a random sign: the noise of the paper's one-dimensional figures."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb

from heavysgd.noise.two_sided import TwoSided, signed_magnitude


@nb.njit(inline="always")
def _transform(u, v, params):
    side, magnitude = signed_magnitude(u, params)
    return side * params[1] * (magnitude - 1.0) - params[3]


@dataclass(frozen=True)
class Lomax(TwoSided):
    """Z = S W - shift with P(W > w) = (1 + w / scale)^(-alpha), w >= 0.

    The noise of the figures of the paper, recalled: alpha = 1.2, scale = 0.1, p_plus = 1/2.

    >>> z = Lomax(alpha=1.2, scale=0.1)
    >>> float(z.tail(0.1)) == 2.0**-1.2
    True
    """

    transform = staticmethod(_transform)

    def magnitude_tail(self, w):
        return (1 + w / self.scale) ** -self.alpha

    @property
    def magnitude_mean(self):
        return self.scale / (self.alpha - 1)
