"""Exit rates at learning rates that direct simulation cannot reach, by forward flux sampling, beside exact ones."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.seeds import derived
from companion.subjects.common.exact_exits import carried, exact_means, limit_means
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.common.figures import threshold_label


class RateStudy(NamedTuple):
    """Mean exit times 1 / rate from one basin over learning rates; arrays of shape (n_eta,), times in steps.

    `exact` are those of the exact kernel, `predicted` the limit formula 1 / (q lambda(eta)), `costs` the steps that each
    estimate took; `trials` and `repetitions` are those of `hs.exit_rate`.
    """

    noise: hs.Lomax
    b: float | None
    jumps: int
    trials: np.ndarray
    repetitions: int
    etas: np.ndarray
    means: np.ndarray
    stderrs: np.ndarray
    exact: np.ndarray
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
    def spreads(self) -> np.ndarray:
        """Standard deviations of a repetition, over the mean."""
        return np.sqrt(self.repetitions) * self.stderrs / self.means

    @property
    def exact_ratios(self) -> np.ndarray:
        """Exact over predicted means."""
        return self.exact / self.predicted

    @property
    def costs_to_ten_percent(self) -> np.ndarray:
        """Steps that an estimate with a standard error of 10 % takes."""
        return self.costs * (self.stderrs / self.means / 0.1) ** 2

    @property
    def direct_costs_to_ten_percent(self) -> np.ndarray:
        """What direct simulation takes: a hundred exits."""
        return 100 * self.exact

    def jump_count(self) -> Measured:
        """The fitted number of jumps, with the exact tail H; every learning rate counts alike, as in `counted`."""
        weights = self._slope_weights
        error = np.linalg.norm(weights * self.stderrs / self.means)
        return Measured(self.counted(self.means), float(error), _dof(weights * self.stderrs / self.means, self.repetitions))

    def counted(self, means: np.ndarray) -> float:
        """The number of jumps that the fit gives with other means, such as the exact ones."""
        tail = self.noise.tail(1 / self.etas)
        return float(1 + self._slope_weights @ np.log(means * tail))

    @property
    def _slope_weights(self) -> np.ndarray:
        x = np.log(self.etas / self.noise.tail(1 / self.etas))
        return (x - x.mean()) / np.sum((x - x.mean()) ** 2)

    def saving(self) -> Measured:
        """log10 of the direct cost over this one's at the smallest eta; its error is that of an estimated variance."""
        k = int(np.argmin(self.etas))
        ratio = self.direct_costs_to_ten_percent[k] / self.costs_to_ten_percent[k]
        return Measured(float(np.log10(ratio)), float(np.sqrt(2 / (self.repetitions - 1)) / np.log(10)))

    def mean_ratio(self) -> Measured:
        """Measured over predicted mean, averaged over the learning rates."""
        return _averaged(self.ratios, self.ratio_stderrs, self.trials, self.repetitions)

    @property
    def exact_mean_ratio(self) -> float:
        """What `mean_ratio` is of."""
        return float(np.average(self.exact_ratios, weights=self.trials))


def _averaged(values: np.ndarray, errors: np.ndarray, trials: np.ndarray, repetitions: int) -> Measured:
    """Mean weighted by trials: weights by errors measured with the values would favour what came out small."""
    shares = np.asarray(trials) / np.sum(trials)
    errors = shares * errors
    return Measured(float(shares @ values), float(np.linalg.norm(errors)), _dof(errors, repetitions))


def _dof(errors: np.ndarray, repetitions: int) -> float:
    """Degrees of freedom of a sum of independent terms whose errors each rest on so many repetitions (Welch)."""
    variances = np.asarray(errors) ** 2
    return float((repetitions - 1) * variances.sum() ** 2 / np.sum(variances**2))


def rate_study(
    f, noise: hs.Lomax, b, basin: int, etas: Sequence[float], trials: Sequence[int], repetitions: int, seed: int
) -> RateStudy:
    """Exit rates from minimum `basin`, with so many trials at each learning rate. `spreads` is what else is warned of."""
    rows = []
    for k, (eta, size) in enumerate(zip(etas, trials, strict=True)):
        own = derived(seed, "learning rate", k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", hs.PrecisionWarning)
            found = hs.exit_rate(quiet_sgd(f, noise, eta, b), basin, seed=own, trials=size, repetitions=repetitions)
        rows.append((1 / found.rate, found.stderr / found.rate**2, found.steps))
    means, stderrs, costs = np.array(rows).T
    jumps = int(hs.theory.jump_numbers(f, b)[basin])
    exact, limit = exact_means(f, noise, b, basin, etas), limit_means(f, noise, b, basin, etas)
    return RateStudy(
        noise, b, jumps, np.array(trials), repetitions, np.array(etas, float), means, stderrs, exact, limit, costs
    )


def counted_nearby(f, study: RateStudy, basin: int, near: float) -> float:
    """The exact number of jumps of a study's fit, carried to a tail index `near` larger by the limit formula."""
    other = replace(study.noise, alpha=study.noise.alpha + near)
    return study.counted(study.exact * carried(f, study.noise, study.b, basin, study.etas, other))


def against_exact(f, noise, cases: Sequence[tuple], basin: int, repetitions: int, seed: int):
    """Forward flux over exact mean exit times for (b, eta, trials) in `cases`: {label: ratio}, and their mean."""
    ratios = {}
    for k, (b, eta, trials) in enumerate(cases):
        own = derived(seed, "forward flux", k)
        found = hs.exit_rate(quiet_sgd(f, noise, eta, b), basin, seed=own, trials=trials, repetitions=repetitions)
        ratio = 1 / (found.rate * exact_means(f, noise, b, basin, [eta])[0])
        ratios[f"{threshold_label(b)}, $\\eta = {eta:g}$"] = Measured(ratio, ratio * found.stderr / found.rate, found.dof)
    values, errors = np.array([(m.value, m.stderr) for m in ratios.values()]).T
    return ratios, _averaged(values, errors, np.array([trials for _, _, trials in cases]), repetitions)


def shifted(f, noise, cases: Sequence[tuple], basin: int, factor: float) -> float:
    """What the mean of `against_exact` would be at `factor` times the learning rates, by the limit formula."""
    times = lambda b, eta: hs.theory.mean_exit_time(quiet_sgd(f, noise, eta, b), basin)  # noqa: E731
    return float(
        np.average([times(b, factor * eta) / times(b, eta) for b, eta, _ in cases], weights=[n for *_, n in cases])
    )


class ExactRatios(NamedTuple):
    """Exact mean exit times over the limit formula along falling learning rates, arrays of shape (n,)."""

    etas: np.ndarray
    ratios: np.ndarray

    def good_to(self, share: float) -> float:
        """The eta from which on the mean is short of the formula by `share` at most; nan where none of them is.

        Between two learning rates the shortfall is taken for a power of eta.
        """
        missing = np.log(1 - self.ratios[np.argmin(self.ratios) :])
        etas = np.log(self.etas[np.argmin(self.ratios) :])
        return float(np.exp(np.interp(-np.log(share), -missing, etas, left=np.nan, right=np.nan)))


def exact_ratios(f, noise, b, basin: int, etas: Sequence[float]) -> ExactRatios:
    """From minimum `basin` at each learning rate, in falling order."""
    falling = np.sort(np.asarray(etas, float))[::-1]
    return ExactRatios(falling, exact_means(f, noise, b, basin, falling) / limit_means(f, noise, b, basin, falling))
