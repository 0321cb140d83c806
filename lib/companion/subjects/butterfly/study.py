"""Behaviour cloning of a number, and of a linear policy: what noise in the weights does to long roll-outs.

A number: the expert keeps x_{t+1} = x_t, the clone has x_{t+1} = (1 + w) x_t, and w is learnt by mini-batches of one. With
v = eta s^2 / (2 - 3 eta) the variance of w and the cloning loss, E x_H^2 = E (1 + w)^(2 H) is about exp(2 H^2 v).

A linear policy: x_{t+1} = A x_t + B u_t, u_t = k . x_t, cloned from batches of normal states with noise on the expert's
actions. The covariance C of k solves, for normal states of covariance one,

    0 = - 2 eta C + eta^2 ((1 + 1/N) C + (tr C / N) 1) + eta^2 s^2 / N 1,    N the batch.
"""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, mean
from scipy.linalg import solve_discrete_are
from scipy.special import roots_hermitenorm
from scipy.stats import norm

_FAR = 1e3  # weights are kept between -+ this
_SETTLED = 20.0  # times the slower of the memories, left out
_NODES = 120  # of Gauss and Hermite's quadrature


class Number(NamedTuple):
    """The clone of one number: learning rate, spread of the labels' noise, and rate of the moving average (None: none)."""

    eta: float = 0.02
    spread: float = 0.05
    rate: float | None = None

    @property
    def sgd(self) -> hs.Recursion:
        """The recursion of w."""
        f = hs.Landscape("x**2/2", bounds=(-_FAR, _FAR), name="cloning a number")
        noise = hs.Gaussian(self.spread)
        if self.rate is None:
            return hs.MiniBatchRegression(f, noise, self.eta)
        return hs.AveragedRegression(f, noise, self.eta, rate=self.rate)

    def variance(self) -> float:
        """Of w, or of its average, in the long run."""
        v = self.eta * self.spread**2 / (2 - 3 * self.eta)
        return _averaged(v, self.eta, self.rate)

    def grown(self, horizon: int) -> float:
        """E x_H^2 for a normal w of that variance."""
        nodes, weights = roots_hermitenorm(_NODES)
        w = np.sqrt(self.variance()) * nodes
        return float(weights @ (1 + w) ** (2 * horizon) / weights.sum())

    def tail_index(self) -> float:
        """Kesten's, of w itself: E |1 - eta a^2|^kappa = 1 for a normal input a. E x_H^2 is infinite where 2 H >= kappa."""
        nodes, weights = np.polynomial.legendre.leggauss(4000)
        a = 9 * (nodes + 1)  # to 18, beyond which nothing counts
        density = 9 * weights * np.sqrt(2 / np.pi) * np.exp(-(a**2) / 2)

        def moment(kappa: float) -> float:
            return float(density @ np.abs(1 - self.eta * a**2) ** kappa)

        return hs.theory.kesten_index(moment)

    def path(self, n_steps: int, n_paths: int, seed: int) -> np.ndarray:
        """w, or its average, from 0, thinned to the memory of w, with the beginning left out; shape (n_paths, times)."""
        memory = 1 / self.eta if self.rate is None else 1 / min(self.eta, self.rate)
        every = max(1, int(memory / 4))
        how = {"n_steps": n_steps, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
        return hs.sample_path(self.sgd, 0.0, **how)[:, int(_SETTLED * memory / every) :]


def moment(path: np.ndarray, function) -> Measured:
    """Mean of a function of w over time, with the error of independent paths."""
    return mean(function(path).mean(axis=1))


def growth(horizon: int):
    """x_H^2 as a function of w."""
    return lambda w: (1 + w) ** (2 * horizon)


def beyond(path: np.ndarray, number: Number, deviations: float) -> Measured:
    """Share of w beyond so many predicted standard deviations, upwards."""
    return mean((path > deviations * np.sqrt(number.variance())).mean(axis=1))


def normal_beyond(deviations: float) -> float:
    """The same of a normal number."""
    return float(norm.sf(deviations))


class Plant(NamedTuple):
    """A double integrator in steps of `step`, and the weight of an action in the cost, beside 1 for each coordinate."""

    step: float = 0.1
    effort: float = 300.0

    @property
    def dynamics(self) -> tuple[np.ndarray, np.ndarray]:
        """A and B."""
        return np.array([[1.0, self.step], [0.0, 1.0]]), np.array([[0.5 * self.step**2], [self.step]])

    def expert(self) -> np.ndarray:
        """k of the least cost over an unbounded horizon, by Riccati's equation."""
        a, b = self.dynamics
        p = solve_discrete_are(a, b, np.eye(2), [[self.effort]])
        return -np.linalg.solve(self.effort + b.T @ p @ b, b.T @ p @ a)[0]

    def cost(self, k: np.ndarray, horizon: int) -> np.ndarray:
        """Mean cost of a roll-out from normal states under policies k, shape (..., 2): shape (...)."""
        a, b = self.dynamics
        closed = a + b @ np.asarray(k, float)[..., None, :]
        charge = np.eye(2) + self.effort * k[..., :, None] * k[..., None, :]
        spread, total = np.broadcast_to(np.eye(2), closed.shape), np.zeros(closed.shape[:-2])
        for _ in range(horizon):
            total = total + np.einsum("...ij,...ij->...", charge, spread)
            spread = closed @ spread @ np.swapaxes(closed, -1, -2)
        return total


class Cloned(NamedTuple):
    """Policies after each of `steps`, raw and averaged, shape (replicates, times, 2)."""

    steps: np.ndarray
    raw: np.ndarray
    averaged: np.ndarray


def clone(
    expert: np.ndarray, eta: float, batch: int, spread: float, rate: float, n_steps: int, replicates: int, seed: int,
    every: int,
) -> Cloned:  # fmt: skip
    """Mini-batch SGD from the expert on normal states, with noise on its actions; replicates side by side."""
    rng = np.random.default_rng(seed)
    k = np.tile(expert, (replicates, 1))
    kept, mean_k = [], k.copy()
    for n in range(1, n_steps + 1):
        x = rng.standard_normal((replicates, batch, 2))
        wrong = np.einsum("rbi,ri->rb", x, k - expert) - spread * rng.standard_normal((replicates, batch))
        k = k - eta / batch * np.einsum("rb,rbi->ri", wrong, x)
        mean_k = mean_k + rate * (k - mean_k)
        if n % every == 0:
            kept.append((k, mean_k))
    raw, averaged = np.swapaxes(np.array(kept), 0, 1).swapaxes(1, 2)
    return Cloned(every * np.arange(1, len(kept) + 1), raw, averaged)


def policy_variance(eta: float, batch: int, spread: float, rate: float | None = None) -> float:
    """Of each coordinate of k in the long run, or of its moving average."""
    v = eta * spread**2 / batch / (2 - eta * (1 + 3 / batch))
    return _averaged(v, eta, rate)


def _averaged(v: float, eta: float, rate: float | None) -> float:
    """Variance of the moving average of an autoregressive sequence of variance v and coefficient 1 - eta; v without one."""
    if rate is None:
        return v
    kept, slow = 1 - rate, 1 - eta
    return rate**2 * v * (1 + 2 * kept * slow / (1 - kept * slow)) / (1 - kept**2)


def cost_law(plant: Plant, variance: float, horizon: int, draws: int, seed: int) -> np.ndarray:
    """Costs over the expert's for normal k of that variance, shape (draws,)."""
    k = plant.expert() + np.sqrt(variance) * np.random.default_rng(seed).standard_normal((draws, 2))
    return relative_cost(plant, k, horizon)


def relative_cost(plant: Plant, k: np.ndarray, horizon: int) -> np.ndarray:
    """Costs of policies k, shape (..., 2), over the expert's."""
    return plant.cost(k, horizon) / plant.cost(plant.expert(), horizon)
