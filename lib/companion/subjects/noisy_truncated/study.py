"""Noisy truncated SGD: the largest components of a gradient, as many as hold a share 1 - e^2 of its square, and noise.

    g~ = g on the fewest components with |g~|^2 >= (1 - e^2) |g|^2,    w <- w - eta g~ + eta^(1/2 + beta) N(0, s^2)

Which components these are depends on their order, which a step of the engine's cannot ask for: these are NumPy's loops,
replicates side by side.

Source: Zhou, Li and Banerjee (arXiv:2103.00075).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from heavysgd.inference import Measured, mean

PARAMETERS = 20
_RATE = 1.5  # eta = _RATE / sqrt(T)


def truncated(g: np.ndarray, epsilon: float) -> np.ndarray:
    """g~ of gradients g, shape (..., p); of components of one size all are kept or none."""
    if epsilon == 0:
        return g
    squares = np.sort(g**2, axis=-1)[..., ::-1]
    sums = np.cumsum(squares, axis=-1)
    needed = (sums < (1 - epsilon**2) * sums[..., -1:]).sum(axis=-1, keepdims=True)  # of the largest, the last kept
    return np.where(g**2 >= np.take_along_axis(squares, needed, -1), g, 0)


class Method(NamedTuple):
    """e of the truncation (0: none), beta of the noise (None: none) and its standard deviation s."""

    epsilon: float = 0.0
    beta: float | None = None
    spread: float = 0.3

    def step(self, w: np.ndarray, g: np.ndarray, eta: float, rng: np.random.Generator) -> np.ndarray:
        """The next w."""
        w = w - eta * truncated(g, self.epsilon)
        if self.beta is None:
            return w
        return w + eta ** (0.5 + self.beta) * self.spread * rng.standard_normal(w.shape)


# --- the rate: a sum of bounded wells, sum_i w_i^2 / (1 + w_i^2) / i ---


def slope(w: np.ndarray) -> np.ndarray:
    """The gradient."""
    return 2 * w / (1 + w**2) ** 2 / np.arange(1, w.shape[-1] + 1)


class Noise(NamedTuple):
    """Of the gradient: each component is multiplied by 1 + `relative` N(0, 1), and has `additive` N(0, 1) added."""

    relative: float = 0.0
    additive: float = 0.0


def mean_square(method: Method, noise: Noise, horizon: int, replicates: int, seed: int) -> np.ndarray:
    """Mean over T = `horizon` steps at eta = 1.5 / sqrt(T), from w_i = 1, of |grad L|^2; shape (replicates,)."""
    rng, eta = np.random.default_rng(seed), _RATE / np.sqrt(horizon)
    w, total = np.ones((replicates, PARAMETERS)), np.zeros(replicates)
    for _ in range(horizon):
        g = slope(w)
        total += (g**2).sum(axis=1)
        seen = g * (1 + noise.relative * rng.standard_normal(w.shape)) + noise.additive * rng.standard_normal(w.shape)
        w = method.step(w, seen, eta, rng)
    return total / horizon


class Rates(NamedTuple):
    """Mean |grad L|^2 by horizon, shape (horizons, replicates)."""

    horizons: tuple[int, ...]
    squares: np.ndarray

    def first(self, count: int = 2) -> Rates:
        """The first horizons alone."""
        return Rates(self.horizons[:count], self.squares[:count])

    def exponent(self, last: int = 0) -> Measured:
        """Slope of log |grad L|^2 against log T over the last so many horizons (0: all), mean over replicates."""
        x, y = np.log(self.horizons[-last:]), np.log(self.squares[-last:])
        x = x - x.mean()
        return mean(x @ y / (x @ x))


def rates(method: Method, noise: Noise, horizons: tuple[int, ...], replicates: int, seeds: list[int]) -> Rates:
    """Of the method, a seed for each horizon."""
    found = [mean_square(method, noise, h, replicates, seed) for h, seed in zip(horizons, seeds)]
    return Rates(tuple(horizons), np.array(found))


# --- saddles ---


def escape(
    method: Method, matrix: np.ndarray, direction: np.ndarray, far: float, eta: float, n_paths: int, most: int, seed: int
) -> np.ndarray:
    """Steps from 0 until |w . direction| > far, for the gradient -matrix w; most + 1 where it is not so by then."""
    rng, w = np.random.default_rng(seed), np.zeros((n_paths, len(matrix)))
    left, inside = np.full(n_paths, most + 1), np.arange(n_paths)
    for n in range(1, most + 1):
        w = method.step(w, -w @ matrix, eta, rng)
        out = np.abs(w @ direction) > far
        left[inside[out]] = n
        w, inside = w[~out], inside[~out]
        if inside.size == 0:
            break
    return left


def typical(steps: np.ndarray) -> Measured:
    """The median with its error, by the binomial law of ranks."""
    ordered, half = np.sort(steps.astype(float)), 0.5 * np.sqrt(steps.size)
    low, high = (int(np.clip(round(steps.size / 2 + side * half), 0, steps.size - 1)) for side in (-1, 1))
    return Measured(float(np.median(ordered)), float((ordered[high] - ordered[low]) / 2))


def line(x: np.ndarray, points: list[Measured]) -> Measured:
    """Slope of the least-squares line through measured values, unweighted."""
    x = np.asarray(x, float) - np.mean(x)
    weights = x / (x @ x)
    values, errors = np.array([[p.value, p.stderr] for p in points]).T
    return Measured(float(weights @ values), float(np.sqrt(weights**2 @ errors**2)))


def aligned() -> np.ndarray:
    """The Hessian's negative at an axis-aligned saddle: one direction grows, the others fall."""
    return np.diag([1.0, *[-1.0] * (PARAMETERS - 1)])


def of_digits() -> tuple[np.ndarray, np.ndarray]:
    """Around w = 0 of |M - w w'|^2 / 4 the gradient is -M w: M the covariance of the digits over its largest eigenvalue;
    and its first eigenvector."""
    from sklearn.datasets import load_digits

    covariance = np.cov(load_digits().data.T)
    values, vectors = np.linalg.eigh(covariance)
    return covariance / values[-1], vectors[:, -1]
