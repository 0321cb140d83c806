"""Figure 1 (right): mean first exit times of a few paths, each cut off, and what chance does to such means.

Exit times are nearly exponential (Theorem 1), so with their exact mean the law of a dot is known, nothing fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import comb, gammainc

from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd

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


@lru_cache(maxsize=256)
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
        return self.scores_of(self.means)

    def scores_of(self, means: np.ndarray) -> np.ndarray:
        """The same of other means in place of the dots', shape (..., n)."""
        places = np.empty(np.shape(means))
        for k, expected in enumerate(self.expected):
            places[..., k] = below(means[..., k], expected, self.samples, self.longest)
        return stats.norm.ppf(np.clip(places, 1e-300, 1 - 1e-16))

    def drawn(self, expected: np.ndarray, n: int, seed: int) -> np.ndarray:
        """Such dots n times over, of times with other means, shape (n, dots)."""
        times = np.random.default_rng(seed).exponential(1.0, (n, expected.size, self.samples)) * expected[:, None]
        return np.minimum(times, self.longest).mean(axis=2)


def exact_means(f, noise, b, etas: Sequence[float] | np.ndarray, start: float) -> np.ndarray:
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
