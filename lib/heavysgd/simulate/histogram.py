"""Histograms of positions: of the line, of the plane, and coordinate by coordinate beyond."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np

from heavysgd.recursion import Recursion


def window(sgd: Recursion) -> np.ndarray:
    """Where iterates can be, (lo, hi) by coordinate, shape (d, 2)."""
    if sgd.on_ball:
        (radius,) = sgd.clip
        return np.array([[-radius, radius]] * sgd.dimension)
    return np.reshape(sgd.clip, (-1, 2))


def histogram_shape(dimension: int, bins: int) -> tuple[int, ...]:
    """Of the counts: joint up to the plane, coordinate by coordinate beyond."""
    return (bins,) * dimension if dimension <= 2 else (dimension, bins)


@lru_cache(maxsize=64)
def counter(dimension: int) -> Callable[..., Any]:
    """Compiled: counts the position of every lane; on a line each lane has counters of its own, which never wait."""

    @nb.njit(inline="always")
    def bin_of(x, i, k, lo, per_bin, bins):
        return min(int((x[i, k] - lo[i]) * per_bin[i]), bins - 1)

    @nb.njit(inline="always")
    def on_a_line(x, counts, lo, per_bin, bins, lanes):
        for k in range(lanes):
            counts[k, bin_of(x, 0, k, lo, per_bin, bins)] += 1

    @nb.njit(inline="always")
    def in_the_plane(x, counts, lo, per_bin, bins, lanes):
        for k in range(lanes):
            counts[0, bin_of(x, 0, k, lo, per_bin, bins) * bins + bin_of(x, 1, k, lo, per_bin, bins)] += 1

    @nb.njit(inline="always")
    def by_coordinate(x, counts, lo, per_bin, bins, lanes):
        for i in range(lo.size):
            for k in range(lanes):
                counts[0, i * bins + bin_of(x, i, k, lo, per_bin, bins)] += 1

    return {1: on_a_line, 2: in_the_plane}.get(dimension, by_coordinate)
