"""Laws made of a positive power-tailed magnitude W and an independent sign: Lomax and Pareto.

    Z = S W - (2 p_plus - 1) E[W],   P(S = +1) = p_plus = 1 - P(S = -1)

The shift keeps the mean at zero when the two sides weigh differently (Assumption 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.elementary import fixed_power, power_coefficients
from heavysgd.noise.base import Noise


@dataclass(frozen=True)
class TwoSided(Noise):
    """A signed magnitude. Subclasses say how the magnitude is distributed.

    Parameters: `alpha` > 1, tail index; `scale` > 0, in the units of the gradient; `p_plus` in (0, 1), the share of
    the right tail. Raises `ValueError` otherwise.
    """

    alpha: float
    scale: float = 1.0
    p_plus: float = 0.5

    uniforms = 1

    def __post_init__(self):
        object.__setattr__(self, "alpha", checks.tail_index("alpha", self.alpha))
        object.__setattr__(self, "scale", checks.positive("scale", self.scale))
        object.__setattr__(self, "p_plus", checks.probability("p_plus", self.p_plus))

    def magnitude_tail(self, w: np.ndarray) -> np.ndarray:
        """P(W > w)."""
        raise NotImplementedError

    @property
    def magnitude_mean(self) -> float:
        """E[W]."""
        raise NotImplementedError

    @property
    def shift(self) -> float:
        """(2 p_plus - 1) E[W], subtracted to make the mean zero."""
        return (2 * self.p_plus - 1) * self.magnitude_mean

    @property
    def params(self) -> tuple:
        exponent, right = -1 / self.alpha, self.p_plus
        return (exponent, self.scale, right, self.shift, 1 / right, 1 / (1 - right), power_coefficients(exponent))

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """P(Z <= x)."""
        y = np.asarray(x, float) + self.shift
        right = self.p_plus * self.magnitude_tail(np.maximum(y, 0))
        left = (1 - self.p_plus) * self.magnitude_tail(np.maximum(-y, 0))
        return np.where(y >= 0, 1 - right, left)

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(x) = P(|Z| > x); regularly varying with index -alpha."""
        x = np.maximum(np.asarray(x, float), 0.0)
        above = self._one_side(self.p_plus, x + self.shift)
        below = self._one_side(1 - self.p_plus, x - self.shift)
        return above + below

    def _one_side(self, share: float, level: np.ndarray) -> np.ndarray:
        """P(S W beyond `level` on the side of weight `share`); a negative level takes in part of the other side."""
        inside = share * self.magnitude_tail(np.maximum(level, 0))
        other = (1 - share) * (1 - self.magnitude_tail(np.maximum(-level, 0)))
        return inside + np.where(level < 0, other, 0.0)


@nb.njit(inline="always")
def signed_magnitude(u, params):
    """Side and w^(-1/alpha) from one uniform u, which picks the side and leaves a uniform w in (0, 1] on it."""
    right = u <= params[2]
    w = (u if right else u - params[2]) * (params[4] if right else params[5])
    return (1.0 if right else -1.0), fixed_power(w, params[0], params[6])
