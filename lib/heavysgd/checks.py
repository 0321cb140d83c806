"""Argument checks, and the names under which the paper's assumptions are refused.

Every check raises `ValueError` with the argument's name, the offending value and what is allowed, before any work
is done. An assumption of the paper that fails raises `AssumptionError` where theory needs it and warns where a
simulation is still well defined.
"""

from __future__ import annotations

import math
import numbers

import numpy as np


class AssumptionError(ValueError):
    """An assumption of the paper does not hold, so its theory says nothing about this input."""


class AssumptionWarning(UserWarning):
    """An assumption of the paper does not hold; the simulation runs, the theory must not be compared with it."""


class StabilityWarning(AssumptionWarning):
    """eta * f''(m) > 2 at a minimum m: plain gradient descent cannot stay there, whatever the noise."""


class ResonanceWarning(AssumptionWarning):
    """A basin's width is an integer multiple of the truncation threshold b (Assumption 3)."""


class LostPathError(ValueError):
    """A path has no position any more: NaN, where the gradient or an update overflowed. Says which path, and when."""

    def __init__(self, path: int, step: int, dtype):
        remedy = "use dtype='float64'" if str(dtype) == "float32" else "narrow its bounds, or use a smaller eta"
        super().__init__(
            f"path {path} has no position after step {step}: the gradient or an update overflowed in {dtype}, which the "
            f"landscape or the law of the noise must not make it do; {remedy}"
        )


class CacheWarning(UserWarning):
    """Compiled kernels cannot be kept on disk or read from there: results are the same, but every process compiles anew."""


def real(name: str, value, allowed: str = "a finite real number") -> float:
    """`value` as a finite float: a number of Python, NumPy, SymPy or any other library that makes floats of its own."""
    number = _as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} = {value!r}: must be {allowed}")
    return number


def _as_float(value) -> float:
    """NaN for what is no real number: text, truth values, complex numbers, expressions with symbols, arrays of numbers."""
    if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
        return math.nan
    try:
        one = hasattr(value, "__float__") and np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiuO"
        return float(value) if one else math.nan
    except (TypeError, ValueError, OverflowError):
        return math.nan


def positive(name: str, value) -> float:
    """`value` as a finite float > 0."""
    number = real(name, value, "a finite number > 0")
    if number <= 0:
        raise ValueError(f"{name} = {value!r}: must be a finite number > 0")
    return number


def threshold(name: str, value) -> float:
    """A truncation threshold as a float: `None` and infinity both mean no truncation."""
    if value is None or _as_float(value) == math.inf:
        return math.inf
    number = real(name, value, "a number > 0, or None for no truncation")
    if number <= 0:
        raise ValueError(f"{name} = {value!r}: must be a number > 0, or None for no truncation")
    return number


def tail_index(name: str, value, below: float = math.inf) -> float:
    """A tail index: alpha > 1, so that the noise has a mean (Assumption 2)."""
    allowed = "> 1 (Assumption 2: the noise needs a mean)" + ("" if below == math.inf else f" and < {below:g}")
    number = real(name, value, allowed)
    if not 1 < number < below:
        raise ValueError(f"{name} = {value!r}: must be {allowed}")
    return number


def probability(name: str, value) -> float:
    """A probability strictly between 0 and 1."""
    number = real(name, value, "strictly between 0 and 1")
    if not 0 < number < 1:
        raise ValueError(f"{name} = {value!r}: must be strictly between 0 and 1")
    return number


def count(name: str, value, least: int = 1, most: int = 2**62) -> int:
    """An integer in [least, most]."""
    whole = isinstance(value, numbers.Integral) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or not least <= value <= most:
        raise ValueError(f"{name} = {value!r}: must be an integer between {least} and {most}")
    return int(value)


def seed(value) -> int:
    """A 64-bit seed: the key of the counter-based generator."""
    return count("seed", value, least=0, most=2**64 - 1)


def index(name: str, value, size: int) -> int:
    """An index in 0 .. size - 1 (negative indices are refused: a basin has a number, not a place from the end)."""
    return count(name, value, least=0, most=size - 1)
