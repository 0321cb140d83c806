"""Lanes at home in attraction fields: a box inside each field says almost always that a path is still there.

Only a lane that has left the box of its home field is looked at one by one, and its field asked for. Every simulation
that tells fields apart is made of this.
"""

from __future__ import annotations

import numba as nb
import numpy as np


@nb.njit(inline="always")
def strayed(x, low, high, width):
    """How often a coordinate of a lane lies outside its box, low <= x < high; 0 where all lanes are at home."""
    out = 0
    for i in range(x.shape[0]):
        for k in range(width):
            out += (x[i, k] < low[i, k]) | (x[i, k] >= high[i, k])
    return out


@nb.njit
def is_outside(x, low, high, k):
    """Whether lane k has left its box."""
    for i in range(x.shape[0]):
        if x[i, k] < low[i, k] or x[i, k] >= high[i, k]:
            return True
    return False


@nb.njit
def boxes_of(home, field_low, field_high, width):
    """Boxes of the lanes' home fields, (d, width) each; idle lanes, past home.size, are at home everywhere."""
    low = np.full((field_low.shape[1], width), -np.inf, field_low.dtype)
    high = np.full((field_low.shape[1], width), np.inf, field_low.dtype)
    for k in range(home.size):
        low[:, k], high[:, k] = field_low[home[k]], field_high[home[k]]
    return low, high
