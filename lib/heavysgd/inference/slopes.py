"""Exponents from measurements with known errors: a weighted straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks
from heavysgd.inference.measured import Measured


@dataclass(frozen=True, kw_only=True)
class Slope(Measured):
    """value, its standard error, and an interval (low, high); `misfit_pvalue` tests the straight line itself."""

    low: float
    high: float
    intercept: float
    misfit_pvalue: float


def slope(x: ArrayLike, y: ArrayLike, stderr: ArrayLike, confidence: float = 0.95) -> Slope:
    """Least squares of y on x with known standard errors of y, all of shape (n,), n >= 2.

    The error is propagated from `stderr`, not estimated from the residuals: curvature shows as a small
    `misfit_pvalue` (chi-square with n - 2 degrees of freedom; nan for n = 2), never as a wider interval.

    Raises `ValueError` for arrays of unequal length, fewer than two distinct x, values that are not finite or masked, an
    error that is not positive, or a confidence outside (0, 1).
    """
    confidence = checks.confidence("confidence", confidence)
    x, y, stderr = (checks.measurements(name, a) for name, a in (("x", x), ("y", y), ("stderr", stderr)))
    if not (x.shape == y.shape == stderr.shape and np.unique(x).size >= 2):
        raise ValueError(f"x, y, stderr have shapes {x.shape}, {y.shape}, {stderr.shape}: must be equal, 2 x or more")
    if not np.all(stderr > 0):
        raise ValueError(f"stderr: the least is {stderr.min():g}, and all must be > 0")
    (value, intercept), covariance = np.polyfit(x, y, 1, w=1 / stderr, cov="unscaled")
    error = float(np.sqrt(covariance[0, 0]))
    half = stats.norm.ppf(0.5 + confidence / 2) * error
    chi2 = np.sum(((y - intercept - value * x) / stderr) ** 2)
    misfit = stats.chi2.sf(chi2, x.size - 2) if x.size > 2 else np.nan
    return Slope(
        value=float(value),
        stderr=error,
        low=float(value - half),
        high=float(value + half),
        intercept=float(intercept),
        misfit_pvalue=float(misfit),
    )
