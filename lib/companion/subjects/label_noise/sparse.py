"""Regression on the squares of parameters: forty samples, a hundred numbers, five of them not zero.

    f_i(w) = sum_j x_ij w_j^2,    L = sum_i (f_i - y_i)^2 / (4 n)

There are many w without a loss; with c_j = sum_i x_ij^2 / n the trace of the Hessian there is 2 sum_j c_j w_j^2, so that
among them label noise looks for the solution of a linear program in u_j = w_j^2,

    min sum_j c_j u_j    subject to    X u = y, u >= 0.

With one sample a step, and noise of variance s^2 on its label, log|w_j| falls by (eta^2 s^2 / 2) r_j a step where the
solution has u_j = 0,

    r_j = c_j - x_j . m,    m = X_S (X_S' X_S)^-1 c_S,

S the support and m the multiplier that residuals can have, which are sums of the columns X_S.

Source: HaoChen, Wei, Lee and Ma (arXiv:2006.08680) for the problem, recalled; Damian, Ma and Lee (arXiv:2106.06530).
"""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from scipy.optimize import linprog

SAMPLES, SIZE, SPARSITY = 40, 100, 5
_CHUNK = 1000


class Problem(NamedTuple):
    """Inputs, shape (n, d), labels (n,), and the sparse truth u (d,)."""

    inputs: np.ndarray
    labels: np.ndarray
    truth: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """c."""
        return (self.inputs**2).mean(axis=0)

    def program(self) -> np.ndarray:
        """The solution of the linear program."""
        found = linprog(self.weights, A_eq=self.inputs, b_eq=self.labels, bounds=(0, None), method="highs")
        if found.status != 0:
            raise ValueError(f"the linear program has no solution: {found.message}")
        return found.x

    def rates(self, eta: float = 0.0) -> np.ndarray:
        """r_j outside the support of the truth, shape (d - sparsity,): to first order in eta, or with what residuals add at
        a step size: the mean square of sample i's is not s^2 but v_i s^2, and c_j the mean of v_i x_ij^2."""
        inside = self.truth > 0
        columns = self.inputs[:, inside]
        c = (self._squares(eta)[:, None] * self.inputs**2).mean(axis=0)
        multiplier = columns @ np.linalg.solve(columns.T @ columns, c[inside])
        return (c - self.inputs.T @ multiplier)[~inside]

    def _squares(self, eta: float) -> np.ndarray:
        """v_i, shape (n,): near the truth, on the support, e = w - 1 follows e <- e - eta (2 x_i . e + s Z) x_i."""
        x = self.inputs[:, self.truth > 0]
        if eta == 0:
            return np.ones(len(x))
        maps = np.eye(x.shape[1]) - 2 * eta * np.einsum("ni,nj->nij", x, x)
        spread = hs.theory.stationary_covariance(maps, eta**2 * x.T @ x / len(x))
        return 1 + 4 * np.einsum("ni,ij,nj->n", x, spread, x)


def problem(seed: int) -> Problem:
    """Normal inputs, and ones on a support drawn at random; drawn again until all r_j are positive, as they are more often
    than not. Where one is not, the truth still solves the linear program, with another multiplier, for which residuals need
    the column of that j: it falls, but not at a constant rate."""
    rng = np.random.default_rng(seed)
    while True:
        inputs = rng.standard_normal((SAMPLES, SIZE))
        truth = np.zeros(SIZE)
        truth[rng.choice(SIZE, SPARSITY, replace=False)] = 1.0
        found = Problem(inputs, inputs @ truth, truth)
        if found.rates().min() > 0:
            return found


def trained(given: Problem, eta: float, spread: float, n_steps: int, replicates: int, seed: int, every: int) -> np.ndarray:
    """w of replicates from all ones, every so many steps, shape (1 + times, replicates, d): one sample a step, a sign
    times `spread` on its label."""
    rng, w = np.random.default_rng(seed), np.ones((replicates, SIZE))
    kept = [w.copy()]
    for first in range(0, n_steps, _CHUNK):
        chosen = rng.integers(0, SAMPLES, (_CHUNK, replicates))
        noise = spread * rng.choice([-1.0, 1.0], (_CHUNK, replicates))
        for k, (which, shift) in enumerate(zip(chosen, noise), start=first + 1):
            x = given.inputs[which]
            wrong = np.einsum("rd,rd,rd->r", x, w, w) - given.labels[which] + shift
            w -= eta * wrong[:, None] * x * w
            if k % every == 0:
                kept.append(w.copy())
    return np.array(kept)


def descended(given: Problem, eta: float, n_steps: int) -> np.ndarray:
    """w by gradient descent from all ones: the same without noise, and with all samples in every step."""
    w = np.ones(SIZE)
    for _ in range(n_steps):
        w -= eta * (given.inputs.T @ (given.inputs @ w**2 - given.labels)) / SAMPLES * w
    return w


def errors(given: Problem, path: np.ndarray) -> np.ndarray:
    """|w^2 - truth|^2; shape of the path without its last axis."""
    return ((path**2 - given.truth) ** 2).sum(axis=-1)


def averaged(path: np.ndarray, first: int) -> np.ndarray:
    """sqrt of the mean of w^2 over the recorded times from `first` on, shape (replicates, d)."""
    return np.sqrt((path[first:] ** 2).mean(axis=0))


def decay(given: Problem, path: np.ndarray, first: int) -> np.ndarray:
    """By how much log|w_j| fell outside the support from the recorded time `first` to the last, shape (replicates, d -
    sparsity)."""
    logs = np.log(np.abs(path[[first, -1]][:, :, given.truth == 0]))
    return logs[0] - logs[1]


def slope(falls: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Of the line through the origin that is nearest to `falls` against `predicted`, for each replicate."""
    return falls @ predicted / (predicted @ predicted)
