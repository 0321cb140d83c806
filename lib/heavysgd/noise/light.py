"""Power tails so light that u^(-1/alpha) is 1 but for its last digits: what to sample them by instead.

    u^p - 1 = e^q - 1 = q (1 + q/2 (1 + q/3 (1 + ...))),   q = p log u

The left-hand side cancels: the spacing of the numbers near 1, times alpha, is what it is off by. The right-hand side keeps
every digit, in single precision too, and for alpha as large as floats go, where the law becomes its own limit: Student's
the normal law, Lomax's the exponential.
"""

from __future__ import annotations

import numba as nb

LIGHT = 1800.0  # from here on alpha is light; below, draws are by `fixed_power`, as they have always been


@nb.njit(inline="always")
def growth(q):
    """(e^q - 1) / q for 0 <= q < 0.1, which q = -2 log(u) / alpha is for every uniform u > 2^-64 and a light alpha."""
    tail = q * (1.0 / 9.0) + 1.0
    tail = tail * q * (1.0 / 8.0) + 1.0
    tail = tail * q * (1.0 / 7.0) + 1.0
    tail = tail * q * (1.0 / 6.0) + 1.0
    tail = tail * q * (1.0 / 5.0) + 1.0
    tail = tail * q * (1.0 / 4.0) + 1.0
    tail = tail * q * (1.0 / 3.0) + 1.0
    return tail * q * 0.5 + 1.0
