"""One stage of forward flux sampling with its big jump forced, against the same stage as it comes.

An excursion starts at x, and passes when it gets beyond `level` before it comes home. Let p = P(|eta Z| > delta) and T a
number of steps. Split by the step n at which the first big jump (|eta Z| > delta) falls:

    P(pass) = sum_{n <= T} p (1 - p)^{n-1} P(pass | n)  +  what needs no big jump in T steps.

The first sum is estimated with n drawn evenly from 1 .. T and weight T p (1 - p)^{n-1}; up to n the noise is drawn from
its small part, at n from its big part, then from its own law. The rest is estimated from paths of small noise, weighted
by the probability that no big jump came, and continued under the full law from T on. Nothing is left out: the sum of
the two is unbiased for every delta and T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import heavysgd as hs
import numba as nb
import numpy as np
from heavysgd.elementary import fixed_power, power_coefficients
from heavysgd.inference import Measured, pooled
from heavysgd.simulate.stopping import region, run_until

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd

_FOREVER = 2**62
NEARER = Change(
    "2026-11-28",
    "the control left out the paths that need no big jump, at a threshold that makes them matter: 0.62 of what is right",
    "a control that is nearer says more; the rule is as it was",
)


@nb.njit(inline="always")
def _part(u, v, params):
    right = u <= 0.5
    share = 2.0 * (u if right else u - 0.5)
    w = params[2] + (params[3] - params[2]) * share
    return (1.0 if right else -1.0) * params[1] * (fixed_power(w, params[0], params[4]) - 1.0)


@dataclass(frozen=True)
class PartOfLomax(hs.Noise):
    """Symmetric Lomax noise given that its uniform w lies in (low, high]: |Z| = scale (w^(-1/alpha) - 1)."""

    alpha: float
    scale: float
    low: float
    high: float

    uniforms = 1
    p_plus = 0.5
    transform = staticmethod(_part)

    @property
    def params(self):
        exponent = -1 / self.alpha
        return (exponent, self.scale, self.low, self.high, power_coefficients(exponent))

    def tail(self, x):
        """P(|Z| > x)."""
        w = (1 + np.asarray(x, float) / self.scale) ** -self.alpha
        return np.clip((w - self.low) / (self.high - self.low), 0, 1)


class StageEstimate(NamedTuple):
    """P(pass), its standard error, and the steps it took."""

    passing: float
    stderr: float
    steps: int

    @property
    def cost_to_ten_percent(self) -> float:
        """Steps to a standard error of 10 %."""
        return self.steps * (self.stderr / self.passing / 0.1) ** 2


class Stage:
    """Excursions from `start` in one basin: passed beyond share `level` of the way, or home within a tenth of its width."""

    def __init__(self, f, noise: hs.Lomax, eta: float, b: float | None, basin: int, start: float, level: float, seed: int):
        self.f, self.noise, self.eta, self.b, self.start, self.seed = f, noise, eta, b, start, seed
        m, (left, right), margin = f.minima[basin], f.sides[basin], 0.1 * f.widths[basin]
        self.ends, self.hole = (m - level * left, m + level * right), (m - margin, m + margin)
        self.steps = self.next_path = 0

    def run(self, noise: hs.Noise, x: np.ndarray, most: int) -> np.ndarray:
        """Runs paths from x under a law for at most so many steps; which of them still run."""
        where = region(np.full(x.size, self.ends[0]), np.full(x.size, self.ends[1]), self.hole)
        sgd = quiet_sgd(self.f, noise, self.eta, self.b)
        steps, running = run_until(sgd, x, where, most, self.seed, self.next_path, False, None)
        self.next_path += x.size
        self.steps += int(steps.sum())
        return running

    def passed(self, x: np.ndarray) -> np.ndarray:
        """Which positions lie beyond the level."""
        return (x <= self.ends[0]) | (x >= self.ends[1])

    def plain(self, n_paths: int) -> StageEstimate:
        """The excursions as they come."""
        x = np.full(n_paths, self.start)
        self.run(self.noise, x, _FOREVER)
        share = self.passed(x).mean()
        return StageEstimate(float(share), float(np.sqrt(share * (1 - share) / n_paths)), self.steps)

    def forced(self, delta: float, longest: int, n_paths: int, repetitions: int, whole: bool = True) -> StageEstimate:
        """With the first big jump forced. `whole=False` leaves out the paths that need none: it must not agree."""
        p = float(self.noise.tail(delta / self.eta))
        small = PartOfLomax(self.noise.alpha, self.noise.scale, p, 1.0)
        big = PartOfLomax(self.noise.alpha, self.noise.scale, 0.0, p)
        rng = np.random.default_rng(self.seed)
        found = []
        for _ in range(repetitions):
            times = 1 + ((np.arange(n_paths) + rng.random(n_paths)) / n_paths * longest).astype(int)
            strata = times.reshape(-1, 16)[:, rng.integers(16)]  # paths of a stratum share their n
            forced = np.mean([longest * p * (1 - p) ** (n - 1) * self._pass_with_jump_at(n, small, big) for n in strata])
            found.append(forced + (self._pass_without_jump(small, p, longest, n_paths) if whole else 0.0))
        return StageEstimate(float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(repetitions)), self.steps)

    def _pass_with_jump_at(self, n: int, small: hs.Noise, big: hs.Noise, n_paths: int = 16) -> float:
        x = np.full(n_paths, self.start)
        alive = self.run(small, x, n - 1) if n > 1 else np.ones(n_paths, bool)
        x = x[alive]  # what stopped before belongs to the other term
        if x.size == 0:
            return 0.0
        on = self.run(big, x, 1)
        rest = x[on]
        if rest.size:
            self.run(self.noise, rest, _FOREVER)
        return (self.passed(x[~on]).sum() + self.passed(rest).sum()) / n_paths

    def _pass_without_jump(self, small: hs.Noise, p: float, longest: int, n_paths: int) -> float:
        """Paths of small noise that pass at step k weigh (1 - p)^k; those alive at T weigh (1 - p)^T and go on."""
        x = np.full(n_paths, self.start)
        where = region(np.full(n_paths, self.ends[0]), np.full(n_paths, self.ends[1]), self.hole)
        sgd = quiet_sgd(self.f, small, self.eta, self.b)
        steps, on = run_until(sgd, x, where, longest, self.seed, self.next_path, False, None)
        self.next_path += n_paths
        self.steps += int(steps.sum())
        if on.any():
            rest = x[on]
            self.run(self.noise, rest, _FOREVER)
            x[on] = rest
        return float(np.mean((1 - p) ** steps * self.passed(x)))


def ratio(ours: StageEstimate, other: StageEstimate) -> Measured:
    """Ratio of two independent estimates."""
    value = ours.passing / other.passing
    return Measured(float(value), float(value * np.hypot(ours.stderr / ours.passing, other.stderr / other.passing)))


def stage(f, alpha: float, eta: float, seed: int) -> Stage:
    """The stage that is measured: in the second basin, b = 0.28, one jump to the left done, one more takes it past 0.8."""
    return Stage(f, hs.Lomax(alpha, 0.1), eta, 0.28, 1, f.minima[1] - 0.28, 0.8, seed)


def longest(eta: float) -> int:
    """T: steps in which nearly every excursion comes home; the estimate is unbiased for any."""
    return int(1.2 / eta)


class Gain(NamedTuple):
    """Cost of a plain over that of a forced estimate of one stage, and what both rest on."""

    alpha: float
    eta: float
    estimate: StageEstimate
    plain_cost: float
    repetitions: int

    @property
    def log10(self) -> Measured:
        """log10 of the ratio of costs; its error is that of a variance estimated from the repetitions."""
        error = np.sqrt(2 / (self.repetitions - 1)) / np.log(10)
        return Measured(float(np.log10(self.plain_cost / self.estimate.cost_to_ten_percent)), float(error))


def gain(f, alpha: float, eta: float, n_paths: int, repetitions: int, seed: int) -> Gain:
    """How much forcing saves. What plain excursions cost follows from their length and the probability found."""
    estimate = stage(f, alpha, eta, derived(seed, "forced")).forced(0.1, longest(eta), n_paths, repetitions)
    excursion = stage(f, alpha, eta, derived(seed, "plain")).plain(2000).steps / 2000
    plain_cost = 100 * excursion * (1 - estimate.passing) / estimate.passing
    return Gain(alpha, eta, estimate, plain_cost, repetitions)


def against_plain(f, cases, excursions: int, n_paths: int, repetitions: int, seed: int) -> Measured:
    """Forced over plain probability, pooled over (alpha, eta)."""
    found = []
    for k, (alpha, eta) in enumerate(cases):
        make = lambda word: stage(f, alpha, eta, derived(seed, word, k))  # noqa: E731, B023
        plain = make("plain").plain(excursions)
        found.append(ratio(make("forced").forced(0.1, longest(eta), n_paths, repetitions), plain))
    return pooled(found)
