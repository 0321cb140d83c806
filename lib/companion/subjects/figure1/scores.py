"""Whether the dots of Figure 1 (right) are what chance makes of exact means, and whether they follow Theorem 1's orders."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats
from scipy.special import polygamma

from companion.ledger.claims import Control
from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.figure1.dots import Dots

_TRIES = 400  # simulated figures, from which a power is read off


def agreement(found: Sequence[Dots]) -> Measured:
    """p-value of all dots together: their squared scores sum to chi-square with as many degrees of freedom as dots."""
    scores = np.concatenate([dots.scores() for dots in found])
    return Measured(float(stats.chi2.sf((scores**2).sum(), scores.size)))


def level(found: Sequence[Dots]) -> float:
    """Whether the dots lie on one side: the sum of n scores over sqrt(n), a standard normal variable."""
    scores = np.concatenate([dots.scores() for dots in found])
    return float(scores.sum() / np.sqrt(scores.size))


def with_alpha(f, noise: hs.Lomax, found: Sequence[Dots], alpha: float) -> list[Dots]:
    """The same dots beside the means of another tail index: the exact ones times the ratio of the limit formula's."""
    other = hs.Lomax(alpha, noise.scale)
    factors = [_mean_ratio(f, noise, other, dots) for dots in found]
    return [dots._replace(expected=dots.expected * factor) for dots, factor in zip(found, factors)]


def _mean_ratio(f, noise, other, dots: Dots) -> np.ndarray:
    mean = lambda z, eta: hs.theory.mean_exit_time(quiet_sgd(f, z, eta, dots.b), 1)  # noqa: E731
    return np.array([mean(other, eta) / mean(noise, eta) for eta in dots.etas])


def another_alpha(f, noise: hs.Lomax, found: Sequence[Dots], alpha: float, seed: int, level: float = 0.001) -> Control:
    """Control of `agreement`: the means of another tail index, and how often such dots are told from them."""
    other = with_alpha(f, noise, found, alpha)
    squares, size = np.zeros(_TRIES), sum(dots.etas.size for dots in found)
    for dots, near in zip(found, other):
        drawn = dots.drawn(dots.expected, _TRIES, derived(seed, "threshold", dots.b))
        squares += (near.scores_of(drawn) ** 2).sum(axis=1)
    power = float(np.mean(stats.chi2.sf(squares, size) <= level))
    return Control(f"the means for $\\alpha = {alpha}$", agreement(other), power=power)


def exponents(found: Sequence[Dots]) -> list[Measured]:
    """The slope of each threshold's solid dots on logarithmic scales; that of log(mean of n times) varies by psi'(n)."""
    slopes = []
    for dots in found:
        x, y = -np.log(dots.etas[~dots.hollow]), np.log(dots.means[~dots.hollow])
        slopes.append(hs.inference.slope(x, y, np.full(x.size, np.sqrt(polygamma(1, dots.samples)))))
    return slopes


def exponents_agree(slopes: Sequence[Measured], predicted: Sequence[float]) -> Measured:
    """p-value of all slopes together, by chi-square."""
    squares = [((slope.value - beta) / slope.stderr) ** 2 for slope, beta in zip(slopes, predicted, strict=True)]
    return Measured(float(stats.chi2.sf(sum(squares), len(squares))))


def one_exponent(slopes: Sequence[Measured], predicted: Sequence[float], same: float, level: float = 0.001) -> Control:
    """Control of `exponents_agree`: the same exponent for every threshold."""
    shift = sum(((beta - same) / slope.stderr) ** 2 for slope, beta in zip(slopes, predicted))
    power = float(stats.ncx2.sf(stats.chi2.isf(level, len(slopes)), len(slopes), shift))
    return Control(f"one exponent, {same}, for all", exponents_agree(slopes, [same] * len(slopes)), power=power)
