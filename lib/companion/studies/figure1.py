"""Shares of time, and their errors over independent paths."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np

from companion.rules import Measured


def share(occupation: hs.Occupation, basins: Sequence[int]) -> Measured:
    """Mean share of time in `basins`, with the standard error over paths that started at every minimum in turn."""
    per_path = occupation.basin_fraction_by_path[:, list(basins)].sum(axis=1)
    return mean_over_groups(per_path, occupation.basin_fraction.size)


def mean_over_groups(per_path: np.ndarray, groups: int) -> Measured:
    """Mean of a quantity of independent paths, path i in group i modulo `groups` by where it started.

    The error is that of the mean of the groups' means, so it does not count the design as scatter.
    """
    parts = [per_path[i::groups] for i in range(groups)]
    variance = sum(np.var(part, ddof=1) / part.size for part in parts)
    return Measured(float(np.mean([np.mean(part) for part in parts])), float(np.sqrt(variance) / groups))


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
