"""The spectrum of the chain near 1, where limit theory puts that of its generator.

As eta falls, the k smallest eigenvalues of I - P on a landscape of k basins part from the others, which are multiples of
eta f'': the slowest of the k are those of the limit chain's generator times -lambda*(eta).

Source: Theorem 5 of the paper, at a finite learning rate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.exact import arguments
from heavysgd.exact.eigen import decay_rates
from heavysgd.exact.resolution import UNKNOWN, refined
from heavysgd.recursion import Truncated

_MOST = 20  # eigenvalues further in belong to shapes that the meshes are not made for


class Rates(NamedTuple):
    """Eigenvalues of I - P at one resolution, to be compared relatively."""

    rates: np.ndarray
    rounding: float = 0.0

    def apart(self, coarse: Rates) -> np.ndarray:
        """The relative difference of each."""
        exact = self.rates == 0  # of a chain that nothing leaves
        return np.where(exact, 0.0, np.abs(coarse.rates / np.where(exact, 1.0, self.rates) - 1))

    def differs(self, coarse: Rates) -> float:
        """The largest of them."""
        return float(self.apart(coarse).max())


def spectrum(sgd: Truncated, count: int, *, members: ArrayLike | None = None, tolerance: float = 1e-5) -> np.ndarray:
    """The `count` <= 20 smallest eigenvalues of I - P, ascending in modulus, shape (count,); complex where some are.

    members : the chain killed on leaving these basins; None for the whole landscape. With nothing to leave through, the
        first eigenvalue is exactly 0, and the second the gap; else the first is the rate of leaving, 1 - rho_1.
    tolerance : the relative error asked of each.

    Takes some seconds and 25 N^2 bytes, N from 200 nodes to 6,000. Raises `ValueError` for arguments out of range, more
    than one dimension, and where descent without noise leaves the domain. Warns with `PrecisionWarning` where the tolerance
    is not reached; eigenvalues of which no digit is known are NaN.
    """
    sgd, tolerance = arguments.checked_sgd(sgd), arguments.checked_tolerance(tolerance)
    count = checks.count("count", count, most=_MOST)
    members = arguments.checked_members(sgd, range(sgd.landscape.size) if members is None else members)
    arguments.refuse_overshoot(sgd, members)
    found = refined(sgd, members, lambda solver: Rates(decay_rates(solver, count)), tolerance, "the spectrum")
    return np.where(found.answer.apart(found.coarse) < UNKNOWN, found.answer.rates, np.nan)
