"""How many exits a claim takes: enough that its near control is rejected 99 times in 100, and no more.

A mean of n exponential times has the relative error 1 / sqrt(n), whatever it is. So the size follows from how far off the
control is, before anything is run. `Covers` rejects what lies d off with the chance `POWER` where the standard error is

    d / (z_(1 + c)/2 + z_POWER),    c the confidence of its interval.
"""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

POWER = 0.99
_CRITICAL, _WIDTH = 1.95, 0.5  # Kolmogorov's distance times sqrt(n): its 0.999 quantile, and what it varies by at most


def stderr_for(distance: float, confidence: float = 0.999) -> float:
    """The standard error at which an interval that covers the truth leaves out what is `distance` off, nearly surely."""
    return abs(distance) / (stats.norm.ppf(0.5 + confidence / 2) + stats.norm.ppf(POWER))


def exits_for_ratio(factor: float) -> int:
    """Exits whose mean tells a mean `factor` times as large from its own."""
    return int(np.ceil(stderr_for(factor - 1) ** -2))


def exits_for_law(factor: float) -> int:
    """Exits by which Kolmogorov's test at the level 0.001 rejects an exponential law of `factor` times their mean.

    The two laws are apart by D = max_t |e^-t - e^-ft|, and the distance found varies about D by 1 / (2 sqrt(n)) at most.
    """
    t = np.log(factor) / (factor - 1)  # where they are farthest apart
    apart = abs(np.exp(-t) - np.exp(-factor * t))
    return int(np.ceil(((_CRITICAL + stats.norm.ppf(POWER) * _WIDTH) / apart) ** 2))


def exits_for_destinations(true: np.ndarray, law: np.ndarray, level: float = 0.001) -> int:
    """Exits by which the chi-square test rejects `law` where `true` is; both of shape (k,)."""
    possible = law > 0
    shift = ((true - law)[possible] ** 2 / law[possible]).sum()
    dof = possible.sum() - 1
    chance = lambda n: stats.ncx2.sf(stats.chi2.isf(level, dof), dof, n * shift)  # noqa: E731
    few, many = 1, 2
    while chance(many) < POWER:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if chance(middle) >= POWER else (middle, many)
    return many


def exits_for_slope(x: ArrayLike, costs: ArrayLike, stderr: float) -> np.ndarray:
    """Exits at each x, shape (n,), for which a line through the logarithms of their means has a slope of error `stderr`.

    In proportion to 1 / sqrt(cost), which makes the whole cheapest where there are two points.
    """
    shares = np.asarray(costs, float) ** -0.5
    one = hs.inference.slope(x, np.zeros(len(shares)), shares**-0.5).stderr
    return np.ceil(shares * (one / stderr) ** 2).astype(int)
