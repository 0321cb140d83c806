"""Random walks of two steps, drawn alike: how long until they are beyond a level, exactly."""

from __future__ import annotations

import numpy as np

_LEAST, _LOST = 1e-12, 1e-20  # chances of being inside that end the sum, and that no longer count at one place


def steps_beyond(steps: np.ndarray, level: float) -> float:
    """Mean number of steps until the walk from 0 first exceeds `level` > 0: the sum over n of the chance of being still
    inside after n steps. `steps`, shape (2,), must have a positive sum.

    >>> steps_beyond(np.array([1.0, 1.0]), 2.5)
    3.0
    """
    down, up = np.sort(steps)
    first, n, inside, mean = 0, 0, np.ones(1), 0.0  # inside[k]: first + k of n steps went up
    while inside.sum() > _LEAST:
        mean += inside.sum()
        inside, n = np.append(inside / 2, 0) + np.append(0, inside / 2), n + 1
        ups = first + np.arange(inside.size)
        inside[ups * up + (n - ups) * down > level] = 0
        kept = np.flatnonzero(inside > _LOST)
        if kept.size == 0:
            break
        first, inside = first + int(kept[0]), inside[kept[0] : kept[-1] + 1]
    return float(mean)
