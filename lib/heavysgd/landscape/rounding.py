"""What rounding leaves uncertain: the scale of a landscape's bounds, and the errors of a computed function.

Source: J. J. More and S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33 (2011), for `noise`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

_ORDER = 6  # of the differences
_POINTS = 32


def unit(bounds: Any) -> float:
    """The length that counts as one inside bounds (..., 2): a power of 1024 from 1/64 to 16 times their longest side.

    Absolute tolerances are in units of it. A landscape scaled by a power of two keeps its digits, and one of everyday
    size has unit one.
    """
    return 2.0 ** (10 * math.floor((math.log2(np.ptp(bounds, axis=-1).max()) + 4) / 10))


def noise(function: Callable[..., Any], points: np.ndarray, step: float) -> np.ndarray:
    """Rounding errors (as a standard deviation) of `function` on a line near each of the points (n,); shape (n,).

    Sixth differences over equidistant points so close together that nothing but rounding is left of them.
    """
    steps = np.maximum(step, 4 * np.spacing(np.abs(points)))[:, None] * np.arange(-_POINTS // 2, _POINTS // 2)
    differences = np.diff(function(points[:, None] + steps), _ORDER, axis=1)
    return np.mean(np.abs(differences), axis=1) * math.sqrt(math.pi / 2 / math.comb(2 * _ORDER, _ORDER))
