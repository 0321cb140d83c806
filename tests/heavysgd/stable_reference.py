"""The tail of a symmetric stable law in thirty digits, by inversion and by Bergstrom's series."""

import mpmath


def reference_tail(x: float, alpha: float) -> float:
    """P(|Z| > x), E exp(itZ) = exp(-|t|^alpha): by the series where its least term is negligible."""
    with mpmath.workdps(30):
        x, alpha = mpmath.mpf(x), mpmath.mpf(alpha)
        value, least_term = _series(x, alpha)
        return float(value if least_term < mpmath.mpf(10) ** -13 * value else _inversion(x, alpha))


def _series(x, alpha):
    """(2 / pi) sum_k (-1)^(k+1) Gamma(alpha k) / k! sin(pi alpha k / 2) x^(-alpha k), up to its least term."""
    total, least = mpmath.mpf(0), mpmath.inf
    for k in range(1, 2000):
        term = mpmath.gamma(alpha * k) / mpmath.factorial(k) * x ** (-alpha * k)
        if term > least or term < mpmath.mpf(10) ** -28 * abs(total):
            break
        least = term
        total += (-1) ** (k + 1) * term * mpmath.sin(mpmath.pi * alpha * k / 2)
    return 2 / mpmath.pi * total, least


def _inversion(x, alpha):
    """1 - (2 / pi) int_0^inf sin(t x) / t exp(-t^alpha) dt, cut where the exponential is below 1e-30."""
    end = mpmath.mpf(70) ** (1 / alpha)
    pieces = mpmath.linspace(0, end, int(end * x / 3) + 8)
    return 1 - 2 / mpmath.pi * mpmath.quad(lambda t: mpmath.sin(t * x) / t * mpmath.exp(-(t**alpha)), pieces)
