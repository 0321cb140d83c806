"""The power-law dynamics: dw = -H w dt + sqrt(eta C(w)) dB, C = sigma_g + sigma_H w^2, and what a convention does to it.

Read by a convention a (0 Ito's, 1/2 Stratonovich's, 1 anti-Ito), the diffusion is Ito's with the drift a eta C'/2 added.
The stationary density is C^-(kappa + 1 - a), kappa = H / (eta sigma_H).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from scipy import stats
from scipy.optimize import brentq
from scipy.special import digamma

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.common.approach import Approach

ITO, ANTI = 0.0, 1.0
NAMES = {ITO: "Itô", ANTI: "anti-Itô"}
_W = sympy.Symbol("w", real=True)
_NORMAL, _TOLERANCE = hs.Gaussian(1.0), 1e-4
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(400)
RELATIVE = Change(
    "2026-11-27",
    "was within 0.15 of the index itself",
    "where the index is 3 to 4 its error was too large for that ever to hold; a relative distance suits all of them",
)


class Dynamics(NamedTuple):
    """H = sigma_g = 1 and sigma_H = 1 / (eta kappa), read by a convention."""

    kappa: float
    convention: float = ITO
    eta: float = 0.01

    @property
    def steepness(self) -> float:
        """sigma_H."""
        return 1 / (self.eta * self.kappa)

    @property
    def variance(self) -> sympy.Expr:
        """C(w)."""
        return 1 + sympy.Float(self.steepness) * _W**2

    def c(self, w: np.ndarray) -> np.ndarray:
        """C at positions."""
        return 1 + self.steepness * np.asarray(w) ** 2

    @property
    def exponent(self) -> float:
        """Of the stationary density in 1/C, as eta falls."""
        return self.kappa + 1 - self.convention

    def sgd(self, half: float, open_ends: bool = False) -> hs.ConventionSGD:
        """The recursion on (-half, half)."""
        f = hs.Landscape(_W**2 / 2, bounds=(-half, half), open_ends=open_ends, name="parabola")
        return hs.ConventionSGD(f, _NORMAL, sympy.sqrt(self.variance), self.eta, convention=self.convention)

    def wide(self) -> hs.ConventionSGD:
        """On an interval that the tail hardly reaches the end of."""
        return self.sgd(200 / np.sqrt(self.steepness))

    def exact_exponent(self) -> float:
        """The exponent of greatest likelihood, from the exact stationary law."""
        law = hs.exact.stationary(self.wide(), tolerance=_TOLERANCE).law
        return of_mean_log(law.mean(lambda w: np.log(self.c(w))))

    def simulated_exponent(self, n_steps: int, n_paths: int, seed: int) -> Measured:
        """The same of simulated paths, every 200th position of them, the first tenth left out."""
        how = {"n_steps": n_steps, "n_paths": n_paths, "every": 200, "seed": seed, "progress": False}
        path = hs.sample_path(self.wide(), 0.0, **how)
        found = hs.inference.mean(np.log(self.c(path[:, path.shape[1] // 10 :])).mean(axis=1))
        value, step = of_mean_log(found.value), 1e-3
        slope = (of_mean_log(found.value * (1 + step)) - value) / (found.value * step)
        return Measured(value, abs(slope) * found.stderr, found.dof)

    def edge(self, ratio: float) -> float:
        """a with C(a) = ratio C(0)."""
        return float(np.sqrt((ratio - 1) / self.steepness))

    def escape(self, ratio: float) -> float:
        """Exact mean time to leave (-a, a), C(a) = ratio C(0), in steps."""
        return hs.exact.first_exit(self.sgd(self.edge(ratio), True), 0.0, tolerance=_TOLERANCE).mean

    def left(self, ratio: float, n_paths: int, seed: int) -> Measured:
        """Simulated."""
        how = {"n_paths": n_paths, "max_steps": 10**9, "seed": seed, "progress": False}
        return hs.inference.mean(hs.first_exit(self.sgd(self.edge(ratio), True), 0.0, **how).steps)


def of_mean_log(mean: float) -> float:
    """The e for which E log C = psi(e) - psi(e - 1/2) has a value, the density being C^-e; the most likely e."""
    return float(brentq(lambda e: digamma(e) - digamma(e - 0.5) - mean, 0.5 + 1e-6, 1e4))


def local_exponents(one: Dynamics, ratios: Sequence[float]) -> Approach:
    """d log(escape time) / d log C(a), exactly, between neighbouring edges."""
    times = np.array([one.escape(r) for r in ratios])
    errors = np.full(len(times), _TOLERANCE)
    return Approach(np.asarray(ratios, float), times, errors).exponents


def escape_slope(one: Dynamics, ratios: Sequence[float], n_paths: int, seed: int) -> tuple[Measured, float]:
    """d log(escape time) / d log C(a) from the smallest to the largest edge: simulated, and exactly."""
    ends, width = (min(ratios), max(ratios)), float(np.log(max(ratios) / min(ratios)))
    few, many = (one.left(r, n_paths, derived(seed, "edge", r)) for r in ends)
    error = np.hypot(few.stderr / few.value, many.stderr / many.value) / width
    exact = np.log(one.escape(ends[1]) / one.escape(ends[0])) / width
    return Measured(float(np.log(many.value / few.value) / width), float(error)), float(exact)


def student(eta: float, batch: int, convention: float = ITO) -> float:
    """The tail index of the diffusion's law, 2 kappa + 1 - 2 a, kappa = B / (2 eta)."""
    return batch / eta + 1 - 2 * convention


def kesten(eta: float, batch: int) -> float:
    """E|1 - eta chi^2_B / B|^kappa = 1."""
    return hs.theory.kesten_index(lambda k: _moment(eta, batch, k))


def _moment(eta: float, batch: int, k: float) -> float:
    """E|1 - eta r^2 / B|^k, r the length of B normal numbers, by Gauss and Legendre on either side of the zero."""
    zero, total = np.sqrt(batch / eta), 0.0
    for low, high in ((0.0, zero), (zero, zero + np.sqrt(2 * k) + 12)):
        r = low + (_POINTS + 1) / 2 * (high - low)
        value = stats.chi.pdf(r, batch) * np.abs(1 - eta * r * r / batch) ** k
        total += float(_WEIGHTS @ value) * (high - low) / 2
    return total


def hill(eta: float, batch: int, n_steps: int, n_paths: int, seed: int, share: float = 5e-4) -> Measured:
    """Tail index from the largest `share` of |w|, every tenth step; error from 32 groups of paths."""
    f = hs.Landscape(_W**2 / 2, bounds=(-1e6, 1e6), name="regression")
    sgd = hs.MiniBatchRegression(f, _NORMAL, eta, batch)
    path = hs.sample_path(sgd, 0.0, n_steps=n_steps, n_paths=n_paths, every=10, seed=seed, progress=False)
    groups = np.array_split(path[:, path.shape[1] // 20 :], 32)
    return hs.inference.mean([hs.inference.hill(part.ravel(), int(share * part.size)).value for part in groups])


class Sharper(NamedTuple):
    """A regression of curvature H: C = H (s^2 + 2 H w^2) / B, so that kappa = B / (2 eta H)."""

    h: float
    eta: float = 1 / 300
    batch: float = 0.1
    s: float = 1.0

    def escape(self, barrier: float) -> float:
        """Exact mean time until H w^2 / 2 first exceeds the barrier, in steps. Only eta / B matters to the diffusion."""
        c = sympy.Float(self.h / self.batch) * (self.s**2 + 2 * sympy.Float(self.h) * _W**2)
        half = float(np.sqrt(2 * barrier / self.h))
        f = hs.Landscape(sympy.Float(self.h) * _W**2 / 2, bounds=(-half, half), open_ends=True, name="parabola")
        sgd = hs.StateDependentSGD(f, _NORMAL, sympy.sqrt(c), self.eta)
        return hs.exact.first_exit(sgd, 0.0, tolerance=_TOLERANCE).mean


def flatness_slope(curvatures: Sequence[float], barrier: float) -> tuple[np.ndarray, Measured]:
    """H tau by curvature, and the slope of its logarithm against 1/H over (B / 2 eta) log(1 + 4 dL / s^2).

    The error is how far the last two curvatures alone have it elsewhere.
    """
    h = np.asarray(curvatures, float)
    times = np.array([one.h * one.escape(barrier) for one in map(Sharper, h)])
    one = Sharper(1.0)
    unit = one.batch / (2 * one.eta) * np.log1p(4 * barrier / one.s**2)
    whole = np.polyfit(1 / h, np.log(times), 1)[0] / unit
    end = np.diff(np.log(times[-2:]))[0] / np.diff(1 / h[-2:])[0] / unit
    return times, Measured(float(whole), float(abs(end - whole)))


def barriers(ratios: Sequence[float], one: Dynamics) -> np.ndarray:
    """Exact escape times over barriers a^2 / 2, with noise of variance C(w), and of C(0) throughout; shape (2, n), NaN for
    the latter where C(a) > 10 C(0), since nothing leaves there within 10^12 steps."""
    found = np.full((2, len(ratios)), np.nan)
    for k, r in enumerate(ratios):
        sgd = one.sgd(one.edge(r), True)
        found[0, k] = one.escape(r)
        if r <= 10:
            plain = hs.SGD(sgd.landscape, _NORMAL, one.eta)
            found[1, k] = hs.exact.first_exit(plain, 0.0, tolerance=_TOLERANCE).mean
    return found
