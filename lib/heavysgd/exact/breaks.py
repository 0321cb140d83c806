"""Where a solution is not smooth, and on what length it varies there.

A cut step ends exactly b away with positive probability, so what is asked of the chain jumps, or has a kink, a distance b
before every end of a basin, and more weakly 2b, 3b, ... before it. Elsewhere it varies on the length to which small
noise gathers in one relaxation time 1 / (eta |f''|),

    l = eta sigma r,    E[min(Z^2 / r^2, 1)] = eta |f''|,

about critical points: layers at the ends of basins, the core of the law about minima.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from heavysgd.exact.jump_law import JumpLaw
from heavysgd.landscape import as_line
from heavysgd.recursion import Truncated

_GRID = 4001  # points on which sign changes of the noise-free step are looked for
_NEAREST, _NEAR = 1e-6, 1e-5  # of the domain, at open ends and at cut steps before them
_MOST = 4000  # breaks


class Breaks(NamedTuple):
    """position : where, shape (B,). length : on what length solutions vary there. order : how many cut steps before an end
    of a basin, 0 at the ends of the region themselves."""

    position: np.ndarray
    length: np.ndarray
    order: np.ndarray


def region_of(sgd: Truncated, members: Iterable[int]) -> list[tuple[float, float]]:
    """The attraction fields of the members, as far as iterates reach: one interval for each."""
    f = as_line(sgd.landscape)
    low, high = f.bounds if f.open_ends else sgd.clip
    return [(float(max(f.edges[i], low)), float(min(f.edges[i + 1], high))) for i in members]


def breaks_of(sgd: Truncated, law: JumpLaw, intervals: Sequence[tuple[float, float]], with_minima: bool) -> Breaks:
    """All breaks of a region: its ends, and cut steps before the ends of any basin, since it matters where a step leads;
    `with_minima`, also the minima, about which laws of the position peak."""
    ends = np.unique(intervals)
    minima = _within(sgd.landscape.minima, intervals) if with_minima else np.zeros(0)
    knees = _knees(sgd, intervals)
    still = np.concatenate([ends, minima])
    position, length = [still, knees], [_length(sgd, law, still, _NEAREST), sgd.eta * sgd.amplitude(knees) * law.scale]
    order = [np.zeros(still.size + knees.size, int)]
    f = as_line(sgd.landscape)
    targets = np.unique([*f.maxima, *(f.bounds if f.open_ends else [])])
    for k in _cut_steps(sgd, targets, ends):
        moved = targets + k * sgd.threshold
        kept = (moved > ends[0]) & (moved < ends[-1])
        position.append(moved[kept])
        length.append(_length(sgd, law, targets[kept], _NEAR))
        order.append(np.full(kept.sum(), abs(k)))
    return Breaks(*map(np.concatenate, (position, length, order)))


def _cut_steps(sgd: Truncated, targets: np.ndarray, ends: np.ndarray) -> list[int]:
    """Multiples k of b, not 0, that may lead from a target into the region."""
    if sgd.b is None or targets.size == 0:
        return []
    span = max(ends[-1] - targets[0], targets[-1] - ends[0])
    most = int(span / sgd.b)
    if 2 * most * targets.size > _MOST:
        raise ValueError(
            f"b = {sgd.b:g}: cut steps before the {targets.size} ends of basins of {sgd.landscape.name} are "
            f"{2 * most * targets.size}, and {_MOST} is the most that meshes hold; use a larger b or narrower bounds"
        )
    return [k for k in range(-most, most + 1) if k]


def _within(points: np.ndarray, intervals) -> np.ndarray:
    return points[[any(low < point < high for low, high in intervals) for point in points]]


def _length(sgd: Truncated, law: JumpLaw, points: np.ndarray, nearest: float) -> np.ndarray:
    """l by the curvature at each point.

    At open ends, from which descent leads away, solutions vary as powers of the distance down to the length of one step;
    that is followed down to a share `nearest` of the domain, since few paths come nearer.
    """
    f, single = sgd.landscape, sgd.eta * sgd.amplitude(points) * law.scale
    share = np.clip(sgd.eta * np.abs(f.curvature(points)), 1e-300, 1.0)
    gathered = np.maximum(sgd.eta * sgd.amplitude(points) * law.spread(share), single)
    if not f.open_ends:
        return gathered
    return np.where(np.isin(points, f.bounds), np.maximum(single, nearest * (f.bounds[1] - f.bounds[0])), gathered)


def _knees(sgd: Truncated, intervals) -> np.ndarray:
    """Points from which a step without noise is just cut, or ends on an end of the region, in its interior."""
    step = sgd.drift
    ends = np.unique(intervals)
    targets = [lambda x, e=e: x + step(x) - e for e in ends]
    if sgd.b is not None:
        targets += [lambda x: step(x) - sgd.threshold, lambda x: step(x) + sgd.threshold]
    found = []
    for low, high in intervals:
        grid = np.linspace(low, high, _GRID)[1:-1]
        for function in targets:
            value = function(grid)
            for i in np.flatnonzero(value[:-1] * value[1:] < 0):
                found.append(brentq(function, grid[i], grid[i + 1]))
    return np.array(found)
