"""Points of the unit cube drawn where a function is large: importance sampling coordinate by coordinate.

Each coordinate is cut into intervals that are drawn equally often, and are short where the function was large over earlier
points, so that they crowd there. An average of function / density is right whatever the intervals; good ones make it less
noisy. This is Lepage's VEGAS without its stratification.

Source: G. P. Lepage, A new algorithm for adaptive multidimensional integration, J. Comput. Phys. 27 (1978).
"""

from __future__ import annotations

import numpy as np

_INTERVALS = 48
_DAMPING, _FLOOR = 0.7, 0.05  # against intervals that follow the noise of few points, and that leave places out


def even(dimension: int) -> np.ndarray:
    """Ends of the intervals of every coordinate, shape (dimension, intervals + 1), that favour no place."""
    return np.tile(np.linspace(0, 1, _INTERVALS + 1), (dimension, 1))


def warped(uniform: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Uniform points (n, dimension) moved to where the intervals are, and 1 / density there, shape (n,)."""
    points, inverse = np.empty_like(uniform), np.ones(len(uniform))
    for axis, edges in enumerate(ends):
        place = uniform[:, axis] * _INTERVALS
        chosen = np.minimum(place.astype(int), _INTERVALS - 1)
        width = np.diff(edges)[chosen]
        points[:, axis] = edges[chosen] + (place - chosen) * width
        inverse *= _INTERVALS * width
    return points, inverse


def adapted(ends: np.ndarray, uniform: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Ends that serve better, after function / density took `values` (n,) at uniform points (n, dimension) so moved."""
    found = np.empty_like(ends)
    for axis, edges in enumerate(ends):
        chosen = np.minimum((uniform[:, axis] * _INTERVALS).astype(int), _INTERVALS - 1)
        square = np.bincount(chosen, values**2, _INTERVALS)
        square = np.convolve(np.pad(square, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
        share = (square / max(square.sum(), 1e-300)) ** (_DAMPING / 2) + _FLOOR * _INTERVALS ** (-_DAMPING / 2)
        found[axis] = np.interp(np.linspace(0, 1, _INTERVALS + 1), np.append(0, np.cumsum(share) / share.sum()), edges)
    return found
