"""How far it is from each minimum to the attraction fields of the others.

The segment from m_i to the nearest point of another field meets that field at its end and not before. So the distance is
the least, over directions, of the length at which a ray from m_i first meets it: many rays, then the best ones refined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

if TYPE_CHECKING:
    from heavysgd.landscape.space import Space

_RAYS, _STOPS = 360, 160  # rays in the plane (and per dimension beyond); points looked at along each
_COARSE = 8  # of a length, that stops may be apart, for its refinement to begin near enough
_REFINEMENTS, _AROUND = 7, 24  # rounds, each with so many rays in a cone a third as wide


def distances_to_fields(f: Space) -> np.ndarray:
    """Distance from minimum i to the field of minimum j, shape (k, k); inf on the diagonal and where no ray meets it."""
    found = np.full((f.size, f.size), np.inf)
    rays = _directions(f.dimension)
    for i, start in enumerate(f.minima):
        walls = _to_the_walls(f, start, rays)
        lengths = _first_meetings(f, start, rays, np.zeros(len(rays)), walls)
        for j in range(f.size):
            if j != i and np.isfinite(lengths[:, j]).any():
                found[i, j] = _refined(f, start, *_closer(f, start, rays, walls, lengths[:, j], j), j)
            elif j != i:  # a field between the rays: one that leads to its minimum meets it
                way = f.minima[j] - start
                far = np.array([np.linalg.norm(way)])
                length = _first_meetings(f, start, way[None] / far, np.zeros(1), far)[:, j]
                found[i, j] = _refined(f, start, *_closer(f, start, way[None] / far, far, length, j), j)
    return found


def _closer(f, start, rays, far, lengths, j: int) -> tuple[np.ndarray, float]:
    """The ray that meets field j first, and at which length, from `lengths` (n,) seen at stops up to `far` (n,). Where
    these stops are too far apart for what is so near, at stops up to there."""
    best = int(np.argmin(lengths))
    while far[best] > _STOPS / _COARSE * lengths[best]:
        far = np.minimum(far, lengths[best])
        lengths = _first_meetings(f, start, rays, np.zeros(len(rays)), far)[:, j]
        best = int(np.argmin(lengths))
    return rays[best], float(lengths[best])


def _directions(dimension: int) -> np.ndarray:
    if dimension == 2:
        angles = 2 * np.pi * (np.arange(_RAYS) + 0.5) / _RAYS
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    count = 1 << int(np.ceil(np.log2(_RAYS * dimension)))
    uniform = qmc.Sobol(dimension, rng=0).random(count)
    normal = ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
    rays = np.concatenate([normal / np.linalg.norm(normal, axis=1, keepdims=True), np.eye(dimension), -np.eye(dimension)])
    return rays


def _to_the_walls(f, start: np.ndarray, rays: np.ndarray) -> np.ndarray:
    """Length of each ray inside the box."""
    with np.errstate(divide="ignore"):
        ends = np.where(rays > 0, (f.box[:, 1] - start) / rays, (f.box[:, 0] - start) / rays)
    return np.where(rays == 0, np.inf, ends).min(axis=1)


def _first_meetings(f, start, rays, low, high) -> np.ndarray:
    """Length at which each ray, between lengths low and high, first meets each field; shape (rays, k), inf where not."""
    lengths = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _STOPS)[None, 1:]
    labels = f.basin_of(start + lengths[..., None] * rays[:, None, :])
    found = np.full((len(rays), f.size), np.inf)
    for j in range(f.size):
        met = labels == j
        first = np.where(met.any(axis=1), met.argmax(axis=1), -1)
        hit = first >= 0
        found[hit, j] = lengths[hit, first[hit]]
    return found


def _refined(f, start, ray, length: float, j: int) -> float:
    """The least length over rays near the best one, in ever narrower cones and ever shorter pieces of them."""
    spread, piece = (2 * np.pi / _RAYS if f.dimension == 2 else 0.3), length / 8
    rng = np.random.default_rng(0)
    for _ in range(_REFINEMENTS):
        rays = np.concatenate([ray[None], ray + spread * rng.standard_normal((_AROUND * (f.dimension - 1), f.dimension))])
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        high = np.minimum(length + piece / 4, _to_the_walls(f, start, rays))
        lengths = _first_meetings(f, start, rays, np.maximum(high - piece, 0.0), high)[:, j]
        best = int(np.argmin(lengths))
        if np.isfinite(lengths[best]):
            ray, length = rays[best], min(length, float(lengths[best]))
        spread, piece = spread / 3, piece / 3
    return length
