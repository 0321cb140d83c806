"""P^n applied to functions, and the mean of its first n powers, for any n.

The spectrum of the matrix is that of the chain near 1 only, elsewhere it is the mesh's, and powers may blow up. So P^n =
f(I - P), f(s) = (1 - s)^n, is taken on a Krylov space of the resolvent (sigma + I - P)^-1, sigma of the order of 10 / n,

    f(I - P) v = |v| V f(H^-1 - sigma) e_1,    H = V^T (sigma + I - P)^-1 V,

which holds what decays no faster than the n-th power sees, to some 1e-8 with 40 vectors. What of it would grow is of the
mesh's making and dropped.

Source: van den Eshof and Hochbruck, "Preconditioning Lanczos approximations to the matrix exponential", SIAM J. Sci.
Comput. 27 (2006), recalled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expm1, log1p

from heavysgd.exact.eigen import stationary
from heavysgd.exact.solver import Solver

_VECTORS = 40
_POLE = 10.0  # sigma n for the least n that a Krylov space serves
_SPAN = 3.0  # and how far n may exceed it
_RELAXED = 1000.0  # relaxation times 1 / (eta f'') after which sigma = 0 serves every n
_BREAKDOWN = 1e-13


class Evolution(NamedTuple):
    """After counts[c] = n steps from points[p], of function j: `power` E[phi_j(X_n)], `mean` the expectation of
    (1/n) sum_{m=1}^n phi_j(X_m); both of shape (c, p, j)."""

    power: np.ndarray
    mean: np.ndarray
    rounding: float = 0.0

    def differs(self, coarse: Evolution) -> float:
        """The largest absolute difference."""
        return float(max(np.abs(self.power - coarse.power).max(), np.abs(self.mean - coarse.mean).max()))


def evolve(solver: Solver, functions: np.ndarray, counts: np.ndarray, points: np.ndarray) -> Evolution:
    """Functions given at the nodes, shape (N, j), after counts >= 1 steps from points."""
    chain, rows = solver.chain, solver.chain.mesh.at(points)
    power, mean = (np.empty((counts.size, points.size, functions.shape[1])) for _ in range(2))
    for group, sigma in _groups(solver, counts):
        level, left = np.zeros(functions.shape[1]), rows
        if chain.closed and not sigma:  # the stationary mean stays, and what differs from it has none and keeps none
            law = stationary(solver)
            level, left = law @ functions, rows - law
        inverse = (Solver(chain, sigma) if sigma else solver).inverse
        for j, space in enumerate(_spaces(inverse, functions - level)):
            power[group, :, j] = level[j] + _apply(space, left, sigma, counts[group], _power)
            mean[group, :, j] = level[j] + _apply(space, left, sigma, counts[group], _mean)
    return Evolution(power, mean)


def _groups(solver: Solver, counts: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Places of counts that one sigma serves, with it."""
    sgd, members = solver.chain.sgd, solver.chain.members
    long = _RELAXED / (sgd.eta * sgd.landscape.curvature(sgd.landscape.minima[members]).min())
    band = np.where(counts > long, np.inf, np.floor(np.log(counts) / np.log(_SPAN)))
    groups = [np.flatnonzero(band == value) for value in np.unique(band)]
    return [(g, 0.0 if counts[g[0]] > long else _POLE / counts[g].min()) for g in groups]


class _Krylov:
    """The space of a resolvent's powers on a start, by Arnoldi's process with repeated orthogonalisation.

    vectors : V^T, orthonormal rows. h : H. length : |start|. grows : whether another vector belongs to it.
    """

    def __init__(self, start: np.ndarray):
        self.length = float(np.linalg.norm(start))
        self.size, self.grows = 0, self.length > 0
        self._vectors, self._h = np.zeros((_VECTORS + 1, start.size)), np.zeros((_VECTORS + 1, _VECTORS))
        self._vectors[0] = start / self.length if self.grows else 0.0

    @property
    def vectors(self) -> np.ndarray:
        return self._vectors[: self.size]

    @property
    def h(self) -> np.ndarray:
        return self._h[: self.size, : self.size]

    @property
    def last(self) -> np.ndarray:
        """The vector to apply the resolvent to."""
        return self._vectors[self.size]

    def extend(self, new: np.ndarray) -> None:
        """By the resolvent of the last vector."""
        k, scale = self.size, np.linalg.norm(new)
        for _ in range(2):
            part = self._vectors[: k + 1] @ new
            new = new - part @ self._vectors[: k + 1]
            self._h[: k + 1, k] += part
        self.size, self._h[k + 1, k] = k + 1, np.linalg.norm(new)
        self.grows = bool(self._h[k + 1, k] > _BREAKDOWN * scale) and self.size < _VECTORS
        if self.grows:
            self._vectors[k + 1] = new / self._h[k + 1, k]


def _spaces(resolvent: Callable, starts: np.ndarray) -> list[_Krylov]:
    """Of each column of starts, all in step: to solve for many right-hand sides costs little more than for one."""
    spaces = [_Krylov(start) for start in starts.T]
    while growing := [space for space in spaces if space.grows]:
        for space, new in zip(growing, resolvent(np.column_stack([space.last for space in growing])).T):
            space.extend(new)
    return spaces


def _apply(space: _Krylov, rows: np.ndarray, sigma: float, counts: np.ndarray, function: Callable) -> np.ndarray:
    """rows f(I - P) start for every n, shape (counts, rows)."""
    if space.size == 0:
        return np.zeros((counts.size, len(rows)))
    values, basis = np.linalg.eig(space.h)
    decay = 1 / values - sigma
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log = log1p(-decay.astype(complex))  # NumPy's own, of complex numbers, loses the digits of small ones
        grows = counts[:, None] * log.real > 1.0
        factor = np.where(grows, 0.0, function(decay, np.where(grows, -1.0, counts[:, None] * log), counts[:, None]))
    weights = np.linalg.solve(basis, np.eye(space.size)[0] * space.length)
    return (factor * weights @ (rows @ space.vectors.T @ basis).T).real


def _power(decay, exponent, count):
    """(1 - s)^n, exponent = n log(1 - s)."""
    return np.exp(exponent)


def _mean(decay, exponent, count):
    """(1/n) sum_{m=1}^n (1 - s)^m."""
    return np.where(decay == 0, 1.0, (1 - decay) * -expm1(exponent) / (count * np.where(decay == 0, 1.0, decay)))
