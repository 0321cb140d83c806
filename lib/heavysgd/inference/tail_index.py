"""Estimators of the tail index alpha."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks
from heavysgd.inference.measured import Measured


@dataclass(frozen=True, kw_only=True)
class TailIndex(Measured):
    """alpha, its asymptotic standard error, and the number of upper order statistics used."""

    exceedances: int


def hill(sample: ArrayLike, k: int) -> TailIndex:
    """Hill's estimator from the k largest |x_i|: alpha = k / sum_{i <= k} log(x_(i) / x_(k+1)), stderr alpha / sqrt(k).

    `sample` has shape (n,), n >= 2. Consistent as k -> inf, k / n -> 0; biased at finite k unless the tail is an exact
    power.
    Raises `ValueError` unless 1 <= k < n, for values not finite or masked, or when the k + 1 largest magnitudes are not
    positive, or all the same.
    """
    magnitudes = _magnitudes(sample, least=2)
    k = checks.count("k", k, most=magnitudes.size - 1)
    ordered = np.sort(np.partition(magnitudes, -k - 1)[-k - 1 :])[::-1]  # the k + 1 largest
    if ordered[k] <= 0:
        raise ValueError(f"sample: its {k + 1} largest magnitudes must be > 0; use a smaller k")
    if ordered[0] == ordered[k]:
        raise ValueError(f"sample: its {k + 1} largest magnitudes are all {ordered[k]:g}: no tail; use a larger k")
    value = k / np.sum(np.log(ordered[:k] / ordered[k]))
    return TailIndex(value=float(value), stderr=float(value / np.sqrt(k)), exceedances=k)


def pareto_ml(sample: ArrayLike, threshold: float) -> TailIndex:
    """Maximum likelihood of the generalised Pareto law for |x_i| - threshold given |x_i| > threshold.

    With shape xi, alpha = 1 / xi and stderr = alpha^2 (1 + xi) / sqrt(n). Exact in law, without Hill's bias, when
    |X| is Lomax. A light tail gives xi near 0, hence a huge or infinite alpha.
    `sample` has shape (n,); the estimate does not depend on its units.
    Raises `ValueError` for a negative threshold, fewer than 50 exceedances or exceedances all the same, or values not
    finite or masked.
    """
    if checks.real("threshold", threshold) < 0:
        raise ValueError(f"threshold = {threshold!r}: must be >= 0")
    magnitudes = _magnitudes(sample, least=1)
    excess = magnitudes[magnitudes > threshold] - threshold
    if excess.size < 50:
        raise ValueError(f"threshold = {threshold:g}: only {excess.size} exceedances, need 50 or more; lower it")
    if excess.min() == excess.max():
        raise ValueError(f"sample: its {excess.size} exceedances of {threshold:g} are all the same, and have no tail")
    xi, _, _ = stats.genpareto.fit(excess / np.median(excess), floc=0)
    if xi <= 0:
        return TailIndex(value=np.inf, stderr=np.inf, exceedances=excess.size)
    stderr = float((1 + xi) / xi**2 / np.sqrt(excess.size))
    return TailIndex(value=float(1 / xi), stderr=stderr, exceedances=excess.size)


def _magnitudes(sample, least: int) -> np.ndarray:
    magnitudes = np.abs(checks.measurements("sample", sample))
    if magnitudes.size < least:
        raise ValueError(f"sample: has {magnitudes.size} values, and must have {least} or more")
    return magnitudes
