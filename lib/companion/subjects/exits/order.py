"""The order of exit times: which learning rates, how many paths, fitted numbers of jumps held against exact ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy.optimize import brentq

from companion.subjects.common.exact_exits import Beside, beside, exact_means
from companion.subjects.common.exit_study import quiet_sgd


def etas_for(f, noise, b, basin: int, steps: Sequence[float], most: float = 0.35) -> np.ndarray:
    """Learning rates at which the limit formula predicts mean exit times of `steps`, but none above `most`.

    Chosen by theory before any measurement: every cell of a table then costs the same.
    """
    rate = hs.theory.exit_measure(f, noise.alpha, b, noise.p_plus)[basin].sum()
    jumps = int(hs.theory.jump_numbers(f, b)[basin])
    excess = lambda log_eta, target: np.log(target * rate * hs.theory.exit_scale(noise, np.exp(log_eta), jumps))  # noqa: E731
    return np.array([min(most, np.exp(brentq(excess, np.log(1e-12), np.log(10.0), args=(s,)))) for s in steps])


def cell(well, noise, b, longest: int, near: float, seed: int, cells: int = 1) -> Beside:
    """Exits at three learning rates, from a predicted mean of longest / 100 steps (or the most) to one of `longest`."""
    most, least = etas_for(well, noise, b, 0, (longest / 100, longest))
    return beside(well, noise, b, 0, np.geomspace(most, least, 3), near, seed, cells)


def mean_shortfall(cells: Sequence[Beside]) -> tuple[float, float, Measured]:
    """By how many jumps fitted numbers are off the theorem's, on average: exact, at the tail index near by, measured."""
    off = lambda which: [getattr(cell, which).jump_count().value - cell.study.jumps for cell in cells]  # noqa: E731
    errors = [cell.study.jump_count().stderr for cell in cells]
    exact, near, value = (float(np.mean(off(which))) for which in ("exact", "near", "study"))
    return exact, near, Measured(value, float(np.linalg.norm(errors) / len(cells)))


class Staircase(NamedTuple):
    """Exact exponents of mean exit times by threshold, arrays of shape (n,), over the learning rates of `cell`."""

    thresholds: np.ndarray
    exponents: np.ndarray


def exact_staircase(well, noise, thresholds: Sequence[float], longest: int) -> Staircase:
    """Between the largest and the smallest learning rate of a cell, at each threshold."""
    exponents = []
    for b in thresholds:
        etas = etas_for(well, noise, b, 0, (longest / 100, longest))
        means = exact_means(well, noise, b, 0, etas)
        exponents.append(np.log(means[1] / means[0]) / np.log(etas[0] / etas[1]))
    return Staircase(np.array(thresholds, float), np.array(exponents))


class ExactLine(NamedTuple):
    """Exact mean exit times, and the limit formula's, at one threshold; arrays of shape (n,), in steps."""

    b: float | None
    etas: np.ndarray
    means: np.ndarray
    predicted: np.ndarray


def exact_line(f, noise, b, basin: int, etas: Sequence[float]) -> ExactLine:
    """From minimum `basin` at each learning rate."""
    predicted = [hs.theory.mean_exit_time(quiet_sgd(f, noise, eta, b), basin) for eta in etas]
    return ExactLine(b, np.array(etas, float), exact_means(f, noise, b, basin, etas), np.array(predicted))
