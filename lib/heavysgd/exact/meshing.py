"""The mesh of a region at a given resolution."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heavysgd.exact.breaks import Breaks, breaks_of, region_of
from heavysgd.exact.jump_law import jump_law
from heavysgd.exact.mesh import Mesh, graded_mesh
from heavysgd.process import SGD

_WEAKER = 0.5  # halvings fewer at a break for every further cut step between it and an end


class Resolution(NamedTuple):
    """How fine a mesh is.

    degree : nodes a piece. ends, inner : pieces next to the ends of basins, or to breaks a number of cut steps away, are as
    short as the length on which solutions vary there, divided by two to this power. widest : the longest piece, as a share
    of the region. backwards : for how many steps what is not smooth at a break is followed against the descent.
    """

    degree: int
    ends: float
    inner: float
    widest: float
    backwards: int


def mesh_for(sgd: SGD, members, resolution: Resolution, laws: bool = False) -> Mesh:
    """The mesh for functions of the position; with `laws`, also for its laws, which peak at the minima."""
    law, intervals = jump_law(sgd.noise), region_of(sgd, members)
    breaks = breaks_of(sgd, law, intervals, laws)
    widest = resolution.widest * (intervals[-1][1] - intervals[0][0])
    depth = np.where(breaks.order == 0, resolution.ends, resolution.inner - _WEAKER * np.maximum(breaks.order - 1, 0))
    step = sgd.eta * law.scale  # no solution varies on less than the noise of one step
    finest = np.clip(breaks.length * 2.0**-depth, min(step, widest), widest)
    position, finest = _followed(sgd, breaks, finest, step, resolution.backwards)
    reached = (position >= intervals[0][0]) & (position <= intervals[-1][1])
    position, finest = position[reached], finest[reached]
    return graded_mesh(intervals, position, finest, widest, resolution.degree, sgd.landscape.gradient)


def _followed(sgd: SGD, breaks: Breaks, finest: np.ndarray, step: float, times: int) -> tuple[np.ndarray, np.ndarray]:
    """Breaks and their finest lengths, joined by the points from which descent leads there in 1, ..., `times` steps.

    Where one step of descent is longer than that of the noise, a jump at y shows again, rounded by the noise, at the x with
    x - eta f'(x) = y, and once more a cut step from x. What the mesh about y resolves already, or not at all, is left out.
    """
    positions, lengths = [breaks.position], [finest]
    moving = breaks.order > 0
    y, fine = breaks.position[moving], finest[moving]
    low, high = sgd.landscape.bounds
    for _ in range(times):
        x = y
        for _ in range(30):  # a contraction wherever descent is stable
            x = np.clip(y + sgd.eta * sgd.landscape.gradient(x), low, high)
        kept = (np.abs(x - y) > fine) & (np.abs(x - sgd.eta * sgd.landscape.gradient(x) - y) < step)
        y, fine = x[kept], fine[kept]
        positions += [y] if sgd.b is None else [y, y - sgd.b, y + sgd.b]
        lengths += [np.full(y.size, step)] * (1 if sgd.b is None else 3)
    return np.concatenate(positions), np.concatenate(lengths)
