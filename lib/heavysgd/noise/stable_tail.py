"""The tail of the symmetric stable laws, by one integral that holds for every index and every x.

    P(|Z| > x) = (2 / pi) int_0^{pi/2} exp( -x^{alpha/(alpha-1)} V(phi) ) dphi

    V(phi) = (sin phi / sin(e + alpha phi))^{alpha/(alpha-1)} sin(e + (alpha - 1) phi) / sin phi,   e = (2 - alpha) pi / 2

with phi the angle of Chambers, Mallows and Stuck counted from the right angle, where the tail is made, so that no digit is
lost for alpha near 2. V increases, so the integrand steps down once: sharply for alpha near 1, and close to 0 for large x.
Double-exponential quadrature on both sides of the step follows it over any number of magnitudes.

Source: Zolotarev, "One-dimensional stable distributions", 1986, theorem 2.2.3; Nolan, "Numerical calculation of stable
densities and distribution functions", 1997.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import tanhsinh
from scipy.optimize.elementwise import find_root

_NEAR, _FAR = 1e-18, 1e20  # the tail is 1 to the last digit below, and the power x^(-alpha) to the last digit beyond
_LEAST_ANGLE, _RIGHT_ANGLE = 1e-250, np.pi / 2
_ZERO_BEYOND = 6.6  # exp(-exp(6.6)) is below 1e-300
_ACCURACY = 1e-9
_AT_ONCE = 4096  # points, a few hundred nodes each


def stable_tail(x: ArrayLike, alpha: float) -> np.ndarray:
    """P(|Z| > x) for E exp(itZ) = exp(-|t|^alpha), 1 < alpha < 2; any shape of x, 1 where x <= 0, nan where it is nan.

    Raises `ArithmeticError` should the quadrature not reach a relative error of 1e-9.
    """
    x = np.asarray(x, float)
    tail = np.where(np.isnan(x), np.nan, np.where(x > _NEAR, 0.0, 1.0))
    inside = (x > _NEAR) & np.isfinite(x)
    if inside.any():
        near = np.minimum(x[inside], _FAR)
        parts = np.array_split(np.log(near), 1 + near.size // _AT_ONCE)
        tail[inside] = np.concatenate([_integral(part, alpha) for part in parts]) * (x[inside] / near) ** -alpha
    return tail[()]


def _integral(log_x: np.ndarray, alpha: float) -> np.ndarray:
    step, end = _where(np.array([[0.0], [_ZERO_BEYOND]]), log_x, alpha)
    at = lambda phi, log_x: np.exp(-np.exp(_log_height(phi, log_x, alpha)))  # noqa: E731
    # In units of the angle of the step, s before it and e^u beyond: both parts are then of order one or more.
    before = lambda s, log_x, angle: at(angle * s, log_x)  # noqa: E731
    after = lambda u, log_x, angle: np.exp(u) * at(angle * np.exp(u), log_x)  # noqa: E731
    angle = np.exp(step)
    parts = _quadrature(before, 1.0, log_x, angle) + _quadrature(after, end - step, log_x, angle)
    return np.minimum(angle * parts / _RIGHT_ANGLE, 1.0)


def _where(height, log_x, alpha: float) -> np.ndarray:
    """log phi at which the exponent's logarithm is `height`."""
    above = lambda log_phi, log_x, height: _log_height(np.exp(log_phi), log_x, alpha) - height  # noqa: E731
    return find_root(above, (np.log(_LEAST_ANGLE), np.log(_RIGHT_ANGLE)), args=(log_x, height)).x


def _quadrature(integrand, high, log_x, angle) -> np.ndarray:
    found = tanhsinh(integrand, 0.0, high, args=(log_x, angle), atol=_ACCURACY, rtol=_ACCURACY, minlevel=4)
    if not np.all(found.success):
        raise ArithmeticError(f"x = {np.exp(log_x[~found.success][0]):g}: the integral of the stable tail did not settle")
    return found.integral


def _log_height(phi, log_x, alpha: float):
    """log( x^{alpha/(alpha-1)} V(phi) ), from -inf at phi = 0 to inf at the right angle."""
    left = (2 - alpha) * _RIGHT_ANGLE
    # sin(left + alpha phi), counted from whichever of 0 and pi is near: there its digits matter.
    angle = np.where(phi < _RIGHT_ANGLE / 2, left + alpha * phi, alpha * (_RIGHT_ANGLE - phi))
    with np.errstate(divide="ignore"):
        sine = np.sin(phi)
        steep = np.log(sine / np.maximum(np.sin(angle), _LEAST_ANGLE))
        return alpha / (alpha - 1) * (log_x + steep) + np.log(np.sin(left + (alpha - 1) * phi) / sine)
