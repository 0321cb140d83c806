"""The exit measure in R^d: an average over limit paths whose last jump is integrated along its ray.

    q_ij = E[ weight x nu-mass of last jumps that land in field j ]

Jump k < l is drawn from nu beyond the least length that keeps an exit possible (its mass, length^(-alpha), is the weight),
the wait after it uniformly from the time T that the flow takes back to where no exit is possible (weight T); both bounds
come from `excursions`, and T belongs to the path. Directions, lengths and waits are low-discrepancy points (Sobol),
scrambled anew in each of 16 rounds, whose spread gives the standard error; they are drawn mostly where a first round saw
paths leave (`importance`).

Along the axes of a separable landscape all l jumps go along one axis, and q_ij is the line's, weighed by sigma.

Source: section 2 of the paper and its remark on R^d; the estimator is this book's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from heavysgd.landscape import Separable, Space
from heavysgd.noise import SpaceNoise
from heavysgd.theory import importance
from heavysgd.theory.directions import finitely_many, isotropic, uniforms_for
from heavysgd.theory.excursions import bounds_between_jumps
from heavysgd.theory.exit_measure_line import one_side
from heavysgd.theory.flow_lines import trace
from heavysgd.theory.rays import first_meetings, landing_masses
from heavysgd.theory.reach import reach_along

_ROUNDS = 16
_ADAPTATIONS, _HITS = 6, 24  # of the points to one field, and paths into it from which on they alone count


def space_rates(
    f: Space, alpha: float, b: float, directions: SpaceNoise | None, jumps: np.ndarray, n_paths: int, seed: int
) -> np.ndarray:
    """q_ij and one standard error, shape (2, k, k)."""
    rates = np.zeros((2, f.size, f.size))
    for i, seeds in enumerate(np.random.SeedSequence(seed).spawn(f.size)):
        if (known := finitely_many(directions)) is not None:
            rates[0, i] = _one_jump_along_each(f, i, alpha, b, *known)
        else:
            rates[:, i] = _average(f, i, alpha, b, directions, int(jumps[i]), n_paths, seeds)
    reach, _ = reach_along(f, directions)
    return np.where(reach < jumps[:, None] * b, rates, 0.0)  # rounding at the edge of reach makes no edge of the graph


def axis_rates(f: Separable, alpha: float, b: float, weights: np.ndarray, jumps: np.ndarray) -> np.ndarray:
    """q_ij of jumps along the axes, each way with its weight (d, 2), and the quadrature's own error, shape (2, k, k)."""
    places = np.stack(np.unravel_index(np.arange(f.size), [line.size for line in f.lines]), axis=1)
    rates = np.zeros((2, f.size, f.size))
    for i, here in enumerate(places):
        for axis, line in enumerate(f.lines):
            others = i + (np.arange(line.size) - here[axis]) * f.strides[axis]
            for side in (0, 1):
                weight = float(weights[axis, side])
                rates[:, i, others] += one_side(line, int(here[axis]), 2 * side - 1, int(jumps[i]), alpha, b, weight)
    return rates


def _one_jump_along_each(f: Space, i: int, alpha, b, vectors, weights) -> np.ndarray:
    """Row i for a first jump that already leaves: a sum over the finitely many directions."""
    x = np.broadcast_to(f.minima[i], vectors.shape)
    first = np.full(len(x), bounds_between_jumps(f, i, 1, b)[0][0])
    return weights @ landing_masses(f, x, vectors, first, alpha, b)


def _average(f: Space, i: int, alpha, b, directions, jumps: int, n_paths: int, seeds) -> np.ndarray:
    """Row i and its standard error, shape (2, k); for more than one jump, field by field."""
    paths = _Paths(f, i, alpha, b, directions, *bounds_between_jumps(f, i, jumps, b))
    if jumps == 1:
        return _rounds(paths, importance.even(paths.uniforms), n_paths, seeds)
    row = np.zeros((2, f.size))
    for j in np.flatnonzero(f.distances[i] < jumps * b):
        ends = paths.favourable(int(j), n_paths, np.random.default_rng(seeds.spawn(1)[0]))
        row[:, j] = _rounds(paths, ends, n_paths, seeds)[:, j]
    return row


def _rounds(paths: _Paths, ends: np.ndarray, n_paths: int, seeds: np.random.SeedSequence) -> np.ndarray:
    """Mean and standard error of the values over independently scrambled rounds, shape (2, k)."""
    means = []
    for rng in map(np.random.default_rng, seeds.spawn(_ROUNDS)):
        points, inverse, _ = paths.drawn(n_paths // _ROUNDS, ends, rng)
        means.append(np.mean(inverse[:, None] * paths.values(points, rng)[0], axis=0))
    return np.stack([np.mean(means, axis=0), np.std(means, axis=0, ddof=1) / np.sqrt(_ROUNDS)])


class _Paths(NamedTuple):
    """Limit paths from minimum `i`; `near` and `far` as in `excursions`."""

    f: Space
    i: int
    alpha: float
    b: float
    directions: SpaceNoise | None
    near: np.ndarray
    far: np.ndarray

    @property
    def uniforms(self) -> int:
        """How many a path takes: length, wait and direction of each jump but the last, and the last direction."""
        turn = uniforms_for(self.f.dimension)
        return (2 + turn) * (len(self.near) - 1) + turn

    def drawn(self, size: int, ends: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At least `size` points of the cube, 1 / density at each, and the uniform points that they are moved from."""
        uniform = qmc.Sobol(self.uniforms, rng=rng).random(1 << int(np.ceil(np.log2(size))))
        return *importance.warped(uniform, ends), uniform

    def favourable(self, j: int, n_paths: int, rng) -> np.ndarray:
        """Intervals of the uniforms that favour paths into field j.

        While hardly any path gets there, those do as well whose last jump, if long, ends near the field's nearest point.
        """
        nearest, ends = _nearest_point(self.f, self.i, j), importance.even(self.uniforms)
        for _ in range(_ADAPTATIONS):
            points, inverse, uniform = self.drawn(max(256, n_paths // 4), ends, rng)
            masses, last = self.values(points, rng)
            there = masses[:, j]
            if np.count_nonzero(there) < _HITS:
                there = np.exp(-np.linalg.norm(last - nearest, axis=1) / (0.05 * self.f.distances[self.i, j]))
            ends = importance.adapted(ends, uniform, inverse * there)
        return ends

    def values(self, uniform: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
        """Weight of each path times the masses of its last jump by field, (n, k), and where a last jump cut at b ends."""
        f, near, size, turn = self.f, self.near, len(uniform), uniforms_for(self.f.dimension)
        x, weight, centre = np.tile(f.minima[self.i], (size, 1)), np.ones(size), f.minima[self.i]
        for k, u in enumerate(np.split(uniform[:, :-turn], len(near) - 1, axis=1) if len(near) > 1 else ()):
            least = near[k] - np.linalg.norm(x - centre, axis=1)
            length = np.minimum(least * np.maximum(u[:, 0], 1e-300) ** (-1 / self.alpha), self.b)
            landed = np.clip(x + length[:, None] * _directions(u[:, 2:], self.directions, f.dimension, rng), *f.box.T)
            wait = trace(f, landed, np.inf, centre, near[k]).times
            weight = weight * least**-self.alpha * wait
            x = trace(f, landed, u[:, 1] * wait, centre, 0.0).ends
        theta = _directions(uniform[:, -turn:], self.directions, f.dimension, rng)
        going = np.flatnonzero(weight > 0)
        first = near[-1] - np.linalg.norm(x[going] - centre, axis=1)
        masses = np.zeros((size, f.size))
        masses[going] = landing_masses(f, x[going], theta[going], first, self.alpha, self.b)
        masses[:, self.i] = 0.0
        return weight[:, None] * masses, x + self.b * theta


@lru_cache(maxsize=256)
def _nearest_point(f: Space, i: int, j: int) -> np.ndarray:
    """A point of field j about as near to m_i as any."""
    rays = isotropic(qmc.Sobol(uniforms_for(f.dimension), rng=0).random(512), f.dimension)
    lengths = first_meetings(f, np.tile(f.minima[i], (len(rays), 1)), rays)[:, j]
    best = int(np.argmin(lengths))
    return f.minima[i] + lengths[best] * rays[best] if np.isfinite(lengths[best]) else f.minima[j]


def _directions(uniform: np.ndarray, directions: SpaceNoise | None, dimension: int, rng) -> np.ndarray:
    """Directions by sigma: isotropic ones from uniforms, those of a law of one's own as it draws them."""
    if directions is None:
        return isotropic(uniform, dimension)
    return directions.directions(len(uniform), rng)
