"""Random affine maps x <- A x + b with independent (A, b): growth, and second moments and the tail of the stationary law.

    Lyapunov exponent  Lambda = E log|A|,    Kesten's index  kappa > 0 with E|A|^kappa = 1

    covariance        S = E[A S A'] + E[b b'],  with E[b | A] = 0

Where Lambda < 0 there is a stationary law, and P(|X| > x) falls as x^-kappa; where b = 0, x -> 0 almost surely for Lambda
< 0 and away from it for Lambda > 0, whatever E A^2 does.

Source: Kesten, Random difference equations and renewal theory for products of random matrices, Acta Mathematica 131 (1973).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from heavysgd import checks

_MOST = 1e4  # the largest index looked for


def lyapunov_exponent(factors: ArrayLike, probabilities: ArrayLike | None = None) -> float:
    """E log|A| for a factor with finitely many values, shape (n,), of these probabilities (None: alike); -inf where a value
    is 0.

    Raises `ValueError` unless probabilities are as many, not negative, and sum to one.

    >>> round(lyapunov_exponent([0.5, 1.5]), 4)
    -0.1438
    """
    factors = checks.measurements("factors", np.ravel(factors))
    weights = _weights(probabilities, factors.size)
    with np.errstate(divide="ignore"):
        return float(weights[weights > 0] @ np.log(np.abs(factors[weights > 0])))


def kesten_index(moment: Callable[[float], float]) -> float:
    """kappa > 0 with moment(kappa) = 1, moment(k) = E|A|^k; infinite where moments stay below one up to 1e4.

    Raises `ValueError` where moment(k) > 1 for small k already: Lambda > 0, and there is no stationary law.

    >>> round(kesten_index(lambda k: (0.5**k + 1.5**k) / 2), 9)
    1.0
    """
    low = 1e-6
    if moment(low) >= 1:
        raise ValueError("moment: E|A|^k >= 1 for small k: E log|A| is not negative, and there is no stationary law")
    high = 1e-3
    while moment(high) < 1:
        low, high = high, 2 * high
        if high > _MOST:
            return float("inf")
    return float(brentq(lambda k: moment(k) - 1, low, high, xtol=1e-12))


def stationary_covariance(maps: ArrayLike, covariance: ArrayLike, probabilities: ArrayLike | None = None) -> np.ndarray:
    """Of x <- A x + b in the long run, S = E[A S A'] + E[b b'], shape (d, d).

    maps : the finitely many values of A, shape (n, d, d). covariance : E[b b'], shape (d, d); b has mean zero given A.
    probabilities : of the values, shape (n,); None means alike. Memory of the order d^4 numbers.

    Raises `ValueError` for shapes that do not fit, and where second moments grow without bound, though x itself may not:
    the largest eigenvalue of E[A x A] is one or more.

    >>> maps = np.array([[[0.5]], [[1.1]]])
    >>> round(float(stationary_covariance(maps, [[1.0]])[0, 0]), 4)  # 1 / (1 - (0.25 + 1.21) / 2)
    3.7037
    """
    maps, covariance = np.asarray(maps, float), np.asarray(covariance, float)
    if maps.ndim != 3 or maps.shape[1:] != covariance.shape or covariance.shape != covariance.shape[::-1]:
        raise ValueError(f"maps has shape {maps.shape} and covariance {covariance.shape}: must be (n, d, d) and (d, d)")
    if not (np.isfinite(maps).all() and np.isfinite(covariance).all()):
        raise ValueError("maps and covariance must hold finite numbers alone")
    d, weights = len(covariance), _weights(probabilities, len(maps))
    squared = np.einsum("n,nij,nkl->ikjl", weights, maps, maps, optimize=True).reshape(d * d, d * d)
    growth = float(np.abs(np.linalg.eigvals(squared)).max())
    if growth >= 1:
        raise ValueError(f"maps: second moments grow by {growth:.4g} a step: there is no finite covariance in the long run")
    found = np.linalg.solve(np.eye(d * d) - squared, covariance.ravel()).reshape(d, d)
    return (found + found.T) / 2


def _weights(probabilities: ArrayLike | None, n: int) -> np.ndarray:
    """Probabilities of n values, alike where none are given. Raises `ValueError` unless they are some."""
    alike = np.full(n, 1 / max(n, 1))
    weights = alike if probabilities is None else checks.measurements("probabilities", np.ravel(probabilities))
    if weights.shape != (n,) or np.any(weights < 0) or not np.isclose(weights.sum(), 1):
        raise ValueError(f"probabilities = {probabilities!r}: must be {n} numbers >= 0 that sum to one")
    return weights
