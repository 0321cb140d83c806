"""Shares of time, and their errors over independent paths."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.subjects.common.measurements import mean_over_groups


def share(occupation: hs.Occupation, basins: Sequence[int]) -> Measured:
    """Mean share of time in `basins`, with the standard error over paths that started at every minimum in turn."""
    per_path = occupation.basin_fraction_by_path[:, list(basins)].sum(axis=1)
    return mean_over_groups(per_path, occupation.basin_fraction.size)


def least_visited(occupation: hs.Occupation) -> Measured:
    """Share of time in the basin that sees least of it."""
    shares = [share(occupation, [i]) for i in range(occupation.basin_fraction.size)]
    return min(shares, key=lambda s: s.value)


def leavers(occupation: hs.Occupation) -> int:
    """How many paths were seen in more than one basin."""
    return int(np.count_nonzero((occupation.basin_fraction_by_path > 0).sum(axis=1) > 1))
