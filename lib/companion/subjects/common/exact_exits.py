"""Simulated exits beside those of the exact kernel, at the same learning rates and weighted alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import heavysgd as hs
import numpy as np

from companion.subjects.common import sizes
from companion.subjects.common.exit_study import ExitStudy, exit_study, quiet_sgd

TOLERANCE = 2e-3  # relative, of exact means: a tenth of the error of the best simulated one
REACHED = 0.1  # jumps by which an exact fitted number may be off and still be called the theorem's


class Beside(NamedTuple):
    """A study, with exact mean exit times in place of its own, and with those of a tail index near by.

    All three have the same relative errors, so that whatever is fitted to them is weighted alike.
    """

    study: ExitStudy
    exact: ExitStudy
    near: ExitStudy

    @property
    def reached(self) -> bool:
        """Whether the exact kernel's fitted number of jumps is the theorem's at these learning rates."""
        return abs(self.exact.jump_count().value - self.study.jumps) < REACHED

    @property
    def stance(self) -> str:
        """Towards Theorem 1: what a fit at these learning rates supports, or shows to be out of their reach."""
        return "supports" if self.reached else "limits"


def exact_means(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray) -> np.ndarray:
    """E sigma from minimum `basin` at each learning rate, shape (n,), in steps."""
    runs = [quiet_sgd(f, noise, eta, b) for eta in etas]
    return np.array([hs.exact.first_exit(sgd, f.minima[basin], tolerance=TOLERANCE).mean for sgd in runs])


def over_limit(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray) -> np.ndarray:
    """Exact mean exit times over the limit formula 1 / (q lambda(eta)), shape (n,)."""
    return exact_means(f, noise, b, basin, etas) / limit_means(f, noise, b, basin, etas)


def limit_means(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray) -> np.ndarray:
    """1 / (q lambda(eta)) from minimum `basin` at each learning rate, shape (n,), in steps."""
    return np.array([hs.theory.mean_exit_time(quiet_sgd(f, noise, eta, b), basin) for eta in etas])


def carried(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray, other: hs.Noise) -> np.ndarray:
    """By what factor the limit formula changes with another noise, shape (n,); exact means do so to a few per cent."""
    return limit_means(f, other, b, basin, etas) / limit_means(f, noise, b, basin, etas)


def beside(f, noise, b, basin: int, etas: Sequence[float] | np.ndarray, near: float, seed: int, cells: int = 1) -> Beside:
    """Exits from minimum `basin`, as many as tell the fitted number of jumps from that at a tail index `near` larger.

    cells : how many such studies a claim averages over.
    """
    rates = np.asarray(etas, float)
    means = exact_means(f, noise, b, basin, rates)
    others = means * carried(f, noise, b, basin, rates, replace(noise, alpha=noise.alpha + near))
    count = lambda means: hs.inference.jump_count(noise, rates, means, means**1.25).value  # noqa: E731
    stderr = sizes.stderr_for(count(others) - count(means)) * np.sqrt(cells)
    n_exits = sizes.exits_for_slope(np.log(rates / noise.tail(1 / rates)), means, stderr)
    study = exit_study(f, noise, b, basin, rates, n_exits, 10**10, seed)
    return Beside(study, study.with_means(means), study.with_means(others))
