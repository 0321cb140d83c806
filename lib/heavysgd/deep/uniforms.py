"""Philox4x32-10 in Python's own integers: the numbers of `heavysgd.philox`, bit for bit, without Numba.

A training step needs one pair of uniforms, which takes ten rounds of a few microseconds in all; compiling for that would
make Numba a dependency of every training script.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

MULTIPLIERS, WEYL, LOW = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85), 0xFFFFFFFF
UNIT = 2.0**-53


def words(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Four words of 32 bits for a counter of four and a key of two.

    >>> [hex(word) for word in words((0, 0, 0, 0), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        p0, p1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & LOW, (p0 >> 32) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW
    return c0, c1, c2, c3


def uniform_pair(seed: int, path: int, block: int) -> tuple[float, float]:
    """Two independent uniforms on {1, ..., 2^53} / 2^53: a function of three numbers of 64 bits."""
    w = words((block & LOW, block >> 32, path & LOW, path >> 32), (seed & LOW, seed >> 32))
    return (((w[0] << 32 | w[1]) >> 11) + 1) * UNIT, (((w[2] << 32 | w[3]) >> 11) + 1) * UNIT
