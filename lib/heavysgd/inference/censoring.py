"""The mean of an exponential time of which some observations were cut off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks
from heavysgd.inference.measured import Measured


@dataclass(frozen=True, kw_only=True)
class CensoredMean(Measured):
    """Maximum-likelihood mean, its standard error, an interval, and how many observations were (not) cut off.

    With no event at all `value` and `high` are infinite and `low` is what the time under observation rules out.
    """

    low: float
    high: float
    events: int
    censored: int


def censored_mean(times: ArrayLike, censored: ArrayLike, confidence: float = 0.95) -> CensoredMean:
    """Mean of an exponential law from times of shape (n,), some of them cut off (`censored`, same shape, bool).

        mean = (total time under observation) / (number of events),   stderr = mean / sqrt(events)

    The interval is the chi-square one, exact without censoring and for a fixed number of events.

    Raises `ValueError` for empty or unequal arrays, times that are not positive and finite, masked values, flags other
    than true and false, or a confidence outside (0, 1).
    """
    confidence = checks.confidence("confidence", confidence)
    times, censored = checks.measurements("times", times), checks.flags("censored", censored)
    if times.size == 0 or times.shape != censored.shape:
        raise ValueError(f"times, censored have shapes {times.shape}, {censored.shape}: must be equal, and not empty")
    if not np.all(times > 0):
        raise ValueError(f"times: the least is {times.min():g}, and all must be > 0")
    total, events = times.sum(), int(np.count_nonzero(~censored))
    tail = (1 - confidence) / 2
    low = 2 * total / stats.chi2.isf(tail, 2 * events + 2 * bool(censored.any()))
    if events == 0:
        return CensoredMean(value=np.inf, stderr=np.inf, low=float(low), high=np.inf, events=0, censored=times.size)
    high = 2 * total / stats.chi2.ppf(tail, 2 * events)
    mean = float(total / events)
    bounds = {"low": float(low), "high": float(high)}
    return CensoredMean(value=mean, stderr=mean / events**0.5, **bounds, events=events, censored=times.size - events)
