"""Philox4x32-10: the counter-based random numbers of every simulation.

Step n of path p under seed s sees the same uniforms whatever the block size, the number of threads, the split of the
paths or the place where a run was resumed, because they are a function of (s, p, n) and of nothing else:

    words = philox4x32_10(counter=(block, path), key=seed),   block and path 64 bits each

One block of four 32-bit words makes two uniforms of 53 bits in (0, 1]. A law that needs one uniform a step shares a
block between steps 2k and 2k + 1; a law that needs two takes a whole block a step.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32, _11, _ONE = np.uint64(32), np.uint64(11), np.uint64(1)
_UNIT = 2.0**-53


@nb.njit(inline="always")
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds of Philox on four 32-bit counter words and two key words, all held in uint64."""
    for _ in range(10):
        p0 = _MULTIPLIER_0 * c0
        p1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@nb.njit(inline="always")
def uniform_pair(seed, path, block):
    """Two independent uniforms on {1, ..., 2^53} / 2^53 for one block of one path; all arguments uint64.

    53 bits and not 32: the least uniform u bounds the greatest draw u^(-1/alpha) of a power law, and 2^(32/alpha)
    would cut the untruncated tail visibly.
    """
    w0, w1, w2, w3 = philox4x32(block & _LOW, block >> _32, path & _LOW, path >> _32, seed & _LOW, seed >> _32)
    u = (((w0 << _32) | w1) >> _11) + _ONE
    v = (((w2 << _32) | w3) >> _11) + _ONE
    return np.float64(u) * _UNIT, np.float64(v) * _UNIT
