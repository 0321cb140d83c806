"""The mesh of a region at a given resolution."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heavysgd.exact.breaks import Breaks, breaks_of, region_of
from heavysgd.exact.jump_law import JumpLaw, jump_law
from heavysgd.exact.mesh import Mesh, graded_mesh
from heavysgd.recursion import Truncated

_SHORTEST = 1e-9  # of the region: the shortest piece, far above the rounding of positions
_CORNER = 0.25  # of the scale: the length resolved for laws whose density jumps
_GRID = 4001  # points on which the least amplitude of the noise is looked for
_WEAKER = 0.5  # halvings fewer at a break for every further cut step between it and an end


class Resolution(NamedTuple):
    """How fine a mesh is.

    degree : nodes a piece. ends, inner : pieces next to the ends of basins, or to breaks a number of cut steps away, are as
    short as the length on which solutions vary there, divided by two to this power. widest : the longest piece, as a share
    of the region. backwards : for how many steps what is not smooth at a break is followed against the descent. unstable :
    the longest piece, in noise steps eta * scale, in basins where descent is unstable and no solution is smooth on more.
    """

    degree: int
    ends: float
    inner: float
    widest: float
    backwards: int
    unstable: float


def mesh_for(sgd: Truncated, members: np.ndarray, resolution: Resolution, laws: bool = False) -> Mesh:
    """The mesh for functions of the position; with `laws`, also for its laws, which peak at the minima."""
    law, intervals = jump_law(sgd.noise), region_of(sgd, members)
    low, high = intervals[0][0], intervals[-1][1]
    breaks, widest = breaks_of(sgd, law, intervals, laws), resolution.widest * (high - low)
    depth = np.where(breaks.order == 0, resolution.ends, resolution.inner - _WEAKER * np.maximum(breaks.order - 1, 0))
    least_sigma = float(sgd.amplitude(np.linspace(low, high, _GRID)).min())
    step = sgd.eta * least_sigma * law.scale  # no solution varies on less than one step's noise, unless that has corners
    step *= 1.0 if law.kink is None else _CORNER
    least = max(min(step, widest), _SHORTEST * (high - low))
    finest = np.clip(breaks.length * 2.0**-depth, least, widest)
    position = breaks.position
    if resolution.backwards:
        further = _followed(sgd, law, breaks, finest, resolution.backwards)
        position, finest = np.append(position, further), np.append(finest, np.full(further.size, least))
    reached = (position >= low) & (position <= high)
    longest = np.where(np.isin(members, sgd.unstable), np.minimum(resolution.unstable * least, widest), widest)
    return graded_mesh(intervals, position[reached], finest[reached], longest, resolution.degree, sgd.landscape.gradient)


def _followed(sgd: Truncated, law: JumpLaw, breaks: Breaks, finest: np.ndarray, times: int) -> np.ndarray:
    """Points from which descent and the centre of the noise, or a kink of it, lead to a break in 1, ..., `times` steps.

    Where one step of descent is longer than that of the noise, a jump at y shows again, rounded by the noise, at the x with
    x - eta f'(x) + eta sigma(x) c = y, and once more a cut step from x. What the mesh about y resolves already is left out.
    """
    centres = [law.centre] if law.kink is None else [law.centre - law.kink, law.centre + law.kink]
    low, high = sgd.landscape.bounds
    found, moving = [], (breaks.order > 0) | (law.kink is not None)
    y, fine = breaks.position[moving], finest[moving]
    for _ in range(times):
        y, fine = np.repeat(y, len(centres)), np.repeat(fine, len(centres))
        centre = sgd.eta * np.tile(centres, y.size // len(centres))
        x, missed = y, np.full(y.shape, np.inf)
        for _ in range(12):  # Newton
            missed = x + sgd.drift(x) + centre * sgd.amplitude(x) - y
            slope = 1 - sgd.eta * sgd.landscape.curvature(x)  # sigma' is left out: sigma varies little over a step
            x = np.clip(x - missed / np.where(slope == 0, 1.0, slope), low, high)
        kept = (np.abs(x - y) > fine) & (np.abs(missed) < 1e-9 * (high - low))
        y, fine = x[kept], fine[kept]
        found += [y] if sgd.b is None else [y, y - sgd.b, y + sgd.b]
    return np.concatenate(found)
