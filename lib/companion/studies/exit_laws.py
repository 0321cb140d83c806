"""Tests of the law of exits: exponentiality with and without a fitted mean, destinations, wrong clocks."""

from __future__ import annotations

import re

import numpy as np
from scipy import stats

import heavysgd as hs
from companion.claims import Control
from companion.rules import Measured
from companion.studies.exit_times import ExitStudy


def pairs(times: np.ndarray) -> np.ndarray:
    """Sums of consecutive pairs: the waiting time for two exits, not exponential."""
    return times[: 2 * (times.size // 2)].reshape(-1, 2).sum(axis=1)


def kolmogorov(times: np.ndarray) -> Measured:
    """p-value of the Kolmogorov-Smirnov test against Exp(1), nothing fitted."""
    return Measured(float(stats.kstest(times, stats.expon.cdf).pvalue))


def chi_square(counts: np.ndarray, law: np.ndarray) -> Measured:
    """p-value of the chi-square test of `counts` against `law`; 0 when something impossible was seen."""
    possible = law > 0
    if counts[~possible].any():
        return Measured(0.0)
    return Measured(float(stats.chisquare(counts[possible], counts.sum() * law[possible]).pvalue))


def wrong_clock(study: ExitStudy) -> Control:
    """The same exits held against the clock of one jump more: lambda short of a factor H(1/eta) / eta."""
    eta = study.etas[0]
    rarity = float(study.noise.tail(1 / eta) / eta)
    measured = Measured(study.ratios[0] * rarity, study.ratio_stderrs[0] * rarity)
    return Control(f"the clock of {study.jumps + 1} jumps", measured=measured)


def slug(text: str) -> str:
    """`text` as part of a claim's id."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def destination_counts(sgd: hs.SGD, basin: int, n_exits: int, seed: int) -> np.ndarray:
    """How many exits from `basin` go to each basin, shape (k,)."""
    exits = hs.first_exit(sgd, sgd.landscape.minima[basin], n_exits, 10**9, seed=seed)
    return np.bincount(exits.basin, minlength=sgd.landscape.size)


def share_over_limit(counts: np.ndarray, law: np.ndarray, j: int) -> Measured:
    """Share of destination j over its limit, binomial standard error."""
    share = counts[j] / counts.sum()
    return Measured(float(share / law[j]), float(np.sqrt(share * (1 - share) / counts.sum()) / law[j]))
