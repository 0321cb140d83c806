"""Mean first exit times from one basin over a grid of learning rates."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, pooled

from companion.ledger.seeds import derived


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

    def with_means(self, means: np.ndarray) -> ExitStudy:
        """The study with other means of the same relative errors: what is fitted to them is weighted as before."""
        return self._replace(means=means, stderrs=means * self.stderrs / self.means)

    def upto(self, eta: float) -> ExitStudy:
        """The part of the study at learning rates of at most `eta`."""
        keep = np.flatnonzero(self.etas <= eta)
        lists = {name: [getattr(self, name)[k] for k in keep] for name in ("times", "destinations", "censored")}
        arrays = {name: getattr(self, name)[keep] for name in ("etas", "means", "stderrs", "predicted")}
        return self._replace(**lists, **arrays)

    def pooled_ratio(self) -> Measured:
        """Measured over predicted mean, averaged over the learning rates by inverse variance."""
        return pooled([Measured(*pair) for pair in zip(self.ratios, self.ratio_stderrs)])

    def mean_ratio(self) -> Measured:
        """Measured over predicted mean, averaged over all exits seen: weights that do not depend on the means."""
        shares = (self.means / self.stderrs) ** 2 / np.sum((self.means / self.stderrs) ** 2)
        return Measured(float(shares @ self.ratios), float(np.linalg.norm(shares * self.ratio_stderrs)))

    def jump_count(self) -> hs.inference.Slope:
        """The fitted number of jumps."""
        return hs.inference.jump_count(self.noise, self.etas, self.means, self.stderrs)

    def exponent(self) -> hs.inference.Slope:
        """The exponent beta of E sigma ~ eta^(-beta), fitted on the raw learning rates."""
        return hs.inference.slope(-np.log(self.etas), np.log(self.means), self.stderrs / self.means)


def exit_study(
    f, noise, b, basin: int, etas: Sequence[float] | np.ndarray, n_paths, max_steps: int, seed: int
) -> ExitStudy:
    """Runs `n_paths` (a number, or one per learning rate) exits from minimum `basin` at each learning rate.

    Every learning rate has its own seed, so the points of a slope are independent.
    """
    sizes = np.broadcast_to(n_paths, len(etas))
    runs, predicted = [], []
    for k, (eta, size) in enumerate(zip(etas, sizes)):
        sgd = quiet_sgd(f, noise, eta, b)
        own = derived(seed, "learning rate", k)
        runs.append(hs.first_exit(sgd, f.minima[basin], n_paths=int(size), max_steps=max_steps, seed=own))
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
