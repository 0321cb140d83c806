"""First exits from one basin without sampling: mean, destinations, law and rate.

Source: Theorem 1 of the paper, at a finite learning rate; the equations are those of `killed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.exact import arguments
from heavysgd.exact.killed import Killed, solved
from heavysgd.exact.law import Law
from heavysgd.recursion import Truncated


@dataclass(frozen=True, eq=False)
class Exit:
    """The first exit from a basin, from a point in it: sigma = min{n >= 1 : X_n outside the basin}.

    basin : its number. mean : E sigma, in steps. destinations : (k,), or (k + 1,) with open ends, P(X_sigma in Omega_j).
    rate : 1 - rho_1, per step, at which those still inside leave after long. error : the relative error of mean and rate
    and the absolute error of destinations, as two resolutions tell. Where it is 0.1 or more, all of them are NaN.
    """

    basin: int
    mean: float
    destinations: np.ndarray
    rate: float
    error: float
    _chain: Killed = field(repr=False)

    def survival(self, n: ArrayLike) -> np.ndarray:
        """P(sigma > n), of the shape of n, an integer >= 0 or an array of them."""
        return self._chain.survival(n)[..., 0]

    @cached_property
    def quasi_stationary(self) -> Law:
        """The law of the position of a path that has not left for long."""
        return self._chain.quasi_stationary


def first_exit(sgd: Truncated, start: float, *, tolerance: float = 1e-5) -> Exit:
    """First exit from the basin that holds `start`, to a relative error of `tolerance`.

    Takes some hundredths of a second (no truncation) to a second or two (several jumps to leave) at any learning rate, and
    25 N^2 bytes, N from 200 nodes to 6,000.

    Raises `ValueError` for a start outside the domain or on the boundary of a basin, a tolerance outside (0, 1), more than
    one dimension, a basin that nothing leaves, and where descent without noise leaves the domain from this basin. Warns
    with `PrecisionWarning` where the tolerance is not reached; `error` then says what is.

    >>> import heavysgd as hs
    >>> f = hs.landscapes.wang_oh_rhee()
    >>> exit = first_exit(hs.SGD(f, hs.Lomax(1.2, 0.1), eta=1e-6, b=0.5), start=f.minima[1])
    >>> f"{exit.mean:.4g}", exit.destinations.round(3).tolist()
    ('1.465e+10', [0.935, 0.0, 0.065, 0.0])
    """
    sgd = arguments.checked_sgd(sgd)
    point = arguments.checked_points(sgd, "start", checks.real("start", start), np.arange(sgd.landscape.size))
    basin = sgd.landscape.basin_of(point)
    if not np.isfinite(sgd.landscape.widths[basin[0]]):
        raise ValueError(f"start = {start!r}: {sgd.landscape.name} has a single basin without an end, nothing leaves it")
    found = solved(sgd, basin, point, tolerance)
    return Exit(int(basin[0]), float(found.mean[0]), found.destinations[0], found.rate, found.error, found)
