"""Corollary 6: exits, destinations and the chain on all minima without clipping, exact values beside the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, share

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd

KNOWN = Change(
    "2026-11-27",
    "written when the exact values had been looked at",
    "they do not vary from run to run, and the rule is that of the chapter without sampling",
)
TOLERANCE = 1e-5


class Chain(NamedTuple):
    """The whole landscape along falling learning rates; arrays of shape (n, .) inside.

    shares : (n, k), of every attraction field in the long run. rates : (n, k - 1), eigenvalues of I - P over H(1/eta).
    """

    etas: np.ndarray
    shares: np.ndarray
    rates: np.ndarray

    def share(self, basin: int, over: float = 1.0) -> Approach:
        """The share of a field, over its limit."""
        return approach(self.etas, self.shares[:, basin] / over)

    def rate(self, k: int, over: float) -> Approach:
        """An eigenvalue over its limit."""
        return approach(self.etas, self.rates[:, k] / over)


def chain(f, noise, etas: Sequence[float]) -> Chain:
    """Stationary shares and slow eigenvalues without clipping."""
    runs = [quiet_sgd(f, noise, eta, None) for eta in etas]
    scale = np.array([hs.theory.exit_scale(noise, eta, 1) for eta in etas])
    rates = np.array([np.real(hs.exact.spectrum(sgd, f.size)[1:]) for sgd in runs]) / scale[:, None]
    return Chain(np.array(etas, float), shares(f, noise, None, etas), rates)


def shares(f, noise, b: float | None, etas: Sequence[float]) -> np.ndarray:
    """Stationary shares of all fields at one threshold, shape (n, k)."""
    return np.array([hs.exact.stationary(quiet_sgd(f, noise, eta, b)).basin_fraction for eta in etas])


def limit_rates(f, alpha: float, b: float | None = None) -> np.ndarray:
    """Eigenvalues of minus the limit chain's generator but for 0, ascending."""
    return np.sort(np.linalg.eigvals(-hs.theory.limit_chain(f, alpha, b).generator).real)[1:]


def laws_in_time(f, noise, start: int, times, eta: float) -> np.ndarray:
    """P(X at floor(t / H(1/eta)) is in Omega_j), exactly, without clipping; shape (*t.shape, k)."""
    return after(f, noise, start, steps(noise, times, eta), eta)


def after(f, noise, start: int, n_steps, eta: float) -> np.ndarray:
    """P(X after n steps is in Omega_j), exactly, without clipping; shape (*n.shape, k)."""
    sgd = quiet_sgd(f, noise, eta, None)
    return hs.exact.transition(sgd, n_steps, [f.minima[start]], tolerance=TOLERANCE).probability[..., 0, :]


def steps(noise, t, eta: float) -> np.ndarray:
    """floor(t / H(1/eta))."""
    return np.floor(np.asarray(t) / hs.theory.exit_scale(noise, eta, 1)).astype(np.int64)


class Exits(NamedTuple):
    """Simulated first exits from every minimum: times in steps, (k, n), and counts by destination, (k, k).

    exact : the exact exits of the same recursion.
    """

    times: np.ndarray
    counts: np.ndarray
    exact: list[hs.exact.Exit]

    @property
    def scaled(self) -> np.ndarray:
        """Every time over the exact mean from its minimum, in one row: Exp(1), all basins together."""
        return self.over([exit.mean for exit in self.exact])

    def over(self, means: Sequence[float]) -> np.ndarray:
        """Every time over a mean, one for each basin, in one row."""
        return (self.times / np.array(means)[:, None]).ravel()


def exact_exits(f, noise, eta: float, b: float | None = None) -> list[hs.exact.Exit]:
    """First exits from every minimum."""
    sgd = quiet_sgd(f, noise, eta, b)
    return [hs.exact.first_exit(sgd, m) for m in f.minima]


def exits(f, noise, eta: float, n_exits: int, seed: int) -> Exits:
    """Simulates `n_exits` exits from every minimum, none of them censored."""
    sgd = quiet_sgd(f, noise, eta, None)
    runs = [
        hs.first_exit(sgd, m, n_paths=n_exits, max_steps=10**10, seed=derived(seed, "minimum", i))
        for i, m in enumerate(f.minima)
    ]
    counts = np.array([np.bincount(run.basin, minlength=f.size) for run in runs])
    return Exits(np.array([run.steps for run in runs]), counts, exact_exits(f, noise, eta))


def share_to(counts: np.ndarray, basin: int) -> Measured:
    """The share of counted exits, by destination (k,), that went to one basin."""
    return share(np.repeat(np.arange(counts.size), counts) == basin)


def ends(f, noise, eta: float, start: int, n_steps: int, n_paths: int, seed: int) -> np.ndarray:
    """How many simulated paths are in each field after `n_steps`, shape (k,)."""
    sgd = quiet_sgd(f, noise, eta, None)
    found = hs.sample_path(sgd, f.minima[start], n_steps=n_steps, every=n_steps, n_paths=n_paths, seed=seed)
    return np.bincount(f.basin_of(found[:, -1]), minlength=f.size)


def same_chain(f, alpha: float, b: float) -> bool:
    """Whether the limit chain at a threshold has the states and the generator that it has without clipping."""
    one, other = (hs.theory.limit_chain(f, alpha, c) for c in (b, None))
    return one.states.size == other.states.size and bool(np.allclose(one.generator, other.generator, rtol=1e-12, atol=0))


def approach(etas: Sequence[float] | np.ndarray, values: np.ndarray) -> Approach:
    """Exact values along falling learning rates, with the kernel's tolerance as their error."""
    return Approach(np.array(etas, float), np.asarray(values), np.full(len(etas), TOLERANCE))
