"""Jump numbers: how many truncated jumps it takes to leave an attraction field.

    l*_i = ceil(r_i / b),   r_i the width of basin i;   1 without truncation

In R^d the width is the distance from m_i to the nearest other field, along the directions that the noise has. Flow between
jumps, which on a line only ever drives a path back, can help there, never hinder: waiting no time at all is allowed. So
ceil(r_i / b) is the jump number where flow does not carry paths outward, and else too many; `flow_jump_table` tells.

Source: section 2 of the paper, Assumption 3, and its remark on R^d.
"""

from __future__ import annotations

import numpy as np

from heavysgd.checks import AssumptionError, threshold
from heavysgd.landscape import Landscape
from heavysgd.noise import SpaceNoise
from heavysgd.recursion.truncated import resonant_basins
from heavysgd.theory.directions import checked_directions
from heavysgd.theory.reach import reach_along


def jump_numbers(f: Landscape, b: float | None, *, directions: SpaceNoise | None = None) -> np.ndarray:
    """l*_i for every basin, shape (k,), int64.

    directions : in R^d, the law of the noise if its far draws take finitely many directions; None: every direction.

    Raises `ValueError` for b <= 0 or NaN, for directions of another dimension, and where leaving takes more than one jump
    along directions that are not the axes of a separable landscape. Raises `AssumptionError` where some r_i / b is an
    integer (Assumption 3; seen only where widths are exact), or where nothing leaves a basin.

    >>> from heavysgd import landscapes
    >>> jump_numbers(landscapes.wang_oh_rhee(), b=0.5)
    array([1, 2, 1, 2])
    """
    directions, b = checked_directions(f, directions), threshold("b", b)
    reach, counts = reach_along(f, directions)
    widths = reach.min(axis=1)
    if np.all(np.isinf(f.distances)):
        raise AssumptionError(f"{f.name} has a single basin without an end: there is no exit to describe")
    if not np.all(np.isfinite(widths)):
        shut = np.flatnonzero(np.isinf(widths)).tolist()
        raise AssumptionError(f"directions = {directions!r}: no jump along them leaves basins {shut} of {f.name}")
    if counts:
        _refuse_resonance(f, b)
    elif np.any(widths >= b):
        i = int(np.argmax(widths))
        raise ValueError(
            f"b = {b:g}: leaving basin {i} takes more than one jump along these directions, and how many is known only on "
            f"separable landscapes with jumps along the axes; use b > {widths[i]:.3g}, or see theory.flow_jump_table"
        )
    return np.maximum(1, np.ceil(widths / b)).astype(np.int64)


def _refuse_resonance(f: Landscape, b: float) -> None:
    for i in resonant_basins(f, b):
        raise AssumptionError(
            f"b = {b:g}: the width {f.widths[i]:.6g} of basin {i} is a multiple of b (Assumption 3 forbids it); "
            "move b a little"
        )
