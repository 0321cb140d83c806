"""The law of exits: simulated times and destinations beside exact ones, and how slowly the limit is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.claims import Control
from companion.subjects.common import law_tests, sizes
from companion.subjects.common.exact_exits import TOLERANCE, carried, limit_means, over_limit
from companion.subjects.common.exit_study import ExitStudy, exit_study, quiet_sgd

_GRID = 80  # times at which exact survival is computed; its logarithm is all but a straight line between them
_LATEST = 7.0  # limit means: the latest of them, or the last exit


@dataclass(frozen=True)
class LawBeside:
    """Simulated exit times in steps, shape (n,), the exact exit, and the mean of the law that the control is."""

    b: float | None
    jumps: int
    times: np.ndarray
    exact: hs.exact.Exit
    limit: float
    other: float

    def hazard(self, steps) -> np.ndarray:
        """-log P(sigma > n) of the exact law, of the shape of `steps`: of the law Exp(1) at exit times."""
        return np.interp(steps, *self._table)

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        latest = max(self.times.max(), _LATEST * self.limit)
        grid = np.unique(np.linspace(0, latest, _GRID).astype(np.int64))
        return grid, -np.log(np.maximum(self.exact.survival(grid), 1e-300))

    def against_exact(self) -> Measured:
        """p-value of Kolmogorov's test against the exact law, nothing fitted."""
        return law_tests.kolmogorov(self.hazard(self.times))

    def control(self, what: str, seed: int) -> Control:
        """Control of `against_exact`: against the exponential law with the other mean, nothing fitted either."""
        factor = float(self.exact.mean / self.other)
        power = law_tests.kolmogorov_power(self.times.size, factor, seed)
        return Control(what, law_tests.kolmogorov(self.times / self.other), power=power)

    def ratio(self) -> Measured:
        """Mean exit time over the limit formula."""
        value = float(self.times.mean() / self.limit)
        return Measured(value, value / self.times.size**0.5)

    def far_from_exponential(self) -> float:
        """max over times of |P(sigma > n) - exp(-n / E sigma)| of the exact law."""
        steps = self.exact.mean * np.linspace(0.02, 5, 60)
        return float(np.abs(np.exp(-self.hazard(steps)) - np.exp(-steps / self.exact.mean)).max())


def law_beside(f, noise, b, basin: int, eta: float, seed: int, near: float | None = None) -> LawBeside:
    """As many exits from minimum `basin` as tell the exact law from another.

    near : that of a tail index larger by so much. None: that of the limit.
    """
    sgd = quiet_sgd(f, noise, eta, b)
    exact = hs.exact.first_exit(sgd, f.minima[basin], tolerance=TOLERANCE)
    limit = hs.theory.mean_exit_time(sgd, basin)
    other = limit
    if near is not None:
        other = exact.mean * carried(f, noise, b, basin, [eta], replace(noise, alpha=noise.alpha + near))[0]
    n_exits = sizes.exits_for_law(other / exact.mean)
    times = hs.first_exit(sgd, f.minima[basin], n_paths=n_exits, max_steps=10**10, seed=seed).steps
    return LawBeside(b, int(hs.theory.jump_numbers(f, b)[basin]), times, exact, limit, other)


class ConstantBeside(NamedTuple):
    """Simulated exits at one learning rate beside the exact ratio of their mean to the limit formula, and another one."""

    study: ExitStudy
    exact: float
    near: float


def constant_beside(f, noise, b, near_b, basin: int, eta: float, seed: int) -> ConstantBeside:
    """As many exits as tell their mean from that at the threshold `near_b`."""
    exact = float(over_limit(f, noise, b, basin, [eta])[0])
    factor = float(limit_means(f, noise, near_b, basin, [eta])[0] / limit_means(f, noise, b, basin, [eta])[0])
    study = exit_study(f, noise, b, basin, [eta], sizes.exits_for_ratio(factor), 10**10, seed)
    return ConstantBeside(study, exact, exact * factor)


class DestinationsBeside(NamedTuple):
    """Counts of exits by basin, beside exact shares and the limit's; arrays of shape (k,). other : the control's."""

    counts: np.ndarray
    exact: np.ndarray
    limit: np.ndarray
    other: np.ndarray

    def share(self, j: int) -> Measured:
        """Share of exits to basin j, with its binomial error where the exact share is true."""
        p, n = self.exact[j], self.counts.sum()
        return Measured(float(self.counts[j] / n), float(np.sqrt(p * (1 - p) / n)))


def destinations_beside(f, noise, eta: float, basin: int, near_p_plus: float, seed: int) -> DestinationsBeside:
    """As many exits, without truncation, as tell their destinations from those of another skew of the noise."""
    exact, limit = _destinations(f, noise, eta, basin)
    other, _ = _destinations(f, replace(noise, p_plus=near_p_plus), eta, basin)
    n_exits = sizes.exits_for_destinations(exact, other)
    return DestinationsBeside(_counts(f, noise, eta, basin, n_exits, seed), exact, limit, other)


def share_beside(f, noise, eta: float, basin: int, j: int, seed: int) -> DestinationsBeside:
    """As many exits, without truncation, as tell the share that goes to basin j from its limit."""
    exact, limit = _destinations(f, noise, eta, basin)
    n_exits = int(np.ceil(exact[j] * (1 - exact[j]) / sizes.stderr_for(exact[j] - limit[j]) ** 2))
    return DestinationsBeside(_counts(f, noise, eta, basin, n_exits, seed), exact, limit, limit)


def _destinations(f, noise, eta: float, basin: int) -> tuple[np.ndarray, np.ndarray]:
    sgd = quiet_sgd(f, noise, eta, None)
    exact = hs.exact.first_exit(sgd, f.minima[basin], tolerance=TOLERANCE).destinations.copy()
    exact[basin] = 0.0
    return exact / exact.sum(), hs.theory.exit_location(sgd, basin)


def _counts(f, noise, eta: float, basin: int, n_exits: int, seed: int) -> np.ndarray:
    exits = hs.first_exit(quiet_sgd(f, noise, eta, None), f.minima[basin], n_paths=n_exits, max_steps=10**10, seed=seed)
    return np.bincount(exits.basin, minlength=f.size)


class ApproachBeside(NamedTuple):
    """Simulated exits, and exact means over the limit formula along a longer row of learning rates, shape (n,).

    at : the exact ratios at the study's own learning rates.
    """

    study: ExitStudy
    etas: np.ndarray
    ratios: np.ndarray
    at: np.ndarray

    @property
    def exact_mean_ratio(self) -> float:
        """The exact value of the study's `mean_ratio`."""
        return self.study.with_means(self.at * self.study.predicted).mean_ratio().value


def approach_beside(f, noise, b, basin: int, etas, line, factor: float | None, seed: int) -> ApproachBeside:
    """Exits at `etas`, all together as many as tell their mean from `factor` times it; None: from the limit formula."""
    at = over_limit(f, noise, b, basin, etas)
    n_exits = sizes.exits_for_ratio(1 / at.mean() if factor is None else factor)
    study = exit_study(f, noise, b, basin, etas, -(-n_exits // len(etas)), 10**10, seed)
    return ApproachBeside(study, np.asarray(line, float), over_limit(f, noise, b, basin, line), at)


def slug(text: str) -> str:
    """`text` as part of a claim's id."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")
