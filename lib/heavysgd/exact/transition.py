"""Where the recursion is after n steps, and where it has been, without sampling.

    P^n 1_{Omega_j},    (1/n) sum_{m=1}^n P^m 1_{Omega_j}

Source: Theorems 2, 3 and 5 of the paper, at a finite learning rate and a finite time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from heavysgd.exact import arguments
from heavysgd.exact.powers import evolve
from heavysgd.exact.resolution import UNKNOWN, refined
from heavysgd.recursion import Truncated


class Transition(NamedTuple):
    """After n steps from each of p points, on a landscape of k basins.

    start : (p,). probability : (*n.shape, p, k), P(X_n in Omega_j). share : (*n.shape, p, k), the expected share of the
    steps 1, ..., n that are spent in Omega_j. error : the largest absolute error, as two resolutions tell; where it is 0.1
    or more, the numbers are NaN. With open ends, rows sum to the probability of not having left, and to its mean.
    """

    start: np.ndarray
    probability: np.ndarray
    share: np.ndarray
    error: float


def transition(sgd: Truncated, n: ArrayLike, start: ArrayLike | None = None, *, tolerance: float = 1e-5) -> Transition:
    """The law of X_n over basins and the expected shares of the first n steps, n >= 1 an integer or an array of them.

    start : a point, or an array of shape (p,); None for the k minima.
    tolerance : the absolute error asked for.

    Takes some seconds and 35 N^2 bytes, N from 600 nodes to 6,000. Raises `ValueError` for arguments out of range, more
    than one dimension, and where descent without noise leaves the domain. Warns with `PrecisionWarning` where the tolerance
    is not reached.
    """
    sgd, tolerance = arguments.checked_sgd(sgd), arguments.checked_tolerance(tolerance)
    counts = arguments.checked_counts(n, least=1)
    members = np.arange(sgd.landscape.size)
    start = arguments.checked_points(sgd, "start", start, members)
    arguments.refuse_overshoot(sgd, members)
    answer = lambda solver: evolve(solver, solver.chain.inside, counts.ravel(), start)  # noqa: E731
    found = refined(sgd, members, answer, tolerance, "the law after n steps")
    shape, unknown = (*counts.shape, start.size, members.size), np.nan if not found.error < UNKNOWN else 1.0
    probability, share = (part.reshape(shape) * unknown for part in found.answer[:2])
    return Transition(start, probability, share, found.error)
