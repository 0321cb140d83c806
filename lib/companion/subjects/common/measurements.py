"""Means over groups of paths."""

from __future__ import annotations

import numpy as np
from heavysgd.inference import Measured


def mean_over_groups(per_path: np.ndarray, groups: int) -> Measured:
    """Mean of a quantity of independent paths, path i in group i modulo `groups` by where it started.

    The error is that of the mean of the groups' means, so it does not count the design as scatter.
    """
    parts = [per_path[i::groups] for i in range(groups)]
    variance = sum(np.var(part, ddof=1) / part.size for part in parts)
    return Measured(float(np.mean([np.mean(part) for part in parts])), float(np.sqrt(variance) / groups))
