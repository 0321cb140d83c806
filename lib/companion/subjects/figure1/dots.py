"""Figure 1 (right): mean first exit times of a few paths, each cut off, and what chance does to such means.

Exit times are nearly exponential (Theorem 1), so with their exact mean the law of a dot is known, nothing fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats
from scipy.optimize import brentq
from scipy.special import comb, gammainc, polygamma

from companion.ledger.claims import Control
from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd

_TRIES = 400  # simulated figures, from which a power is read off
_TOLERANCE = 1e-3  # of an exact mean: dots are read to a few per cent


def below(mean, expected: float, samples: int, longest: float) -> np.ndarray:
    """P(the mean of min(T_i, longest) over `samples` exponential times T_i of mean `expected` is at most `mean`).

    With n samples, c = longest / expected, s = n mean / expected and G_m the law of a sum of m times of mean one,

        P = sum_{k + j <= n} n! / (k! j! (n - k - j)!) (-1)^j e^{-(k + j) c} G_{n-k}(s - (k + j) c):

    k times are cut off, and j, by inclusion and exclusion, are taken out of the others for being longer. Where nothing is
    cut off that is Erlang's law.
    """
    cut, total = longest / expected, samples * np.asarray(mean, float) / expected
    found = np.zeros(total.shape)
    for k in range(samples + 1):
        for j in range(samples + 1 - k):
            left = total - (k + j) * cut
            if np.all(left < 0):
                break
            weight = comb(samples, k) * comb(samples - k, j) * (-1) ** j * np.exp(-(k + j) * cut)
            sums = gammainc(samples - k, np.maximum(left, 0)) if k < samples else 1.0
            found += weight * np.where(left >= 0, sums, 0.0)
    return found


def interval(expected: float, samples: int, longest: float, confidence: float = 0.95) -> tuple[float, float]:
    """Between which values such a mean lies with probability `confidence`, as often below as above."""
    ends = (1 - confidence) / 2, (1 + confidence) / 2
    top = min(float(longest), 5 * expected)
    return tuple(brentq(lambda m, p=p: below(m, expected, samples, longest) - p, 0.0, top) for p in ends)


class Dots(NamedTuple):
    """The dots of one threshold along falling learning rates, arrays of shape (n,): `means` of `samples` exit times, each
    cut off at `longest`, and the exact means `expected`, all in steps; `hollow` where a time is known to be cut off."""

    b: float | None
    etas: np.ndarray
    means: np.ndarray
    hollow: np.ndarray
    expected: np.ndarray
    samples: int
    longest: float

    @property
    def ratios(self) -> np.ndarray:
        """Dot over the exact mean of what is averaged, E min(T, longest) = expected (1 - e^{-longest / expected})."""
        return self.means / self.averaged

    @property
    def averaged(self) -> np.ndarray:
        """E min(T, longest)."""
        return -self.expected * np.expm1(-self.longest / self.expected)

    def intervals(self, confidence: float = 0.95) -> np.ndarray:
        """Where chance leaves such dots, shape (n, 2)."""
        return np.array([interval(mean, self.samples, self.longest, confidence) for mean in self.expected])

    def scores(self) -> np.ndarray:
        """The dots as standard normal variables, Phi^{-1} of the probability of one as low; for `longest` so long that
        hardly ever all times are cut off."""
        places = [below(*pair, self.samples, self.longest) for pair in zip(self.means, self.expected)]
        return stats.norm.ppf(np.clip(places, 1e-300, 1 - 1e-16))

    def drawn(self, expected: np.ndarray, n: int, seed: int) -> np.ndarray:
        """Such dots n times over, of times with other means, shape (n, dots)."""
        times = np.random.default_rng(seed).exponential(1.0, (n, expected.size, self.samples)) * expected[:, None]
        return np.minimum(times, self.longest).mean(axis=2)


def exact_means(f, noise, b, etas: Sequence[float], start: float) -> np.ndarray:
    """E sigma from `start` at each learning rate."""
    runs = [quiet_sgd(f, noise, eta, b) for eta in etas]
    return np.array([hs.exact.first_exit(sgd, start, tolerance=_TOLERANCE).mean for sgd in runs])


def reported(f, noise, dots: Mapping, hollow: Sequence[tuple], start: float, samples: int, longest: float) -> list[Dots]:
    """The dots of a figure, {b: {eta: mean}}, beside exact means; `hollow` names those drawn so, as (b, eta)."""
    found = []
    for b, by_eta in dots.items():
        etas, means = np.array(list(by_eta)), np.array(list(by_eta.values()))
        cut_off = np.array([(b, eta) in hollow for eta in by_eta])
        found.append(Dots(b, etas, means, cut_off, exact_means(f, noise, b, etas, start), samples, float(longest)))
    return found


def simulated(
    f, noise, others: Sequence[Dots], start: float, seed: int, samples: int, longest: int, most: float
) -> list[Dots]:
    """The same dots from runs of one's own, where the exact mean is at most `most` steps."""
    found = []
    for dots in others:
        kept = dots.expected <= most
        runs = [
            hs.first_exit(
                quiet_sgd(f, noise, eta, dots.b),
                start,
                n_paths=samples,
                max_steps=longest,
                seed=derived(seed, "threshold", dots.b, "learning rate", eta),
            )
            for eta in dots.etas[kept]
        ]
        means = np.array([run.steps.mean() for run in runs])
        cut_off = np.array([run.censored.any() for run in runs])
        found.append(Dots(dots.b, dots.etas[kept], means, cut_off, dots.expected[kept], samples, float(longest)))
    return found


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
        for k in range(dots.etas.size):
            place = below(drawn[:, k], near.expected[k], dots.samples, dots.longest)
            squares += stats.norm.ppf(np.clip(place, 1e-300, 1 - 1e-16)) ** 2
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
