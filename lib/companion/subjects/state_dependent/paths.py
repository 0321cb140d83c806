"""Convergence of whole paths: how far a path is from the path of the limit chain that is read off its own marks.

    D_p = (1/T) int_0^T |X_{t / lambda*} - m(t)|^p dt,    m(t) the widest minimum that the path last came near

Exactly, but for the time that a path takes to settle after a move,

    E D_p = sum_i share_i E[|X - m_i|^p | Omega_i],  the narrow well counted half from either side.
"""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.subjects.state_dependent.study import LAW, WIDE, B, Setting

_RECORDS, _NEAR = 20_000, 0.3


class Distances(NamedTuple):
    """Time-averaged distances of paths from their own chain's path and from that of the next path, shape (n_paths,), and
    what the first should be in the mean, with this noise and with one that is louder by a tenth; one path for a picture."""

    own: np.ndarray
    other: np.ndarray
    expected: float
    louder: float
    times: np.ndarray
    path: np.ndarray
    marks: np.ndarray

    @property
    def mean(self) -> Measured:
        """Over paths."""
        return hs.inference.mean(self.own)


def distances(s: Setting, eta: float, units: float, n_paths: int, seed: int, power: int = 1) -> Distances:
    """Paths from the left minimum over `units` of the clock 1 / lambda*, looked at 20,000 times each."""
    unit = float(1 / hs.theory.exit_scale(LAW, eta, hs.theory.jump_numbers(s.f, B)[0]))
    every = max(1, int(units * unit / _RECORDS))
    n_steps, sgd, start = int(units * unit) // every * every, s.sgd(eta), s.f.minima[0]
    how = {"n_steps": n_steps, "n_paths": n_paths, "seed": seed, "progress": False}
    path = hs.sample_path(sgd, start, every=every, **how)
    marks = marked(hs.hops(sgd, start, distance=_NEAR, **how).among(WIDE), path.shape[1], every)
    apart = lambda chain: (np.abs(path - s.f.minima[chain]) ** power)[:, 1:].mean(axis=1)  # noqa: E731
    expected, louder = (expectation(s, eta, n_steps, power, factor) for factor in (1.0, 1.1))
    shown = int(np.argmax((np.diff(marks, axis=1) != 0).sum(axis=1)))
    times = np.arange(path.shape[1]) * every / unit
    return Distances(apart(marks), apart(np.roll(marks, 1, axis=0)), expected, louder, times, path[shown], marks[shown])


def marked(hops: hs.Hops, records: int, every: int) -> np.ndarray:
    """The minimum each path belongs to at its records, shape (n_paths, records)."""
    found = np.repeat(hops.origin[:, None], records, axis=1)
    for path, step, basin in zip(hops.path, hops.step, hops.basin):
        found[path, -(-step // every) :] = basin
    return found


def expectation(s: Setting, eta: float, n_steps: int, power: int, louder: float = 1.0) -> float:
    """E D_p by the exact kernel: shares of the first n steps, and the stationary law within each well."""
    f, sgd = s.f, s.sgd(eta, louder)
    stationary = hs.exact.stationary(sgd, tolerance=1e-4)
    share = hs.exact.transition(sgd, n_steps, f.minima[0], tolerance=1e-4).share[0]
    marks = {0: [0], 1: list(WIDE), 2: [2]}
    total = 0.0
    for basin, states in marks.items():
        apart = lambda x: sum(np.abs(x - f.minima[i]) ** power for i in states) / len(states)  # noqa: B023, E731
        inside = stationary.law.mean(lambda x: (f.basin_of(x) == basin) * apart(x))  # noqa: B023
        total += share[basin] * inside / stationary.basin_fraction[basin]
    return float(total)


def slope(found: dict[float, Distances], own: bool = True) -> Measured:
    """Exponent of the mean distance between the largest and the smallest learning rate, with its error."""
    high, low = (hs.inference.mean(found[eta].own if own else found[eta].other) for eta in (max(found), min(found)))
    width = np.log(max(found) / min(found))
    value = np.log(high.value / low.value) / width
    return Measured(float(value), float(np.hypot(high.stderr / high.value, low.stderr / low.value) / width))
