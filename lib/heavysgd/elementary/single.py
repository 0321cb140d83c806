"""The elementary functions that know how a number is stored, for 32-bit floats: fewer terms reach the last digit.

To be compiled by `translate.in_single`, which shrinks the literals; `exp`, `log`, `power`, `sin`, `cos` and `tanh` are
made of these and need no second version.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

_LN2, _TWO_OVER_LN2, _SQRT2 = math.log(2.0), 2.0 / math.log(2.0), math.sqrt(2.0)
_MANTISSA, _ONE_BITS = np.int32(0x007FFFFF), np.int32(0x3F800000)
_23, _127 = np.int32(23), np.int32(127)


@nb.njit(inline="always")
def log2(x):
    """As `double.log2`."""
    bits = np.float32(x).view(np.int32)
    exponent = (bits >> _23) - _127
    m = np.int32((bits & _MANTISSA) | _ONE_BITS).view(np.float32)
    upper = m > _SQRT2
    m = m * 0.5 if upper else m
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    tail = 1.0 / 9.0
    tail = tail * q + 1.0 / 7.0
    tail = tail * q + 1.0 / 5.0
    tail = tail * q + 1.0 / 3.0
    tail = tail * q + 1.0
    return np.float32(exponent) + (1.0 if upper else 0.0) + _TWO_OVER_LN2 * s * tail


@nb.njit(inline="always")
def exp2(x):
    """2^x, from -126 to 96; beyond, what it is there: never a subnormal, and never infinite times a few digits."""
    x = min(max(x, -126.0), 96.0)
    whole = np.floor(x + 0.5)
    r = (x - whole) * _LN2
    tail = 1.0 / 5040.0
    tail = tail * r + 1.0 / 720.0
    tail = tail * r + 1.0 / 120.0
    tail = tail * r + 1.0 / 24.0
    tail = tail * r + 1.0 / 6.0
    tail = tail * r + 0.5
    tail = tail * r + 1.0
    tail = tail * r + 1.0
    return tail * np.int32((np.int32(whole) + _127) << _23).view(np.float32)


@nb.njit(inline="always")
def fixed_power(x, p, coefficients):
    """As `double.fixed_power`; of the polynomial's 16 coefficients the first five are below the last digit."""
    bits = np.float32(x).view(np.int32)
    exponent = (bits >> _23) - _127
    t = 2.0 * np.int32((bits & _MANTISSA) | _ONE_BITS).view(np.float32) - 3.0
    mantissa = coefficients[5]
    mantissa = mantissa * t + coefficients[6]
    mantissa = mantissa * t + coefficients[7]
    mantissa = mantissa * t + coefficients[8]
    mantissa = mantissa * t + coefficients[9]
    mantissa = mantissa * t + coefficients[10]
    mantissa = mantissa * t + coefficients[11]
    mantissa = mantissa * t + coefficients[12]
    mantissa = mantissa * t + coefficients[13]
    mantissa = mantissa * t + coefficients[14]
    mantissa = mantissa * t + coefficients[15]
    return mantissa * exp2(p * np.float32(exponent))


@nb.njit(inline="always")
def sin_half_turn(w):
    """As `double.sin_half_turn`."""
    y = w * math.pi
    q = y * y
    tail = 1.0 / 6227020800.0
    tail = 1.0 / 39916800.0 - tail * q
    tail = 1.0 / 362880.0 - tail * q
    tail = 1.0 / 5040.0 - tail * q
    tail = 1.0 / 120.0 - tail * q
    tail = 1.0 / 6.0 - tail * q
    return y * (1.0 - tail * q)
