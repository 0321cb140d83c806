"""The stationary law without sampling: pi P = pi.

Theorem 2 says that the share of sharp basins vanishes with the learning rate; this is what it is at any learning rate, in
the long run, and the law of the position with it.

Source: Theorem 2 of the paper, at a finite learning rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from heavysgd.exact import arguments
from heavysgd.exact.law import Law, resolved_law
from heavysgd.exact.resolution import UNKNOWN, Answer, refined
from heavysgd.exact.solver import Solver
from heavysgd.recursion import Truncated


@dataclass(frozen=True, eq=False)
class Stationary:
    """basin_fraction : (k,), pi(Omega_i), the share of all steps in each attraction field in the long run. error : their
    largest relative error, as two resolutions tell; where it is 0.1 or more, they are NaN."""

    basin_fraction: np.ndarray
    error: float
    _sgd: Truncated = field(repr=False)

    @cached_property
    def law(self) -> Law:
        """pi itself, with its density known to 1e-3 in total variation or a `PrecisionWarning`; takes some seconds."""
        return resolved_law(self._sgd, np.arange(self._sgd.landscape.size), "the stationary density")

    def density(self, x: ArrayLike) -> np.ndarray:
        """The density of pi at points, of the shape of x; `law.atoms` holds what sits on the walls."""
        return self.law.density(x)


def stationary(sgd: Truncated, *, tolerance: float = 1e-5) -> Stationary:
    """The stationary law of the recursion on the whole landscape, to a relative error of `tolerance`.

    Takes a second or less and 25 N^2 bytes, N from 600 nodes to 6,000.

    Raises `ValueError` for a tolerance outside (0, 1), more than one dimension, open ends, and where descent without noise
    leaves the domain. Warns with `PrecisionWarning` where the tolerance is not reached.
    """
    sgd, tolerance = arguments.checked_sgd(sgd), arguments.checked_tolerance(tolerance)
    f = sgd.landscape
    if f.open_ends:
        raise ValueError(f"sgd: {f.name} has open ends, through which the chain leaves for good; see hs.exact.killed")
    members = np.arange(f.size)
    arguments.refuse_overshoot(sgd, members)
    found = refined(sgd, members, _answer, tolerance, "the stationary law")
    shares = found.answer.positive
    return Stationary(shares if found.error < UNKNOWN else np.full_like(shares, np.nan), found.error, sgd)


def _answer(solver: Solver) -> Answer:
    """The level of a solution for 1_{Omega_i} is its stationary mean."""
    solution = solver.solve(solver.chain.inside)
    return Answer(solution.level, np.zeros(0), solution.correction)
