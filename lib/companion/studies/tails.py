"""Tails, counted."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from scipy.optimize import brentq

from companion.rules import Measured


def survival_beyond(sample: np.ndarray, z: hs.Noise, factor: float, level: float) -> Measured:
    """Share of the |draws| beyond x that are also beyond factor * x, with H(x) = level; binomial standard error.

    The error of a share of 0 is that of one observation, so that it is never claimed exactly.
    """
    x = brentq(lambda t: float(z.tail(t)) - level, 1e-6, 1e12)
    beyond = np.abs(sample[np.abs(sample) > x])
    share = float(np.mean(beyond > factor * x))
    typical = max(share * (1 - share), 1 / beyond.size)
    return Measured(share, float(np.sqrt(typical / beyond.size)))


def exceedances(sample: np.ndarray, x: float) -> Measured:
    """How many |draws| exceed x, with its Poisson standard error."""
    count = int(np.count_nonzero(np.abs(sample) > x))
    return Measured(count, float(np.sqrt(count)))
