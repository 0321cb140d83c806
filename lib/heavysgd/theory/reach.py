"""How far fields are, in jumps of the directions that the noise has.

    R_ij = least length from m_i, along directions that far draws take, into the field of m_j

Isotropic noise goes straight: R_ij is the distance from m_i to field j. Noise along axes on a separable landscape moves one
coordinate at a time, and the least number of jumps only ever moves one: were two coordinates to leave their intervals, one
of them alone would have left the field with fewer jumps. So R_ij is the distance along the one axis in which fields i and
j differ, infinite where they differ in more. Other directions are known for the first jump only, by following the rays.

Source: the paper's remark on R^d; the reduction is this book's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from heavysgd.landscape import Landscape, Separable, Space, as_space
from heavysgd.noise import SpaceNoise
from heavysgd.theory.directions import axis_weights, finitely_many
from heavysgd.theory.rays import first_meetings


def reach_along(f: Landscape, directions: SpaceNoise | None) -> tuple[np.ndarray, bool]:
    """R (k, k), inf on the diagonal and where no ray leads; and whether R / b counts jumps beyond the first."""
    if finitely_many(directions) is None:
        return f.distances, True
    if isinstance(f, Separable) and (weights := axis_weights(directions)) is not None:
        return _along_axes(f, weights > 0), True
    return _along_rays(as_space(f), directions), False


def axis_moves(f: Separable) -> Iterator[tuple[int, int, int, int]]:
    """(i, j, axis, side): pairs of fields that differ in one coordinate only; side 1 where j lies above i, else 0."""
    places = np.stack(np.unravel_index(np.arange(f.size), [line.size for line in f.lines]), axis=1)
    for i, here in enumerate(places):
        for axis, line in enumerate(f.lines):
            for number in range(line.size):
                if number != here[axis]:
                    yield i, int(i + (number - here[axis]) * f.strides[axis]), axis, int(number > here[axis])


def _along_axes(f: Separable, open_ways: np.ndarray) -> np.ndarray:
    found = np.full((f.size, f.size), np.inf)
    for i, j, axis, side in axis_moves(f):
        if open_ways[axis, side]:
            found[i, j] = f.distances[i, j]  # the gap along that axis is the whole distance
    return found


@lru_cache(maxsize=64)
def _along_rays(f: Space, directions: SpaceNoise | None) -> np.ndarray:
    known = finitely_many(directions)
    assert known is not None, "reach_along has asked"
    vectors, _ = known
    found = np.full((f.size, f.size), np.inf)
    for i, start in enumerate(f.minima):
        found[i] = first_meetings(f, np.broadcast_to(start, vectors.shape), vectors).min(axis=0)
        found[i, i] = np.inf
    return found
