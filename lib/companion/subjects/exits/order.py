"""The order of exit times: which learning rates, how many paths, fitted numbers of jumps held against predicted ones."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy.optimize import brentq

from companion.subjects.common.exit_study import ExitStudy, exit_study, quiet_sgd


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


def with_neighbour(cells: list[ExitStudy]) -> list[tuple[ExitStudy, ExitStudy]]:
    """Each cell with the one of the same tail index that takes one jump fewer, or one more where there is none fewer."""
    by_place = {(cell.noise.alpha, cell.jumps): cell for cell in cells}
    near = lambda a, l: by_place.get((a, l - 1)) or by_place[a, l + 1]  # noqa: E731, E741
    return [(cell, near(cell.noise.alpha, cell.jumps)) for cell in cells]


def farthest_off(fitted: Sequence[Measured], jumps: Sequence[int]) -> Measured:
    """The distance of a fitted number of jumps from the theory's whose one-sided 95 % bound is largest."""
    distances = [Measured(abs(found.value - count), found.stderr) for found, count in zip(fitted, jumps, strict=True)]
    return max(distances, key=lambda distance: distance.value + distance.bound(0.95))


def exact_jump_count(f, study: ExitStudy, basin: int = 0) -> float:
    """The number of jumps that the fit of `study` would give with the exact mean exit times in place of the measured."""
    runs = [quiet_sgd(f, study.noise, eta, study.b) for eta in study.etas]
    means = np.array([hs.exact.first_exit(sgd, f.minima[basin]).mean for sgd in runs])
    return hs.inference.jump_count(study.noise, study.etas, means, study.stderrs / study.means * means).value
