"""Lanes at home in attraction fields: a box inside each field says almost always that a path is still there.

Only a lane that has left the box of its home field is looked at one by one, and its field asked for. Every simulation
that tells fields apart is made of this.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from heavysgd.compiling import shared


@nb.njit(inline="always")
def strayed(x, low, high, width):
    """Whether a coordinate of a lane lies outside its box, low <= x < high; NaN does."""
    inside = 0
    for i in range(low.shape[0]):
        for k in range(width):
            inside += (x[i, k] >= low[i, k]) & (x[i, k] < high[i, k])
    return inside != low.shape[0] * width


@nb.njit
def is_outside(x, low, high, k):
    """Whether lane k has left its box."""
    for i in range(low.shape[0]):
        if not (low[i, k] <= x[i, k] < high[i, k]):
            return True
    return False


@shared
@nb.njit
def is_lost(x, k):
    """Whether lane k has no position: NaN in its state."""
    for i in range(x.shape[0]):
        if x[i, k] != x[i, k]:
            return True
    return False


@shared
@nb.njit
def any_lost(x, lanes):
    """Whether one of the first `lanes` lanes has no position."""
    for k in range(lanes):
        if is_lost(x, k):
            return True
    return False


@nb.njit
def move_in(basin, k, low, high, field_low, field_high):
    """Makes field number `basin` the home of lane k."""
    for i in range(low.shape[0]):
        low[i, k], high[i, k] = field_low[basin, i], field_high[basin, i]


def boxes_of(home: np.ndarray, field_low: np.ndarray, field_high: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of the lanes' home fields, (d, width) each; idle lanes, past home.size, are at home everywhere."""
    low = np.full((field_low.shape[1], width), -np.inf, field_low.dtype)
    high = np.full((field_low.shape[1], width), np.inf, field_low.dtype)
    low[:, : home.size], high[:, : home.size] = field_low[home].T, field_high[home].T
    return low, high
