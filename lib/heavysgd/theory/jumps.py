"""Jump numbers: how many truncated jumps it takes to leave an attraction field.

    l*_i = ceil(r_i / b),   r_i the width of basin i;   1 without truncation

Source: section 2 of the paper, Assumption 3.
"""

from __future__ import annotations

import numpy as np

from heavysgd.checks import AssumptionError, threshold
from heavysgd.landscape import Landscape
from heavysgd.process import resonant_basins


def jump_numbers(f: Landscape, b: float | None) -> np.ndarray:
    """l*_i for every basin, shape (k,), int64.

    Raises `ValueError` for b <= 0 or NaN and `AssumptionError` where some r_i / b is an integer (Assumption 3), or
    where the landscape has a single closed basin, which nothing leaves.

    >>> from heavysgd import landscapes
    >>> jump_numbers(landscapes.wang_oh_rhee(), b=0.5)
    array([1, 2, 1, 2])
    """
    b = threshold("b", b)
    if not np.all(np.isfinite(f.widths)):
        raise AssumptionError(f"{f.name} has a single basin without an end: there is no exit to describe")
    for i in resonant_basins(f, b):
        raise AssumptionError(
            f"b = {b:g}: the width {f.widths[i]:.6g} of basin {i} is a multiple of b (Assumption 3 forbids it); "
            "move b a little"
        )
    return np.maximum(1, np.ceil(f.widths / b)).astype(np.int64)
