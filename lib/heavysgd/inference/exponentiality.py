"""Is it an exponential law? Tests that respect that the rate was estimated, and that some times were cut off."""

from __future__ import annotations

import numbers
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.inference.censoring import censored_mean


class Exponentiality(NamedTuple):
    """Kolmogorov's distance to the fitted law on the observed range, and its Monte Carlo p-value."""

    distance: float
    pvalue: float


def exponentiality(times: ArrayLike, cutoff: float = np.inf, resamples: int = 1999, seed: int = 0) -> Exponentiality:
    """Tests `times`, shape (n,), against an exponential law of unknown mean; times >= `cutoff` count as cut off there.

    Parametric bootstrap (Lilliefors): the distance sup_{t < cutoff} |F_n(t) - F_fit(t)| is compared with that of
    `resamples` samples from the fitted law, each cut off and fitted again, so the estimated rate and the censoring
    are both in the null distribution. The smallest attainable p-value is 1 / (resamples + 1).

    Raises `ValueError` for an empty or non-positive sample, times that are neither finite nor cut off, masked values, a
    sample without an uncensored time, or a cutoff that is not positive.
    """
    times = checks.measurements("times", times, infinite=True)
    if not isinstance(cutoff, numbers.Real) or not cutoff > 0:
        raise ValueError(f"cutoff = {cutoff!r}: must be a number > 0, or infinite for none")
    fitted = censored_mean(np.minimum(times, cutoff), times >= cutoff)
    if fitted.events == 0:
        raise ValueError(f"times: all {times.size} are cut off at cutoff = {cutoff:g}, and tell no law; raise the cutoff")
    resamples = checks.count("resamples", resamples)
    observed = _distance(times, cutoff)
    rng = np.random.default_rng(checks.seed(seed))
    null = [_distance(rng.exponential(fitted.value, times.size), cutoff) for _ in range(resamples)]
    return Exponentiality(observed, float((1 + np.sum(np.array(null) >= observed)) / (resamples + 1)))


def _distance(times: np.ndarray, cutoff: float) -> float:
    seen = np.sort(times[times < cutoff])
    if seen.size == 0:
        return 1.0
    mean = (seen.sum() + np.sum(times >= cutoff) * (cutoff if np.isfinite(cutoff) else 0.0)) / seen.size
    fit = -np.expm1(-seen / mean)
    rank = np.arange(seen.size) / times.size
    return float(np.max(np.maximum(fit - rank, rank + 1 / times.size - fit)))
