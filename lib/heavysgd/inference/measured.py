"""A measurement with its standard error, and the arithmetic of independent ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from heavysgd import checks


@dataclass(frozen=True)
class Measured:
    """A number and its standard error (0 for what is computed exactly), or any exact object.

    dof : degrees of freedom of the error: finite where it is estimated from few repetitions, such as seeds, and the
        intervals are Student's.
    """

    value: Any
    stderr: float = 0.0
    dof: float = np.inf

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The two-sided interval value -+ t stderr; nothing lies in that of an infinite value.

        Raises `ValueError` for a confidence outside (0, 1).
        """
        confidence = checks.confidence("confidence", confidence)
        if not np.isfinite(self.value):
            return np.nan, np.nan
        half = self.bound(0.5 + confidence / 2)
        return self.value - half, self.value + half

    def bound(self, confidence: float) -> float:
        """How far above the value a one-sided bound lies. Raises `ValueError` for a confidence outside (0, 1)."""
        confidence = checks.confidence("confidence", confidence)
        return float(stats.t.ppf(confidence, self.dof)) * self.stderr

    def scaled(self, factor: float) -> Measured:
        """The measurement times a number that is known exactly."""
        return Measured(self.value * factor, abs(factor) * self.stderr, self.dof)


def mean(sample: ArrayLike) -> Measured:
    """Mean of independent values, shape (n,), n >= 2, with the error s / sqrt(n) and its n - 1 degrees of freedom.

    Raises `ValueError` for fewer values, or such as are not finite or masked.
    """
    sample = checks.measurements("sample", sample)
    if sample.size < 2:
        raise ValueError(f"sample: has {sample.size} values: an error needs two at least")
    return Measured(float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(sample.size)), sample.size - 1)


def share(outcomes: ArrayLike) -> Measured:
    """Share of true among independent outcomes, shape (n,), n >= 1, bool.

        value = k / n,   stderr = sqrt(p (1 - p) / n),   p = (k + 1) / (n + 2)

    One outcome of each kind is added for the error alone, so that it does not vanish for a share of 0 or 1.

    Raises `ValueError` for none, or flags other than true and false.
    """
    outcomes = checks.flags("outcomes", outcomes)
    if outcomes.size == 0:
        raise ValueError("outcomes: there are none, and a share needs one at least")
    p = (outcomes.sum() + 1) / (outcomes.size + 2)
    return Measured(float(outcomes.mean()), float(np.sqrt(p * (1 - p) / outcomes.size)))


def pooled(measured: Sequence[Measured]) -> Measured:
    """Average of independent measurements of one thing, by inverse variance.

    Raises `ValueError` for none, and for errors that are not positive and finite.
    """
    values = checks.measurements("measured", [m.value for m in measured])
    errors = checks.measurements("measured", [m.stderr for m in measured])
    if values.size == 0 or not np.all(errors > 0):
        raise ValueError("measured: must be one or more, each with a standard error > 0")
    return Measured(float(np.average(values, weights=errors**-2)), float((errors**-2).sum() ** -0.5))


def difference(one: Measured, other: Measured) -> Measured:
    """One minus the other, independent of each other."""
    return Measured(one.value - other.value, float(np.hypot(one.stderr, other.stderr)))


def ratio(above: Measured, below: Measured) -> Measured:
    """Quotient of two independent measurements, its error to first order (the delta method).

    Raises `ValueError` for a divisor of 0.
    """
    if below.value == 0:
        raise ValueError("below: its value is 0, and nothing can be divided by it")
    value = above.value / below.value
    return Measured(value, float(np.hypot(above.stderr, value * below.stderr) / abs(below.value)))
