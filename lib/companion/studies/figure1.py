"""Shares of time, and their errors over independent paths."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np

from companion.rules import Measured


def share(occupation: hs.Occupation, basins: Sequence[int]) -> Measured:
    """Mean share of time in `basins`, with the standard error over paths.

    Paths fall into groups by where they started (path i in group i modulo the number of basins); the error is that of
    the mean of the groups' means, so it does not count the design as scatter.
    """
    per_path = occupation.basin_fraction_by_path[:, list(basins)].sum(axis=1)
    groups = [per_path[i :: occupation.basin_fraction.size] for i in range(occupation.basin_fraction.size)]
    means = [np.mean(group) for group in groups]
    variances = [np.var(group, ddof=1) / group.size for group in groups]
    return Measured(float(np.mean(means)), float(np.sqrt(np.sum(variances)) / len(groups)))


def ratio(above: Measured, below: Measured) -> Measured:
    """Quotient of two independent measurements, error by the delta method."""
    value = above.value / below.value
    return Measured(value, float(np.hypot(above.stderr, value * below.stderr) / below.value))


def least_visited(occupation: hs.Occupation) -> Measured:
    """Share of time in the basin that sees least of it."""
    shares = [share(occupation, [i]) for i in range(occupation.basin_fraction.size)]
    return min(shares, key=lambda s: s.value)


def leavers(occupation: hs.Occupation) -> int:
    """How many paths were seen in more than one basin."""
    return int(np.count_nonzero((occupation.basin_fraction_by_path > 0).sum(axis=1) > 1))
