"""Solutions of (sigma + I - P) u = f whose digits survive rare exits.

Where leaving a basin is rare, I - P is nearly singular, and LU factors of it know the rate of leaving to rounding at best.
Rows are known better than that: they sum to the probability of leaving, which comes from H. So solutions are refined:
written as a constant C_i on every basin and a rest w that vanishes at the minima, the residual

    f - sigma u - sum_i C_i (I - P) 1_{Omega_i} - (I - P) w

has the constants' part from H to all digits, and a w that is small where the chain spends its time. Mean exit times of
10^17 steps keep most of their digits.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from heavysgd.exact.chain import Chain

_ROUNDS = 20  # of refinement at most
_SETTLED = 1e-11  # a correction of this relative size is the last
_NO_LEVEL = 1e-8  # of the right-hand side: levels below this are held to be zero
_FAR = 1e-6  # sigma from which sigma + I - P is so far from singular that its factors keep ten digits


class Solution(NamedTuple):
    """values : u at the nodes, (N, j). level : (j,), zero but for a closed chain, see `Solver`. correction : the relative
    size of the last correction, and so what rounding may have taken."""

    values: np.ndarray
    level: np.ndarray
    correction: float


class Solver:
    """(sigma + I - P)^-1 for one chain.

    Where nothing leaves and sigma = 0, (I - P) u = f - level is solved instead, with u = 0 at the first minimum; then level
    is the stationary mean of f.
    """

    def __init__(self, chain: Chain, sigma: float = 0.0):
        self.chain, self.sigma = chain, sigma
        self.bordered = chain.closed and sigma == 0

    def solve(self, right: np.ndarray) -> Solution:
        """u for right of shape (N, j)."""
        solved = self._by_factors(right)
        if self.sigma >= _FAR:
            return Solution(solved, np.zeros(solved.shape[1]), float(np.finfo(float).eps / self.sigma))
        (constants, level, rest), correction = self._parts(solved), np.inf
        for _ in range(_ROUNDS):
            values = self.chain.inside @ constants + rest
            more = self._by_factors(right - level - self.sigma * values - self._image(constants, rest))
            correction = self._relative(more, solved, right)
            useful = correction < 1  # else nothing but rounding
            parts = self._parts(np.where(useful, more, 0.0))
            constants, level, rest = (old + new for old, new in zip((constants, level, rest), parts))
            if not useful.any() or correction[useful].max() <= _SETTLED:
                break
        return Solution(self.chain.inside @ constants + rest, level, float(np.max(correction)))

    def inverse(self, right: np.ndarray) -> np.ndarray:
        """(sigma + I - P)^-1 right, of a vector (N,) or of columns (N, j).

        For a closed chain (I - P + 1 e^T)^-1 right, e = 1 at the first minimum.
        """
        found = self.solve(right.reshape(len(right), -1))
        return (found.values + found.level).reshape(right.shape)

    def inverse_left(self, left: np.ndarray) -> np.ndarray:
        """left (sigma + I - P)^-1, shape (N,), without refinement."""
        return lu_solve(self._factors, left, trans=1, check_finite=False)

    @cached_property
    def _factors(self):
        matrix = self.chain.generator.copy()
        if self.bordered:
            matrix[:, self.chain.minima[0]] += 1.0
        matrix[np.diag_indices_from(matrix)] += self.sigma
        return lu_factor(matrix, check_finite=False, overwrite_a=True)

    def _by_factors(self, right: np.ndarray) -> np.ndarray:
        return lu_solve(self._factors, right, check_finite=False)

    def _image(self, constants: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """(I - P) of constants on the basins and a rest."""
        chain = self.chain
        moved = (rest.T @ chain.generator.T).T  # generator @ rest, which takes twice as long for a few columns
        return chain.of_constants @ constants + moved + chain.rounded * rest

    def _parts(self, solved: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Constants on the basins, level and rest of a solution of the factors' system."""
        minima = self.chain.minima
        level = solved[minima[0]] if self.bordered else np.zeros(solved.shape[1])
        values = solved - level
        return values[minima], level, values - self.chain.inside @ values[minima]

    def _relative(self, more: np.ndarray, solved: np.ndarray, right: np.ndarray) -> np.ndarray:
        """The size of a correction, of the solution or, where there is one, of the level, shape (j,)."""
        size = np.abs(solved).max(axis=0)
        relative = np.abs(more).max(axis=0) / np.where(size > 0, size, 1.0)
        if self.bordered:
            first = self.chain.minima[0]
            least = np.maximum(np.abs(solved[first]), _NO_LEVEL * np.abs(right).max(axis=0))
            relative = np.maximum(relative, np.abs(more[first]) / np.where(least > 0, least, 1.0))
        return relative
