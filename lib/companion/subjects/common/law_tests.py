"""Tests of laws, exponential times and counts by destination, with near laws that they must reject and how surely."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.claims import Control

_TRIES = 400  # simulated tests, from which a power is read off


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


def late(times: np.ndarray, seed: int, power_seed: int, level: float = 0.001) -> Control:
    """Control of `exponential`: every exit later by 2 / sqrt(n) of the mean, hardly more than this many exits can tell.

    The sample is then empty where the fitted law has 1.9 / sqrt(n) already; some 1.5 / sqrt(n) is rejected at 0.001.
    `seed` : of the bootstrap. `power_seed` : of the simulation from which the power is read off.
    """
    share = 2 / np.sqrt(times.size)
    distance = lambda sample: hs.inference.exponentiality(sample, resamples=1).distance  # noqa: E731
    rng = np.random.default_rng(power_seed)
    null = [distance(rng.exponential(size=times.size)) for _ in range(5 * _TRIES)]
    found = [distance(rng.exponential(size=times.size) + share) for _ in range(_TRIES)]
    power = float(np.mean(np.array(found) > np.quantile(null, 1 - level)))
    later = exponential(times + share * times.mean(), seed)
    return Control(f"every exit {100 * share:.2g} % of the mean later", later, power=power)


def kolmogorov_power(size: int, factor: float, seed: int, level: float = 0.001) -> float:
    """The chance that `kolmogorov` rejects `size` times of mean `factor`."""
    rng, critical, rank = np.random.default_rng(seed), stats.kstwo.isf(level, size), np.arange(size + 1) / size
    rejected = 0
    for _ in range(_TRIES):
        law = -np.expm1(-np.sort(rng.exponential(factor, size)))
        rejected += max(np.max(rank[1:] - law), np.max(law - rank[:-1])) >= critical
    return rejected / _TRIES


def other_destinations(what: str, counts: np.ndarray, true: np.ndarray, law: np.ndarray, level: float = 0.001) -> Control:
    """Control of `chi_square` against `true`: the same against another `law`, which is 0 where `true` is."""
    possible = law > 0
    dof, size = possible.sum() - 1, counts.sum()
    shift = size * ((true - law)[possible] ** 2 / law[possible]).sum()
    power = float(stats.ncx2.sf(stats.chi2.isf(level, dof), dof, shift))
    return Control(what, chi_square(counts, law), predicted=law, power=power)
