"""Argument checks, and the names under which the paper's assumptions are refused.

Every check raises `ValueError` with the argument's name, the offending value and what is allowed, before any work
is done. An assumption of the paper that fails raises `AssumptionError` where theory needs it and warns where a
simulation is still well defined.
"""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


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

    @classmethod
    def after(cls, path: int, step: int, dtype: DTypeLike) -> LostPathError:
        """Path number `path` has no position after `step` steps in numbers of type `dtype`."""
        remedy = "use dtype='float64'" if str(dtype) == "float32" else "narrow its bounds, or use a smaller eta"
        return cls(
            f"path {path} has no position after step {step}: the gradient or an update overflowed in {dtype}, which the "
            f"landscape or the law of the noise must not make it do; {remedy}"
        )


class CacheWarning(UserWarning):
    """Compiled kernels cannot be kept on disk or read from there: results are the same, but every process compiles anew."""


class PrecisionWarning(UserWarning):
    """A number is known to fewer digits than were asked for; its stated error says to how many."""


def real(name: str, value: Any, allowed: str = "a finite real number") -> float:
    """`value` as a finite float: a number of Python, NumPy, SymPy or any other library that makes floats of its own."""
    number = _as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} = {value!r}: must be {allowed}")
    return number


def _as_float(value: Any) -> float:
    """NaN for what is no real number: text, truth values, complex numbers, expressions with symbols, arrays of numbers."""
    if _is_complex(value):
        return math.nan
    try:
        one = hasattr(value, "__float__") and np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiuO"
        return float(value) if one else math.nan
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _is_complex(value: Any) -> bool:
    return isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real)


def positive(name: str, value: Any) -> float:
    """`value` as a finite float > 0."""
    number = real(name, value, "a finite number > 0")
    if number <= 0:
        raise ValueError(f"{name} = {value!r}: must be a finite number > 0")
    return number


def threshold(name: str, value: Any) -> float:
    """A truncation threshold as a float: `None` and infinity both mean no truncation."""
    if value is None or _as_float(value) == math.inf:
        return math.inf
    number = real(name, value, "a number > 0, or None for no truncation")
    if number <= 0:
        raise ValueError(f"{name} = {value!r}: must be a number > 0, or None for no truncation")
    return number


def tail_index(name: str, value: Any, below: float = math.inf) -> float:
    """A tail index: alpha > 1, so that the noise has a mean (Assumption 2)."""
    allowed = "> 1 (Assumption 2: the noise needs a mean)" + ("" if below == math.inf else f" and < {below:g}")
    number = real(name, value, allowed)
    if not 1 < number < below:
        raise ValueError(f"{name} = {value!r}: must be {allowed}")
    return number


def probability(name: str, value: Any) -> float:
    """A probability strictly between 0 and 1."""
    number = real(name, value, "strictly between 0 and 1")
    if not 0 < number < 1:
        raise ValueError(f"{name} = {value!r}: must be strictly between 0 and 1")
    return number


def confidence(name: str, value: Any) -> float:
    """The confidence of an interval, strictly between 0 and 1: a share, not a percentage."""
    allowed = "strictly between 0 and 1, such as 0.95"
    number = real(name, value, allowed)
    if not 0 < number < 1:
        raise ValueError(f"{name} = {value!r}: must be {allowed}")
    return number


def measurements(name: str, values: Any, infinite: bool = False) -> np.ndarray:
    """Finite (unless `infinite`) real numbers as a new array (n,) of doubles, n = 0 included; nan never.

    Masked values are refused, not skipped: which others belong to them (errors, flags) only the caller knows.
    """
    array = _one_dimensional(name, values)
    if array.dtype.kind not in "iufO":
        raise ValueError(f"{name}: has dtype {array.dtype}, and must be real numbers")
    try:
        array = np.array(array, float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: must be real numbers ({error})") from None
    wrong = np.isnan(array) if infinite else ~np.isfinite(array)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise ValueError(f"{name}[{place}] = {array[place]:g}: must be finite; leave such values out")
    return array


def flags(name: str, values: Any) -> np.ndarray:
    """Truth values as an array (n,) of bool: booleans, or numbers that are 0 or 1."""
    array = _one_dimensional(name, values)
    if array.size and not (array.dtype.kind in "biuf" and np.all((array == 0) | (array == 1))):
        raise ValueError(f"{name}: must be True or False each")
    return array.astype(bool)


def _one_dimensional(name: str, values) -> np.ndarray:
    if np.ma.is_masked(values):
        masked = int(np.ma.count_masked(values))
        raise ValueError(f"{name}: {masked} of its values are masked; leave them out, as {name}.compressed() does")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a masked number in a list becomes nan with a warning only
            array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError, Warning) as error:
        raise ValueError(f"{name}: must be an array of numbers ({error})") from None
    if array.ndim != 1:
        raise ValueError(f"{name} has shape {array.shape}: must be one-dimensional")
    return array


def count(name: str, value: Any, least: int = 1, most: int = 2**62) -> int:
    """An integer in [least, most]."""
    if isinstance(value, bool) or not _is_whole(value) or not least <= value <= most:
        raise ValueError(f"{name} = {value!r}: must be an integer between {least} and {most}")
    return int(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) or (isinstance(value, float) and value.is_integer())


def one_of(name: str, value: Any, allowed: Collection[str]) -> str:
    """One of some words."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} = {value!r}: must be one of {', '.join(map(repr, allowed))}")
    return value


def seed(value: Any) -> int:
    """A 64-bit seed: the key of the counter-based generator."""
    return count("seed", value, least=0, most=2**64 - 1)


def index(name: str, value: Any, size: int) -> int:
    """An index in 0 .. size - 1 (negative indices are refused: a basin has a number, not a place from the end)."""
    return count(name, value, least=0, most=size - 1)
