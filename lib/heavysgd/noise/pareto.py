"""The Pareto law (type I) with a random sign: an exact power tail from `scale` on."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np

from heavysgd.noise.two_sided import TwoSided, signed_magnitude

_MOST_ALPHA = 1e9  # half the draws then lie within 7e-10 of `scale`, millions of spacings of the doubles


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

    def __post_init__(self):
        super().__post_init__()
        if self.alpha > _MOST_ALPHA:
            raise ValueError(
                f"alpha = {self.alpha!r}: must be at most {_MOST_ALPHA:g}; beyond, doubles do not tell draws from `scale`"
            )

    def magnitude_tail(self, w: np.ndarray) -> np.ndarray:
        return (np.maximum(w, self.scale) / self.scale) ** -self.alpha

    @property
    def magnitude_mean(self) -> float:
        return self.scale * self.alpha / (self.alpha - 1)
