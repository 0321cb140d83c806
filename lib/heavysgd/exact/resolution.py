"""Answers refined until two resolutions agree.

The error that is stated is the difference between the two finest meshes, relative for what is known to be positive,
absolute for shares and probabilities; the finer of the two, which is returned, is as a rule several times better. What
rounding takes shows in the last correction of refined solutions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from heavysgd.checks import PrecisionWarning
from heavysgd.exact.chain import chain_on
from heavysgd.exact.mesh import Mesh
from heavysgd.exact.meshing import Resolution, mesh_for
from heavysgd.exact.solver import Solver
from heavysgd.recursion import Truncated

LADDER = (
    Resolution(degree=8, ends=1, inner=1, widest=0.25, backwards=0, unstable=16),
    Resolution(degree=12, ends=2, inner=1, widest=0.25, backwards=1, unstable=8),
    Resolution(degree=14, ends=3, inner=2, widest=0.2, backwards=1, unstable=4),
    Resolution(degree=16, ends=4, inner=3, widest=0.15, backwards=2, unstable=3),
)
UNKNOWN = 0.1  # an error from which on no digit counts as known, and NaN is returned
MOST_NODES = 6000  # the matrix, its factors and what is at work then take 1 GB


class Answer(NamedTuple):
    """What one resolution says: `positive` numbers (P,) to be compared relatively, `shares` (S,) absolutely, and what
    `rounding` may have taken, relatively."""

    positive: np.ndarray
    shares: np.ndarray
    rounding: float = 0.0

    def differs(self, coarse: Answer) -> float:
        """The largest difference; infinite where a number that must be positive is not."""
        if not (np.all(self.positive > 0) and np.all(coarse.positive > 0)):
            return np.inf
        relative = np.abs(coarse.positive / self.positive - 1).max(initial=0.0)
        return float(max(relative, np.abs(self.shares - coarse.shares).max(initial=0.0), self.rounding))


class Refined(NamedTuple):
    """The finer answer, the coarser one, and the error."""

    answer: Any
    coarse: Any
    error: float


def refined(
    sgd: Truncated,
    members: np.ndarray,
    answer: Callable[[Solver], Any],
    tolerance: float,
    what: str,
    laws: bool = False,
    stacklevel: int = 3,
) -> Refined:
    """Climbs the ladder until two neighbours differ by no more than `tolerance`.

    An answer knows `differs(coarser)` and its `rounding`. `laws` asks for meshes that resolve laws of the position. Warns
    with `PrecisionWarning` where the tolerance is not reached. Raises `ValueError` where even coarse meshes are too large.
    """
    sizes, size, error = [], 0, np.inf
    found: Any = None
    coarse: Any = None
    for resolution in LADDER:
        mesh = _affordable(sgd, members, resolution, laws)
        size = mesh.size
        if size > MOST_NODES:
            break
        sizes.append(size)
        coarse, found = found, answer(Solver(chain_on(sgd, members, mesh)))
        if coarse is not None:
            error = found.differs(coarse)
            if error <= tolerance or found.rounding > tolerance:
                break
    if len(sizes) < 2:
        raise ValueError(
            f"b = {sgd.b}, eta = {sgd.eta:g}: {sgd.landscape.name} needs meshes of {size} nodes and more, and "
            f"{MOST_NODES} is the most; use a larger b or eta or narrower bounds, or hs.first_exit and hs.occupation"
        )
    if not error <= tolerance:
        _warn(what, error, found.rounding, sizes, tolerance, stacklevel)
    return Refined(found, coarse, error)


def _affordable(sgd: Truncated, members: np.ndarray, resolution: Resolution, laws: bool) -> Mesh:
    """The mesh at a resolution. Jumps that show again a step of descent away, rounded by noise, are not followed where that
    takes too many nodes, nor, at first, where it takes more than half as many again: finer pieces mostly do without."""
    mesh = mesh_for(sgd, members, resolution, laws)
    if not resolution.backwards or (mesh.size <= MOST_NODES and resolution != LADDER[1]):
        return mesh
    plain = mesh_for(sgd, members, resolution._replace(backwards=0), laws)
    return plain if mesh.size > min(MOST_NODES, 1.5 * plain.size) else mesh


def _warn(what: str, error: float, rounding: float, sizes: list[int], tolerance: float, stacklevel: int) -> None:
    why = (
        f"rounding alone may make {rounding:.1g}, since leaving is so rare"
        if rounding > tolerance
        else f"meshes of {sizes[-2]} and {sizes[-1]} nodes, the finest tried, differ by so much"
    )
    known = f"known to a relative error of {error:.3g}" if error < UNKNOWN else "not known to any digit"
    message = f"{what}: {known}, not to tolerance = {tolerance:g}, because {why}"
    warnings.warn(message, PrecisionWarning, stacklevel=stacklevel + 1)
