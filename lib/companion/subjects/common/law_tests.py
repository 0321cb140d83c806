"""Tests of laws: exponential times, counts by destination."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats


def pairs(times: np.ndarray) -> np.ndarray:
    """Sums of consecutive pairs: the waiting time for two exits, not exponential."""
    return times[: 2 * (times.size // 2)].reshape(-1, 2).sum(axis=1)


def exponential(times: np.ndarray, seed: int) -> Measured:
    """p-value of the test against an exponential law of unknown mean; `seed` is that of its bootstrap."""
    return Measured(hs.inference.exponentiality(times, seed=seed).pvalue)


def kolmogorov(times: np.ndarray) -> Measured:
    """p-value of the Kolmogorov-Smirnov test against Exp(1), nothing fitted."""
    return Measured(float(stats.kstest(times, stats.expon.cdf).pvalue))


def chi_square(counts: np.ndarray, law: np.ndarray) -> Measured:
    """p-value of the chi-square test of `counts` against `law`; 0 when something impossible was seen."""
    possible = law > 0
    if counts[~possible].any():
        return Measured(0.0)
    return Measured(float(stats.chisquare(counts[possible], counts.sum() * law[possible]).pvalue))
