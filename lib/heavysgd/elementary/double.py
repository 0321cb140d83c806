"""Elementary functions of doubles that a compiler can vectorise.

Calls into the mathematical library stop a loop over lanes from becoming vector instructions. These are written with
arithmetic, comparisons and bit casts only, on series whose remainders are below double precision; they hold on the
ranges named and nowhere else.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numba as nb
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

_LN2, _TWO_OVER_LN2, _SQRT2 = math.log(2.0), 2.0 / math.log(2.0), math.sqrt(2.0)
_MANTISSA, _ONE_BITS = np.int64(0x000FFFFFFFFFFFFF), np.int64(0x3FF0000000000000)
_52, _1023 = np.int64(52), np.int64(1023)


@nb.njit(inline="always")
def log2(x):
    """Binary logarithm of a positive normal number: exponent plus 2 atanh((m - 1)/(m + 1)) / ln 2. Of 0, -1023."""
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> _52) - _1023
    m = np.int64((bits & _MANTISSA) | _ONE_BITS).view(np.float64)
    upper = m > _SQRT2
    m = m * 0.5 if upper else m
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    tail = 1.0 / 23.0
    tail = tail * q + 1.0 / 21.0
    tail = tail * q + 1.0 / 19.0
    tail = tail * q + 1.0 / 17.0
    tail = tail * q + 1.0 / 15.0
    tail = tail * q + 1.0 / 13.0
    tail = tail * q + 1.0 / 11.0
    tail = tail * q + 1.0 / 9.0
    tail = tail * q + 1.0 / 7.0
    tail = tail * q + 1.0 / 5.0
    tail = tail * q + 1.0 / 3.0
    tail = tail * q + 1.0
    return np.float64(exponent) + (1.0 if upper else 0.0) + _TWO_OVER_LN2 * s * tail


@nb.njit(inline="always")
def exp2(x):
    """2^x, from -1022 to 1000; beyond, what it is there: never a subnormal, and never infinite times a few digits."""
    x = min(max(x, -1022.0), 1000.0)
    whole = np.floor(x + 0.5)
    r = (x - whole) * _LN2
    tail = 1.0 / 6227020800.0
    tail = tail * r + 1.0 / 479001600.0
    tail = tail * r + 1.0 / 39916800.0
    tail = tail * r + 1.0 / 3628800.0
    tail = tail * r + 1.0 / 362880.0
    tail = tail * r + 1.0 / 40320.0
    tail = tail * r + 1.0 / 5040.0
    tail = tail * r + 1.0 / 720.0
    tail = tail * r + 1.0 / 120.0
    tail = tail * r + 1.0 / 24.0
    tail = tail * r + 1.0 / 6.0
    tail = tail * r + 0.5
    tail = tail * r + 1.0
    tail = tail * r + 1.0
    return tail * np.int64((np.int64(whole) + _1023) << _52).view(np.float64)


@nb.njit(inline="always")
def exp(x):
    """e^x on the range of `exp2`."""
    return exp2(x * (1.0 / _LN2))


@nb.njit(inline="always")
def log(x):
    """Natural logarithm of a positive normal number."""
    return log2(x) * _LN2


@nb.njit(inline="always")
def power(x, p):
    """x^p for a positive normal x."""
    return exp2(p * log2(x))


@lru_cache(maxsize=256)
def power_coefficients(p: float) -> tuple[float, ...]:
    """What `fixed_power` needs: coefficients of m^p, 1 <= m < 2, in t = 2m - 3, from degree 15 down.

    The remainder is below 1e-10 of m^p for -2 <= p <= 4.
    """
    fit = Chebyshev.interpolate(lambda t: ((t + 3) / 2) ** p, 15).convert(kind=Polynomial)
    coefficients = np.zeros(16)
    coefficients[: fit.coef.size] = fit.coef  # which NumPy cuts short where the last are exactly zero
    return tuple(float(c) for c in reversed(coefficients))


@nb.njit(inline="always")
def fixed_power(x, p, coefficients):
    """x^p for a positive normal x and a fixed p, -2 <= p <= 4: m^p by polynomial, times 2^(pe); x = m 2^e."""
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> _52) - _1023
    t = 2.0 * np.int64((bits & _MANTISSA) | _ONE_BITS).view(np.float64) - 3.0
    mantissa = coefficients[0]
    mantissa = mantissa * t + coefficients[1]
    mantissa = mantissa * t + coefficients[2]
    mantissa = mantissa * t + coefficients[3]
    mantissa = mantissa * t + coefficients[4]
    mantissa = mantissa * t + coefficients[5]
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
    return mantissa * exp2(p * np.float64(exponent))


@nb.njit(inline="always")
def sin_half_turn(w):
    """sin(pi w) for |w| <= 1/2, to the last digits of its own size near 0."""
    y = w * math.pi
    q = y * y
    tail = 1.0 / 25852016738884976640000.0
    tail = 1.0 / 51090942171709440000.0 - tail * q
    tail = 1.0 / 121645100408832000.0 - tail * q
    tail = 1.0 / 355687428096000.0 - tail * q
    tail = 1.0 / 1307674368000.0 - tail * q
    tail = 1.0 / 6227020800.0 - tail * q
    tail = 1.0 / 39916800.0 - tail * q
    tail = 1.0 / 362880.0 - tail * q
    tail = 1.0 / 5040.0 - tail * q
    tail = 1.0 / 120.0 - tail * q
    tail = 1.0 / 6.0 - tail * q
    return y * (1.0 - tail * q)


@nb.njit(inline="always")
def cos_turn(v):
    """cos(2 pi v) for v in [0, 1], as 2 sin^2(pi w) - 1 with w = v - 1/2."""
    sine = sin_half_turn(v - 0.5)
    return 2.0 * sine * sine - 1.0


@nb.njit(inline="always")
def cos(x):
    """cos x, by reduction to one turn; |x| below 1e6 keeps nine digits after the point or more."""
    turns = x * (0.5 / math.pi)
    return cos_turn(turns - np.floor(turns))


@nb.njit(inline="always")
def sin(x):
    """sin x, as cos(x - pi/2)."""
    return cos(x - 0.5 * math.pi)


@nb.njit(inline="always")
def tanh(x):
    """tanh x, as (e^2x - 1)/(e^2x + 1) with |x| cut at 20, where the quotient is 1 to the last digit."""
    e = exp(2.0 * min(max(x, -20.0), 20.0))
    return (e - 1.0) / (e + 1.0)
