"""Mean first exit times over a grid of learning rates."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from scipy.optimize import brentq

from companion.rules import Measured


class ExitStudy(NamedTuple):
    """Exits from one basin at one (noise, b), over learning rates; arrays of shape (n_eta,).

    `means` are censored maximum-likelihood means, `predicted` the limit formula 1 / (q lambda(eta)), both in steps;
    `times`, `destinations`, `censored` hold the paths, one array of shape (n_paths,) per learning rate.
    """

    noise: hs.Noise
    b: float | None
    jumps: int
    etas: np.ndarray
    means: np.ndarray
    stderrs: np.ndarray
    predicted: np.ndarray
    times: list[np.ndarray]
    destinations: list[np.ndarray]
    censored: list[np.ndarray]

    @property
    def ratios(self) -> np.ndarray:
        """Measured over predicted means."""
        return self.means / self.predicted

    @property
    def ratio_stderrs(self) -> np.ndarray:
        """Standard errors of `ratios`."""
        return self.stderrs / self.predicted

    def upto(self, eta: float) -> ExitStudy:
        """The part of the study at learning rates of at most `eta`."""
        keep = np.flatnonzero(self.etas <= eta)
        lists = {name: [getattr(self, name)[k] for k in keep] for name in ("times", "destinations", "censored")}
        arrays = {name: getattr(self, name)[keep] for name in ("etas", "means", "stderrs", "predicted")}
        return self._replace(**lists, **arrays)

    def pooled_ratio(self) -> Measured:
        """Measured over predicted mean, averaged over the learning rates by inverse variance."""
        weights = self.ratio_stderrs**-2
        return Measured(float(np.average(self.ratios, weights=weights)), float(weights.sum() ** -0.5))

    @property
    def jumps_measured(self) -> Measured:
        """The fitted number of jumps as a measurement."""
        return Measured(*self.jump_count()[:2])

    def jump_count(self) -> hs.inference.Slope:
        """The fitted number of jumps."""
        return hs.inference.jump_count(self.noise, self.etas, self.means, self.stderrs)

    def exponent(self) -> hs.inference.Slope:
        """The exponent beta of E sigma ~ eta^(-beta), fitted on the raw learning rates."""
        return hs.inference.slope(-np.log(self.etas), np.log(self.means), self.stderrs / self.means)


def exit_study(f, noise, b, basin: int, etas: Sequence[float], n_paths, max_steps: int, seed: int) -> ExitStudy:
    """Runs `n_paths` (a number, or one per learning rate) exits from minimum `basin` at each learning rate.

    Every learning rate has its own seed, so the points of a slope are independent.
    """
    sizes = np.broadcast_to(n_paths, len(etas))
    runs, predicted = [], []
    for k, (eta, size) in enumerate(zip(etas, sizes)):
        sgd = quiet_sgd(f, noise, eta, b)
        runs.append(hs.first_exit(sgd, f.minima[basin], int(size), max_steps, seed=seed + 1000 * k))
        predicted.append(hs.theory.mean_exit_time(sgd, basin))
    means = [hs.inference.censored_mean(run.steps, run.censored) for run in runs]
    jumps = int(hs.theory.jump_numbers(f, b)[basin])
    return ExitStudy(
        noise,
        b,
        jumps,
        np.array(etas, float),
        np.array([mean.value for mean in means]),
        np.array([mean.stderr for mean in means]),
        np.array(predicted),
        [run.steps for run in runs],
        [run.basin for run in runs],
        [run.censored for run in runs],
    )


def quiet_sgd(f, noise, eta: float, b) -> hs.SGD:
    """An `SGD` for exits from one basin: instability at the other minima does not touch them and is not announced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)
        return hs.SGD(f, noise, eta=eta, b=b)


def etas_for(f, noise, b, basin: int, steps: Sequence[float], most: float = 0.35) -> np.ndarray:
    """Learning rates at which the limit formula predicts mean exit times of `steps`, but none above `most`.

    Chosen by theory before any measurement: every cell of a table then costs the same.
    """
    rate = hs.theory.exit_measure(f, noise.alpha, b, noise.p_plus)[basin].sum()
    jumps = int(hs.theory.jump_numbers(f, b)[basin])
    excess = lambda log_eta, target: np.log(target * rate * hs.theory.exit_scale(noise, np.exp(log_eta), jumps))  # noqa: E731
    return np.array([min(most, np.exp(brentq(excess, np.log(1e-12), np.log(10.0), args=(s,)))) for s in steps])


def figure2_study(f, noise, b, etas, steps: int, most: int, max_steps: int, seed: int) -> ExitStudy:
    """Exits from basin 1 (the paper's Omega_2), each learning rate with about `steps` steps in all.

    That makes between 12 and `most` paths, by the limit formula and so before any measurement.
    """
    expected = [min(hs.theory.mean_exit_time(quiet_sgd(f, noise, eta, b), 1), max_steps) for eta in etas]
    n_paths = [int(np.clip(steps / mean, 12, most)) for mean in expected]
    return exit_study(f, noise, b, 1, etas, n_paths, max_steps, seed)


def cell(well, noise, b, ladder: Sequence[float], stderr: float, seed: int) -> ExitStudy:
    """Exits at learning rates predicted to give the mean times of `ladder`.

    The number of paths n makes the fitted number of jumps come out with about `stderr`: its error is
    sqrt(2 / n) / ((alpha - 1) log(eta_max / eta_min)), since each mean has relative error 1 / sqrt(n).
    """
    etas = etas_for(well, noise, b, 0, ladder)
    lever = (noise.alpha - 1) * np.log(etas.max() / etas.min())
    n_paths = int(np.clip(np.ceil(2 / (stderr * lever) ** 2), 30, 800))
    return exit_study(well, noise, b, 0, etas, n_paths, 100 * int(max(ladder)), seed)


def difference(more: ExitStudy, less: ExitStudy) -> Measured:
    """Difference of two independent fitted numbers of jumps."""
    above, below = more.jumps_measured, less.jumps_measured
    return Measured(above.value - below.value, float(np.hypot(above.stderr, below.stderr)))


def with_neighbour(cells: list[ExitStudy]) -> list[tuple[ExitStudy, ExitStudy]]:
    """Each cell with the one of the same tail index that takes one jump fewer, or one more where there is none fewer."""
    by_place = {(cell.noise.alpha, cell.jumps): cell for cell in cells}
    near = lambda a, l: by_place.get((a, l - 1)) or by_place[a, l + 1]  # noqa: E731, E741
    return [(cell, near(cell.noise.alpha, cell.jumps)) for cell in cells]


def farthest_off(fitted: Sequence[Measured], jumps: Sequence[int]) -> Measured:
    """The distance of a fitted number of jumps from the theory's whose one-sided 95 % bound is largest."""
    distances = [Measured(abs(found.value - count), found.stderr) for found, count in zip(fitted, jumps, strict=True)]
    return max(distances, key=lambda distance: distance.value + distance.bound(0.95))
