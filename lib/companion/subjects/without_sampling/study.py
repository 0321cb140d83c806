"""Exits, laws of exits, stationary shares and spectra from the exact kernel, each beside what limit theory says."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured, mean, share

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd

MORE = Change(
    "2026-11-26",
    "was decided on 4,000 exits a setting, now on as many as take check_steps iterations, those 4,000 among them",
    "the share of exits missed by 3.6 standard errors then; ten times as many exits tell chance from a fault",
)
KNOWN = Change(
    "2026-11-26",
    "written when an independent computation had given many of the values",
    "exact values do not vary from run to run; what the rule asks for rests on the exponents and not on them",
)
_TIMES = np.concatenate([np.geomspace(1e-4, 1, 25), np.linspace(1.2, 5, 12)])  # of a mean exit time

_LAW, _SHAPE = 1e-6, 2.5e-4  # tolerances: of a law, absolute, and of a profile that is drawn


def double_well():
    """f(x) = (x^2 - 1)^2 / 4 on [-1.6, 1.6]: minima at -1 and 1, f'' = -1 at the maximum between them."""
    x = sympy.symbols("x", real=True)
    return hs.Landscape((x**2 - 1) ** 2 / 4, bounds=(-1.6, 1.6), name="double well")


class Exits(NamedTuple):
    """First exits from one minimum along falling learning rates; arrays of shape (n,), destinations (n, k).

    means : E sigma in steps. errors : relative, of means. predicted : 1 / (q lambda(eta)). location : q_ij / q_i, (k,).
    """

    noise: hs.Noise
    b: float | None
    jumps: int
    etas: np.ndarray
    means: np.ndarray
    errors: np.ndarray
    destinations: np.ndarray
    predicted: np.ndarray
    location: np.ndarray

    @property
    def times(self) -> Approach:
        """E sigma."""
        return Approach(self.etas, self.means, self.errors)

    @property
    def ratios(self) -> Approach:
        """E sigma q lambda(eta), which tends to 1."""
        return self.times.over(self.predicted)

    @property
    def excess(self) -> Approach:
        """1 / (E sigma q lambda(eta)) - 1: by what share exits are more frequent than in the limit."""
        rates = self.predicted / self.means
        return Approach(self.etas, rates - 1, self.errors * np.abs(rates / (rates - 1)))

    def share(self, basin: int) -> Approach:
        """P(X_sigma in Omega_j)."""
        found = self.destinations[:, basin]
        return Approach(self.etas, found, self.errors / found)

    @property
    def exponent(self) -> float:
        """1 + l (alpha - 1)."""
        return float(hs.theory.exponent(self.noise.alpha, self.jumps))

    def ratio_with(self, f, alpha: float, b: float | None, basin: int) -> float:
        """q of another tail index or threshold over this one's: what a ratio becomes with that constant."""
        rate = lambda a, c: hs.theory.exit_measure(f, a, c)[basin].sum()  # noqa: E731
        return float(rate(alpha, b) / rate(self.noise.alpha, self.b))


def first_correction(alpha: float) -> float:
    """(alpha - 1) / alpha, the power of eta in the first correction."""
    return (alpha - 1) / alpha


def exits(f, noise, b, basin: int, etas: Sequence[float]) -> Exits:
    """Exits from minimum `basin` at each learning rate."""
    runs = [quiet_sgd(f, noise, eta, b) for eta in etas]
    found = [hs.exact.first_exit(sgd, f.minima[basin]) for sgd in runs]
    return Exits(
        noise,
        b,
        int(hs.theory.jump_numbers(f, b)[basin]),
        np.array(etas, float),
        np.array([exit.mean for exit in found]),
        np.array([exit.error for exit in found]),
        np.array([exit.destinations for exit in found]),
        np.array([hs.theory.mean_exit_time(sgd, basin) for sgd in runs]),
        hs.theory.exit_location(runs[0], basin),
    )


class Checked(NamedTuple):
    """Simulated mean exit time and share of exits to one basin, beside the exact exit and the limit's shares, (k,)."""

    exact: hs.exact.Exit
    limit_location: np.ndarray
    mean: Measured
    share: Measured


def checks(f, noise, settings: Sequence[tuple], basin: int, target: int, n_steps: int, seed: int) -> dict[tuple, Checked]:
    """Simulated exits from minimum `basin`, none of them censored, about `n_steps` iterations for each (b, eta)."""
    found = {}
    for b, eta in settings:
        sgd = quiet_sgd(f, noise, eta, b)
        own = derived(seed, "threshold", b, "learning rate", eta)
        exact = hs.exact.first_exit(sgd, f.minima[basin])
        n_exits = round(n_steps / exact.mean)
        runs = hs.first_exit(sgd, f.minima[basin], n_paths=n_exits, max_steps=10**10, seed=own)
        found[b, eta] = Checked(exact, hs.theory.exit_location(sgd, basin), mean(runs.steps), share(runs.basin == target))
    return found


def profile(f, noise, b, eta: float, basin: int, n_points: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Starting points x across the basin and 1 - E_x sigma / E_m sigma, both of shape (n_points,)."""
    low, high = max(f.edges[basin], f.bounds[0]), min(f.edges[basin + 1], f.bounds[1])
    x = low + (high - low) * (np.arange(n_points) + 0.5) / n_points
    found = hs.exact.killed(quiet_sgd(f, noise, eta, b), [basin], [f.minima[basin], *x], tolerance=_SHAPE).mean
    return x, 1 - found[1:] / found[0]


class Laws(NamedTuple):
    """Largest distance of an exit law from Exp(1): of sigma / E sigma, and of q lambda(eta) sigma."""

    shape: Approach
    scaled: Approach


def laws(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray) -> Laws:
    """max over times t of |P(sigma > t E sigma) - e^-t|, and the same with the limit's 1 / (q lambda) for E sigma."""
    shape, with_limit, errors = [], [], []
    for eta in etas:
        sgd = quiet_sgd(f, noise, eta, b)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "the mean exit time", hs.PrecisionWarning)  # its error is taken along
            exit = hs.exact.first_exit(sgd, f.minima[basin], tolerance=_LAW)
        errors.append(max(_LAW, exit.error))
        steps = np.unique(np.maximum(1, np.round(_TIMES * exit.mean)).astype(np.int64))
        survival = exit.survival(steps)
        unit = hs.theory.mean_exit_time(sgd, basin)
        shape.append(np.abs(survival - np.exp(-steps / exit.mean)).max())
        with_limit.append(np.abs(survival - np.exp(-steps / unit)).max())
    etas, known = np.array(etas, float), np.array(errors)
    return Laws(*(Approach(etas, np.array(found), known / np.array(found)) for found in (shape, with_limit)))


class Whole(NamedTuple):
    """The whole landscape along falling learning rates; arrays of shape (n,) inside.

    share : of the sharp basins in the long run. rarity : H(1/eta)/eta. predicted : the same share for rates q_ij lambda_i.
    slowest : smallest positive eigenvalue of I - P over that of the limit's generator times lambda*. parted : the next
    eigenvalue over it. rates : those eigenvalues over lambda*, (n, k - 1). gap : the limit's.
    """

    share: Approach
    predicted: np.ndarray
    rarity: np.ndarray
    slowest: Approach
    parted: Approach
    rates: np.ndarray
    gap: float


def slow_rate(f, alpha: float, b) -> float:
    """The smallest positive eigenvalue of minus the limit chain's generator."""
    found = np.sort(-np.real(np.linalg.eigvals(hs.theory.limit_chain(f, alpha, b).generator)))
    return float(found[found > 1e-9].min())


def whole(f, noise, b, sharp: Sequence[int], etas: Sequence[float] | np.ndarray) -> Whole:
    """Stationary shares and the eigenvalues of I - P next to 0, all minima."""
    gap, jumps = slow_rate(f, noise.alpha, b), int(hs.theory.jump_numbers(f, b).max())
    shares, errors, predicted, rates = [], [], [], []
    for eta in etas:
        sgd = quiet_sgd(f, noise, eta, b)
        found = hs.exact.stationary(sgd)
        shares.append(found.basin_fraction[list(sharp)].sum())
        errors.append(found.error)
        predicted.append(hs.theory.finite_rates(f, noise, eta, b).share(sharp))
        rates.append(np.real(hs.exact.spectrum(sgd, f.size)[1:]) / hs.theory.exit_scale(noise, eta, jumps))
    etas, errors, rates = np.array(etas, float), np.array(errors), np.array(rates)
    solved = np.full(etas.size, 1e-5)
    return Whole(
        Approach(etas, np.array(shares), errors),
        np.array(predicted),
        hs.theory.rarity(noise, etas),
        Approach(etas, rates[:, 0] / gap, solved),
        Approach(etas, rates[:, 1] / rates[:, 0], solved),
        rates,
        gap,
    )
