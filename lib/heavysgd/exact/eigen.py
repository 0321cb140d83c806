"""Slow modes: eigenvalues of I - P of least modulus, and their vectors, by Arnoldi's method on the inverse."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

from heavysgd.exact.solver import Solver


def decay_rates(solver: Solver, count: int) -> np.ndarray:
    """The `count` smallest eigenvalues of I - P, ascending in modulus, shape (count,); complex where some are.

    Where nothing leaves, the first is 0 exactly: its right eigenvector is the constant.
    """
    closed = int(solver.chain.closed)
    found = 1 / _leading(solver, count - closed)[0] if count > closed else np.zeros(0)
    found = np.append(np.zeros(closed), found[np.argsort(np.abs(found))])
    return np.real(found) if np.all(np.imag(found) == 0) else found


def quasi_stationary(solver: Solver) -> tuple[np.ndarray, float]:
    """nu with nu P = rho_1 nu, nu 1 = 1, as weights of the nodes, shape (N,), and rho_1."""
    values, vectors = _leading(solver, 1, left=True)
    weights = np.real(vectors[:, 0])
    return weights / weights.sum(), 1 - 1 / float(np.real(values[0]))


def stationary(solver: Solver) -> np.ndarray:
    """pi with pi P = pi, as weights of the nodes, shape (N,), for a chain that nothing leaves.

    The level of a solution for f is the stationary mean of f: the shares of the basins are those of refined solutions.
    """
    chain = solver.chain
    law = solver.inverse_left(np.where(np.arange(chain.mesh.size) == chain.minima[0], 1.0, 0.0))
    shares = solver.solve(chain.inside).level
    return law * (chain.inside @ (shares / (law @ chain.inside)))


def _leading(solver: Solver, count: int, left: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Largest eigenvalues of (I - P)^-1 with right or left vectors.

    Where nothing leaves, of (I - P + 1 e^T)^-1, which has the eigenvalue 1 in the place of the infinite one: it is among
    the largest only if fewer than `count` eigenvalues of I - P are below 1, and those are no slow modes.
    """
    apply, n = (solver.inverse_left if left else solver.inverse), solver.chain.mesh.size
    if count > n - 2:
        raise ValueError(f"count = {count}: must be at most {n - 2} here")
    operator = LinearOperator((n, n), matvec=apply, dtype=float)
    try:
        return eigs(operator, k=count, v0=apply(np.ones(n)), ncv=min(n, max(2 * count + 1, 8)), which="LM")
    except ArpackError:  # nothing but rounding is left of the inverse, or no convergence: no digit is known
        return np.full(count, np.nan + 0j), np.full((n, count), np.nan + 0j)
