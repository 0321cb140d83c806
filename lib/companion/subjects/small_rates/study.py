"""Exit rates at learning rates that direct simulation cannot reach, by forward flux sampling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, pooled
from scipy.optimize import brentq

from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd


class RateStudy(NamedTuple):
    """Mean exit times 1 / rate from one basin over learning rates; arrays of shape (n_eta,), times in steps.

    `predicted` is the limit formula 1 / (q lambda(eta)); `costs` the steps that each estimate took.
    """

    noise: hs.Noise
    b: float | None
    jumps: int
    etas: np.ndarray
    means: np.ndarray
    stderrs: np.ndarray
    predicted: np.ndarray
    costs: np.ndarray

    @property
    def ratios(self) -> np.ndarray:
        """Measured over predicted means."""
        return self.means / self.predicted

    @property
    def ratio_stderrs(self) -> np.ndarray:
        """Standard errors of `ratios`."""
        return self.stderrs / self.predicted

    @property
    def costs_to_ten_percent(self) -> np.ndarray:
        """Steps that an estimate with a standard error of 10 % takes."""
        return self.costs * (self.stderrs / self.means / 0.1) ** 2

    @property
    def direct_costs_to_ten_percent(self) -> np.ndarray:
        """What direct simulation takes: a hundred exits."""
        return 100 * self.means

    def jump_count(self) -> hs.inference.Slope:
        """The fitted number of jumps, with the exact tail H."""
        return hs.inference.jump_count(self.noise, self.etas, self.means, self.stderrs)

    def saving(self, repetitions: int) -> Measured:
        """log10 of the direct cost over this one's at the smallest eta; its error is that of an estimated variance."""
        k = int(np.argmin(self.etas))
        ratio = self.direct_costs_to_ten_percent[k] / self.costs_to_ten_percent[k]
        return Measured(float(np.log10(ratio)), float(np.sqrt(2 / (repetitions - 1)) / np.log(10)))

    def pooled_ratio(self, rate: float | None = None) -> Measured:
        """Measured over predicted mean, averaged over the learning rates; with `rate`, predicted with another q."""
        scale = 1.0 if rate is None else rate / self.exit_rate
        return pooled([Measured(*pair) for pair in zip(self.ratios, self.ratio_stderrs)]).scaled(scale)

    @property
    def exit_rate(self) -> float:
        """q in the prediction 1 / (q lambda(eta))."""
        scale = hs.theory.exit_scale(self.noise, self.etas[0], self.jumps)
        return float(1 / (self.predicted[0] * scale))

    def good_to(self, share: float) -> tuple[float, float, float]:
        """Estimated eta at which the limit formula is off by `share`, and a 95 % interval.

        The correction is taken to be c eta^((alpha - 1)/alpha), its order in the limit, and c fitted to every ratio.
        """
        order = (self.noise.alpha - 1) / self.noise.alpha
        size, weights = self.etas**order, self.ratio_stderrs**-2
        total = np.sum(weights * size**2)
        c, error = np.sum(weights * size * (1 - self.ratios)) / total, total**-0.5
        at = lambda c: float((share / c) ** (1 / order)) if c > 0 else np.inf  # noqa: E731
        return at(c), at(c + 1.96 * error), at(c - 1.96 * error)


def exactly_good_to(f, noise, b, basin: int, share: float, low: float = 1e-7, high: float = 1e-3) -> float:
    """The eta in (low, high) at which the exact mean exit time is short of the limit formula by `share`, to 1 %."""

    def missing(log_eta: float) -> float:
        sgd = quiet_sgd(f, noise, np.exp(log_eta), b)
        exact = hs.exact.first_exit(sgd, f.minima[basin], tolerance=1e-4).mean
        return 1 - exact / hs.theory.mean_exit_time(sgd, basin) - share

    return float(np.exp(brentq(missing, np.log(low), np.log(high), xtol=0.01)))


def rate_study(
    f, noise, b, basin: int, etas: Sequence[float], trials: Sequence[int], repetitions: int, seed: int
) -> RateStudy:
    """Exit rates from minimum `basin`, with so many trials at each learning rate."""
    rows = []
    for k, (eta, size) in enumerate(zip(etas, trials, strict=True)):
        sgd = quiet_sgd(f, noise, eta, b)
        own = derived(seed, "learning rate", k)
        found = hs.exit_rate(sgd, basin, seed=own, trials=size, repetitions=repetitions)
        mean = 1 / found.rate
        rows.append((eta, mean, found.stderr * mean**2, hs.theory.mean_exit_time(sgd, basin), found.steps))
    return RateStudy(noise, b, int(hs.theory.jump_numbers(f, b)[basin]), *np.array(rows).T)


def against_direct(f, noise, cases: Sequence[tuple], basin: int, n_exits: int, repetitions: int, seed: int):
    """Forward flux over direct mean exit times for (b, eta, trials) in `cases`: {label: ratio}, and their pooled value."""
    ratios = {}
    for k, (b, eta, trials) in enumerate(cases):
        sgd = quiet_sgd(f, noise, eta, b)
        exits = hs.first_exit(sgd, f.minima[basin], n_paths=n_exits, max_steps=10**10, seed=derived(seed, "direct", k))
        direct, error = exits.steps.mean(), exits.steps.std(ddof=1) / np.sqrt(n_exits)
        own = derived(seed, "forward flux", k)
        found = hs.exit_rate(sgd, basin, seed=own, trials=trials, repetitions=repetitions)
        ratio = 1 / (found.rate * direct)
        spread = ratio * np.hypot(found.stderr / found.rate, error / direct)
        name = "no truncation" if b is None else f"$b = {b:g}$"
        ratios[f"{name}, $\\eta = {eta:g}$"] = Measured(float(ratio), float(spread))
    return ratios, pooled(list(ratios.values()))


def shifted(f, noise, cases: Sequence[tuple], basin: int, ratio: Measured, factor: float) -> Measured:
    """`ratio` as it would be had the direct means been those at `factor` times the learning rates, by the limit formula."""
    times = lambda b, eta: hs.theory.mean_exit_time(quiet_sgd(f, noise, eta, b), basin)  # noqa: E731
    change = np.mean([times(b, eta) / times(b, factor * eta) for b, eta, _ in cases])
    return ratio.scaled(float(change))
