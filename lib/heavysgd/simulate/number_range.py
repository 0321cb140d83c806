"""What a number type must hold: increments that are not lost, gradients and updates that do not overflow.

A float of 32 bits keeps 24 bits and ends at 3e38. Whether a gradient stays within that is decided by working it out as the
compiled code does, in single precision, on points of the domain. In R^d the norm of an update is a sum of squares, which
ends at half as many digits.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from heavysgd.compiling import function_from_source, points_inside
from heavysgd.compiling.gradient import gradient_source
from heavysgd.recursion import Recursion

_SPACINGS = 128  # float32: a step of the median size keeps seven bits or more
_LOOKED_AT = 500  # points of the domain
_LARGEST = {np.dtype(np.float32): 1e18, np.dtype(np.float64): 1e150}  # of a coordinate whose square is to be summed
_BEYOND_DRAWS = 2.0**-54  # half the chance of the farthest draw from a uniform of 53 bits


def refuse_lost_increments(sgd: Recursion) -> None:
    """Raises `ValueError` where single precision loses the noise.

    Of an increment below half the spacing of the numbers around x nothing is left. Half of all increments eta Z must be
    128 spacings or more at the far end of the domain.
    """
    spacing = float(np.spacing(np.float32(np.abs(sgd.clip if sgd.radius else sgd.landscape.bounds).max())))
    if sgd.eta * sgd.noise.median < _SPACINGS * spacing:
        least = _SPACINGS * spacing / sgd.noise.median
        raise ValueError(
            f"dtype = 'float32': at eta = {sgd.eta:g} half of the steps eta Z are below {_SPACINGS} times the spacing "
            f"{spacing:.2g} of the numbers they are added to, and would be lost; use eta > {least:.2g} or 'float64'"
        )


def refuse_overflow(sgd: Recursion, dtype: np.dtype) -> None:
    """Raises `ValueError` where the gradient leaves the range of single precision inside the bounds, and in R^d where the
    square of an update may leave that of `dtype`."""
    f = sgd.landscape
    if dtype == np.float32 and (at := _overflow(f)) is not None:
        raise ValueError(
            f"dtype = 'float32': the gradient of {f.name} leaves the range of single precision at x = {at}; use 'float64', "
            "narrow the bounds, or write f in other units"
        )
    if sgd.dimension > 1:
        largest = _LARGEST[dtype] / math.sqrt(sgd.dimension)
        if sgd.eta * _steepest(f) > largest or float(np.max(sgd.noise.tail(largest / sgd.eta))) > _BEYOND_DRAWS:
            raise ValueError(
                f"dtype = {dtype.name!r}: at eta = {sgd.eta:g} updates of {f.name} may be longer than {largest:.2g}, and "
                "the square of their norm has no such number; write f in other units, or narrow its bounds"
            )


@lru_cache(maxsize=64)
def _steepest(f) -> float:
    """The largest slope along a coordinate on the points looked at."""
    return float(np.abs(f.gradient(_points(f))).max())


def _points(f) -> np.ndarray:
    points = points_inside(f.intervals)
    return points[:: max(1, len(points) // _LOOKED_AT)] if len(points) > 2 * _LOOKED_AT else points


@lru_cache(maxsize=64)
def _overflow(f) -> np.ndarray | None:
    """A point where single precision does not give the gradient, None where there is none."""
    single = _Single()
    gradient = function_from_source(gradient_source(f.symbols, f.expr, f.intervals), "gradient", single.functions)
    for point in _points(f):
        single.saturated = False
        with np.errstate(all="ignore"):
            found = np.atleast_1d(np.array(gradient(*map(np.float32, point)), np.float32)).astype(float)
        exact = np.atleast_1d(f.gradient(point[0] if f.dimension == 1 else point))
        if not np.all(np.isfinite(found)) or (single.saturated and not np.allclose(found, exact, rtol=1e-2)):
            return np.squeeze(point)
    return None


class _Single:
    """The functions of compiled gradients in single precision, for NumPy's numbers.

    saturated : whether an exponential has reached its end, which a gradient may or may not forgive.
    """

    def __init__(self):
        self.saturated = False
        self.functions = {
            "math": math,
            "exp": lambda x: self._exp2(x * np.float32(1 / math.log(2))),
            "log": np.log,
            "sin": np.sin,
            "cos": np.cos,
            "tanh": np.tanh,
            "power": lambda x, p: self._exp2(np.float32(p) * np.log2(x)),
            "fixed_power": lambda x, p, _: np.float32(x) ** np.float32(p),
        }

    def _exp2(self, x):
        self.saturated |= bool(x > 96.0)
        return np.exp2(np.clip(x, np.float32(-126.0), np.float32(96.0)))  # as `elementary.single` has it
