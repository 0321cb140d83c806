"""What Figure 3 of the paper shows (page 20), read off its vector graphics.

Dots and the segment of panel (b), the contour of panel (a) about the segment, the bars of panel (c), the moves of (d).
"""

from __future__ import annotations

import numpy as np

DOTS = {1: (-0.902, 2.570), 3: (2.900, 1.000), 4: (3.115, -0.885)}  # minimisers of Omega_1, Omega_3, Omega_4
SEGMENT = ((-2.170, -2.900), (-1.640, -2.900))  # of Omega_2
READING = 0.002  # of a coordinate: a tenth of a point of the page

# The lowest region of panel (a) about the segment, (left, right, lower, upper): two sides are curved, as level lines of h
# are, and two straight.
PLATEAU = (-2.199, -1.591, -2.970, -2.831)
SIDES = ((-2.187, -2.897), (-2.196, -2.939), (-2.176, -2.863), (-1.618, -2.897), (-1.639, -2.931), (-1.601, -2.863))

WHERE = ("out", "$\\Omega_1$", "$\\Omega_2$", "$\\Omega_3$", "$\\Omega_4$")
STEPS = 30_000_000
BARS = {"clipped": (1.2e6, 1.47e7, 1.36e7, 3.5e5, 2.0e5), "not clipped": (1.1e6, 1.06e7, 1.06e7, 3.8e6, 3.8e6)}
MOVES = 4  # between Omega_1 and Omega_2 in panel (d), clipped: at 1.33, 1.85, 1.9 and 2.8 times 10^7 steps


def longer_narrow_bars(factor: float) -> np.ndarray:
    """Shares of time, not clipped, were the bars of Omega_3 and Omega_4 longer by a factor; shape (5,), of sum one."""
    bars = np.array(BARS["not clipped"]) * (1, 1, 1, factor, factor)
    return bars / bars.sum()


def reported(case: str) -> np.ndarray:
    """Shares of time out, in Omega_1, ..., Omega_4, as the bars of one case show them; shape (5,), of sum one."""
    bars = np.array(BARS[case])
    return bars / bars.sum()
