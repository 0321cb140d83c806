"""Counts of independent paths against an exact probability, and how surely a near one is rejected."""

from __future__ import annotations

import numpy as np
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.claims import Control


def binomial(count: int, size: int, probability: float) -> Measured:
    """p-value of the exact two-sided binomial test of `count` among `size` against a probability."""
    return Measured(float(stats.binomtest(int(count), int(size), float(probability)).pvalue))


def other_probability(what: str, count: int, size: int, true: float, other: float, level: float = 0.001) -> Control:
    """Control of `binomial` against `true`: the same against another probability, with the chance of its rejection."""
    likely = np.arange(*stats.binom.interval(1 - 1e-9, size, true), dtype=int)
    rejected = [binomial(k, size, other).value <= level for k in likely]
    power = float(stats.binom.pmf(likely, size, true)[rejected].sum())
    return Control(what, binomial(count, size, other), predicted=other, power=power)
