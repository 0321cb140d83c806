"""Lemmas 7 and 8 of the paper: what happens before an exit, in two phases.

First a path comes back to within 2 eps of its minimum, from wherever it is at least eps inside its field, in the time that
the gradient flow takes and without leaving; then, from anywhere that near, it leaves by Theorem 1's law.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, share
from scipy.integrate import quad

from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd

TOLERANCE = 1e-5  # of exact mean exit times, relative


def edges(f: hs.landscape.Line, basin: int, eps: float) -> np.ndarray:
    """The two points of a field that are eps inside it, shape (2,)."""
    low, high = f.edges[basin : basin + 2]
    return np.array([low + eps, high - eps])


def flow_time(f: hs.landscape.Line, basin: int, eps: float) -> float:
    """How long the gradient flow takes at most from an edge to within 2 eps of the minimum: int dx / |f'(x)|."""
    m = float(f.minima[basin])
    pairs = zip(edges(f, basin, eps), (m - 2 * eps, m + 2 * eps))
    return max(abs(quad(lambda x: 1 / float(f.gradient(x)), near, far, limit=200)[0]) for near, far in pairs)


class Return(NamedTuple):
    """The first phase at falling learning rates, from the edges of a field.

    gone : the exact probability, at the worse edge, of having left within factor T / eta steps, T the flow's time.
    """

    eps: float
    time: float
    factor: float
    gone: Approach

    def steps(self, eta: float) -> int:
        """How many steps are allowed at a learning rate."""
        return int(np.ceil(self.factor * self.time / eta))


def leaving_early(f, noise, b, basin: int, eps: float, factor: float, etas: Sequence[float], error: float) -> Return:
    """The probability that the first phase ends outside, exactly: to an absolute error."""
    found = Return(eps, flow_time(f, basin, eps), factor, Approach(np.array(etas), np.empty(0), np.empty(0)))
    gone = []
    for eta in etas:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "the mean exit time", hs.PrecisionWarning)  # which nobody asks for here
            chain = hs.exact.killed(quiet_sgd(f, noise, eta, b), [basin], edges(f, basin, eps), tolerance=error)
        gone.append(1 - chain.survival(found.steps(eta)).min())
    values = np.array(gone)
    return found._replace(gone=Approach(np.array(etas, float), values, error / values))


def returned(f, noise, b, basin: int, first: Return, eta: float, n_paths: int, seed: int, factor=None) -> Measured:
    """Share of simulated paths, from the edges alike, that have not left and are within 2 eps in the end.

    Those that were within it before and are not now are missing, so that this is a lower bound.
    """
    starts = np.resize(edges(f, basin, first.eps), n_paths)
    n = (first if factor is None else first._replace(factor=factor)).steps(eta)
    found = hs.first_exit(quiet_sgd(f, noise, eta, b), starts, n_paths=n_paths, max_steps=n, seed=seed, progress=False)
    near = np.abs(found.position - f.minima[basin]) <= 2 * first.eps
    return share(found.censored & near)


class Second(NamedTuple):
    """Exact mean exit time and destinations from a neighbourhood of the minimum, over those from the minimum.

    off : the largest relative difference of means. moved : the largest difference of a destination's probability.
    """

    off: np.ndarray
    moved: np.ndarray


def from_nearby(f, noise, b, basin: int, distance: float, etas: Sequence[float]) -> Second:
    """The second phase, from both ends and from halves of [m - distance, m + distance]."""
    points = f.minima[basin] + distance * np.array([-1.0, -0.5, 0.5, 1.0])
    found = [_beside_the_minimum(f, noise, b, basin, points, eta) for eta in etas]
    return Second(*map(np.array, zip(*found)))


def from_edges(f, noise, b, basin: int, eps: float, eta: float) -> float:
    """The largest relative difference of exact mean exit times between the edges of a field and the minimum."""
    return _beside_the_minimum(f, noise, b, basin, edges(f, basin, eps), eta)[0]


def _beside_the_minimum(f, noise, b, basin: int, points: np.ndarray, eta: float) -> tuple[float, float]:
    """Exits from points beside those from the minimum, exactly: `Second` at one learning rate."""
    exits = hs.exact.killed(quiet_sgd(f, noise, eta, b), [basin], np.append(f.minima[basin], points))
    off = np.abs(exits.mean / exits.mean[0] - 1).max()
    return float(off), float(np.abs(exits.destinations - exits.destinations[0]).max())
