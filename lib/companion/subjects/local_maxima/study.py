"""Losses x w^2 / 2 + w^4 / 4 with x = a or -(a + 1): a maximum of the mean loss at 0, which SGD may converge to.

Near 0 a step multiplies w by 1 - eta a or 1 + eta (a + 1), so that log|w| is a random walk with the drift

    Lambda = (log|1 - eta a| + log|1 + eta (a + 1)|) / 2,

negative for 1 / (a (a + 1)) < eta < (1 + sqrt(1 + 8 a (a + 1))) / (2 a (a + 1)), though E w^2 grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.claims import Control
from companion.ledger.seeds import derived
from companion.subjects.common.law_tests import chi_square, other_destinations
from companion.subjects.common.random_walk import steps_beyond

TINY, GONE, START, FAR = 1e-100, 1e-150, 1e-8, 1e-2
DRAW = hs.Lomax(2.0)  # whose sign draws the sample
_W = sympy.Symbol("w", real=True)


class Maximum(NamedTuple):
    """The scalar problem; its mean loss has its maximum at 0 and minima at -+1/sqrt(2)."""

    a: float = 2.0

    @property
    def f(self) -> hs.Landscape:
        """The mean loss."""
        return hs.Landscape(_W**4 / 4 - _W**2 / 4, bounds=(-2, 2), name="a maximum between minima")

    @property
    def apart(self) -> sympy.Expr:
        """The loss of a sample is the mean loss plus or minus this."""
        return sympy.Float(self.a + 0.5) * _W**2 / 2

    @property
    def window(self) -> tuple[float, float]:
        """Learning rates at which Lambda < 0."""
        product = self.a * (self.a + 1)
        return 1 / product, float(1 + np.sqrt(1 + 8 * product)) / (2 * product)

    def factors(self, eta: float) -> np.ndarray:
        """By which a step multiplies w near 0."""
        return np.array([1 - eta * self.a, 1 + eta * (self.a + 1)])

    def exponent(self, eta: float) -> float:
        """Lambda."""
        return hs.theory.lyapunov_exponent(self.factors(eta))

    def sgd(self, eta: float) -> hs.TwoSampleSGD:
        """The recursion."""
        return hs.TwoSampleSGD(self.f, DRAW, self.apart, eta)

    def ends(self, eta: float, start: float, n_steps: int, n_paths: int, seed: int) -> np.ndarray:
        """Positions after n_steps, shape (n_paths,)."""
        how = {"n_steps": n_steps, "every": n_steps, "n_paths": n_paths, "seed": seed, "progress": False}
        return hs.sample_path(self.sgd(eta), start, **how)[:, -1]

    def share(self, eta: float, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Share of paths from 0.3 that are at the maximum, |w| < 1e-150, after n_steps."""
        return hs.inference.share(np.abs(self.ends(eta, 0.3, n_steps, n_paths, seed)) < GONE)

    def path(self, eta: float, n_steps: int, seed: int) -> np.ndarray:
        """One path from 0.3, shape (1 + n_steps,)."""
        return hs.sample_path(self.sgd(eta), 0.3, n_steps=n_steps, seed=seed, progress=False)[0]

    def measured_exponent(self, eta: float, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Mean growth of log|w| a step, from 1e-100."""
        return hs.inference.mean(np.log(np.abs(self.ends(eta, TINY, n_steps, n_paths, seed)) / TINY) / n_steps)

    def walk(self, eta: float, n_steps: int, n_paths: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """How often each number of steps by the first factor was seen, in bins, and the binomial law of it."""
        first, second = np.log(np.abs(self.factors(eta)))
        logs = np.log(np.abs(self.ends(eta, TINY, n_steps, n_paths, seed)) / TINY)
        seen = np.rint((logs - n_steps * second) / (first - second)).astype(int)
        counts = np.bincount(np.searchsorted(_edges(n_steps), seen), minlength=_edges(n_steps).size + 1)
        return counts, bins(n_steps, 0.5)

    def escape(self, eta: float, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Mean steps from `START` until |w| first exceeds `FAR`. Raises `ValueError` unless all are out by n_steps."""
        path = hs.sample_path(self.sgd(eta), START, n_steps=n_steps, n_paths=n_paths, seed=seed, progress=False)
        out = np.abs(path) > FAR
        if not out.any(axis=1).all():
            raise ValueError(f"n_steps = {n_steps}: {int((~out.any(axis=1)).sum())} paths are not out yet; use more")
        return hs.inference.mean(out.argmax(axis=1).astype(float))

    def exact_escape(self, eta: float) -> float:
        """The same of the random walk log|w|, exactly."""
        return steps_beyond(np.log(np.abs(self.factors(eta))), np.log(FAR / START))

    def wald(self, eta: float) -> float:
        """log(FAR / START) / Lambda."""
        return float(np.log(FAR / START) / self.exponent(eta))


def _edges(n_steps: int) -> np.ndarray:
    """Ends of twenty bins, alike likely or nearly so."""
    return np.unique(stats.binom.ppf(np.linspace(0, 1, 21)[1:-1], n_steps, 0.5))


def bins(n_steps: int, chance: float) -> np.ndarray:
    """The law of a binomial number over the bins."""
    return np.diff(np.concatenate([[0], stats.binom.cdf(_edges(n_steps), n_steps, chance), [1]]))


def other_chance(counts: np.ndarray, law: np.ndarray, n_steps: int, chance: float) -> Control:
    """Control of `binomial`: another chance of the first factor."""
    return other_destinations(f"a chance of {chance:g}", counts, law, bins(n_steps, chance))


def crossing(found: dict[float, Measured], low: float, high: float) -> Measured:
    """Where a line through two measured values, by learning rate, is zero."""
    first, second = found[low], found[high]
    across = first.value - second.value
    slope = (high - low) * np.array([-second.value, first.value]) / across**2
    error = np.hypot(slope[0] * first.stderr, slope[1] * second.stderr)
    return Measured(float(low + (high - low) * first.value / across), float(error))


def binomial(found: tuple[np.ndarray, np.ndarray]) -> Measured:
    """p-value of the chi-square test of counts against their law."""
    return chi_square(*found)


class Net(NamedTuple):
    """(w1 w2 - y)^2 / 2 with y = -2 or 3: minima on w1 w2 = 1/2, and a saddle at the origin."""

    eta: float

    @property
    def sgd(self) -> hs.TwoSampleSGD:
        """The recursion, on a landscape whose minima are lines."""
        one, two = sympy.symbols("w1 w2", real=True)
        f = hs.Landscape(
            (one * two) ** 2 / 2 - one * two / 2, ((-3, 3), (-3, 3)), symbols=(one, two), name="net", allow=("anything",)
        )
        return hs.TwoSampleSGD(f, hs.Independent(DRAW, 2), -sympy.Rational(5, 2) * one * two, self.eta)

    @property
    def exponents(self) -> tuple[float, float]:
        """Of w1 = w2, where y is the growth, and of w1 = -w2."""
        along, across = (np.array([1 + s * self.eta * 3, 1 - s * self.eta * 2]) for s in (1, -1))
        return hs.theory.lyapunov_exponent(along), hs.theory.lyapunov_exponent(across)

    def ends(self, start: tuple[float, float], n_steps: int, n_paths: int, seed: int) -> np.ndarray:
        """Distances from the origin after n_steps, shape (n_paths,)."""
        how = {"n_steps": n_steps, "every": n_steps, "n_paths": n_paths, "seed": seed, "progress": False}
        return np.linalg.norm(hs.sample_path(self.sgd, start, **how)[:, -1], axis=1)

    def share(self, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Share of paths from (0.3, 0.2) that are at the saddle after n_steps."""
        return hs.inference.share(self.ends((0.3, 0.2), n_steps, n_paths, seed) < GONE)

    def measured_exponent(self, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Growth of the distance from the origin, from 1e-100 and nearly in the direction of the larger exponent."""
        start = (0.8 * TINY, 0.6 * TINY if self.exponents[0] > self.exponents[1] else -0.6 * TINY)
        return hs.inference.mean(np.log(self.ends(start, n_steps, n_paths, seed) / TINY) / n_steps)


class Preference(NamedTuple):
    """A flat minimum at -2 (curvature 2) at which the samples' curvatures differ by 2 c, and a sharp one at 1 (curvature 8)
    at which they do not; the basins meet at 0."""

    c: float
    eta: float

    @property
    def sgd(self) -> hs.TwoSampleSGD:
        """The recursion."""
        f = hs.landscapes.two_wells(2.0, 1.0)
        x = f.symbol
        apart = sympy.Piecewise((sympy.Float(self.c) * x**2 * (x + 2) ** 2 / 8, x < 0), (0, True))
        return hs.TwoSampleSGD(f, DRAW, apart, self.eta)

    @property
    def exponents(self) -> tuple[float, float]:
        """Lambda at the flat minimum and at the sharp one."""
        flat = 1 - self.eta * (2 + self.c * np.array([1, -1]))
        return hs.theory.lyapunov_exponent(flat), hs.theory.lyapunov_exponent([1 - 8 * self.eta])

    def sharp(self, n_steps: int, n_paths: int, seed: int, near: bool = True) -> Measured:
        """Share of paths at the sharp minimum at the end that begin 1e-6 from the flat one, or all over its basin."""
        start = np.full(n_paths, -2 + 1e-6) if near else np.linspace(-3.1, -0.1, n_paths)
        how = {"n_steps": n_steps, "every": n_steps, "n_paths": n_paths, "seed": seed, "progress": False}
        return hs.inference.share(np.abs(hs.sample_path(self.sgd, start, **how)[:, -1] - 1) < 1e-6)


def thresholds(c: float) -> float:
    """The learning rate above which Lambda > 0 at the flat minimum: (1 - 2 eta)^2 + 1 = (c eta)^2."""
    return float((-4 + np.sqrt(16 + 8 * (c * c - 4))) / (2 * (c * c - 4)))


def shares(
    etas: Sequence[float], c: float, n_steps: int, n_paths: int, seed: int, near: bool = True
) -> dict[float, Measured]:
    """By learning rate."""
    return {eta: Preference(c, eta).sharp(n_steps, n_paths, derived(seed, "preference", eta), near) for eta in etas}
