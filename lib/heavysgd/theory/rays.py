"""Jumps along rays: how far along each a field is met, and the mass of the jumps that land in it.

From x a jump of length r in direction theta lands, cut at b and projected on the box, at clip(x + min(r, b) theta). Along
one ray the mass of lengths beyond r is r^(-alpha); so a field that holds the piece from r_1 to r_2 receives

    r_1^(-alpha) - r_2^(-alpha),   and b^(-alpha) at the cut if it holds the point there

The ends of the pieces are found by bisection between points of a fine grid along the ray.

Source: section 2 of the paper; the bookkeeping is this book's.
"""

from __future__ import annotations

import numpy as np

from heavysgd.landscape import Space

_STOPS = 128  # points along a diagonal of the box
_SLIDING = 24  # points beyond the box, where what lands is projected along its faces
_FAR = 1e3  # diagonals after which the place of a projected jump no longer changes
_HALVINGS = 12  # of the piece between two points; with 4, masses were too small by a twenty-thousandth
_CHUNK = 2_000_000  # numbers held at once


def landing_masses(f: Space, x: np.ndarray, theta: np.ndarray, first: np.ndarray, alpha: float, b: float) -> np.ndarray:
    """nu-mass of jumps from x (n, d) along theta (n, d), longer than `first` (n,), by field; shape (n, k).

    Jumps no longer than `first` > 0 are known to stay where they are. `b` may be infinite.
    """
    masses = np.zeros((len(x), f.size))
    kept = np.flatnonzero(first < b)
    rows = max(1, _CHUNK // (f.dimension * (_STOPS + _SLIDING)))
    for part in (kept[n : n + rows] for n in range(0, kept.size, rows)):
        masses[part] = _masses(f, x[part], theta[part], first[part], alpha, b)
    return masses


def first_meetings(f: Space, x: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Length of the shortest jump from x (n, d) along theta (n, d) into each field, shape (n, k); inf where none leads."""
    first = np.full(len(x), 1e-9 * np.linalg.norm(np.ptp(f.box, axis=1)))
    _, labels, ends = _pieces(f, x, theta, first, np.inf)
    starts = np.concatenate([first[:, None], ends[:, :-1]], axis=1)
    found = np.full((len(x), f.size), np.inf)
    for j in range(f.size):
        held = labels == j
        rows = np.flatnonzero(held.any(axis=1))
        found[rows, j] = starts[rows, held[rows].argmax(axis=1)]
    return found


def _masses(f: Space, x, theta, first, alpha, b) -> np.ndarray:
    lengths, labels, ends = _pieces(f, x, theta, first, b)
    beyond = np.concatenate([lengths**-alpha, np.zeros((len(x), 1))], axis=1)  # the last piece holds all that is cut
    cut = ends**-alpha
    before, after = beyond[:, :-1] - cut, cut - beyond[:, 1:]
    before[:, -1], after[:, -1] = beyond[:, -2], 0.0
    following = np.concatenate([labels[:, 1:], labels[:, -1:]], axis=1)
    masses = np.zeros((len(x), f.size + 1))  # the last column takes points of boundaries, which no field holds
    rows = np.broadcast_to(np.arange(len(x))[:, None], labels.shape)
    np.add.at(masses, (rows, labels), before)
    np.add.at(masses, (rows, following), after)
    return masses[:, :-1]


def _pieces(f: Space, x, theta, first, b):
    """Lengths (n, s) of points along each ray, their fields, and where between one point and the next the field ends."""
    lengths = _stops(f, x, theta, first, b)
    labels = _labels(f, x, theta, lengths)
    low, high = lengths[:, :-1].copy(), lengths[:, 1:].copy()
    row, piece = np.nonzero(labels[:, :-1] != labels[:, 1:])
    here = labels[row, piece]
    for _ in range(_HALVINGS):
        middle = (low[row, piece] + high[row, piece]) / 2
        same = _labels(f, x[row], theta[row], middle[:, None])[:, 0] == here
        low[row, piece] = np.where(same, middle, low[row, piece])
        high[row, piece] = np.where(same, high[row, piece], middle)
    ends = (low + high) / 2
    return lengths, labels, np.concatenate([ends, lengths[:, -1:]], axis=1)


def _labels(f: Space, x, theta, lengths) -> np.ndarray:
    points = np.clip(x[:, None] + lengths[..., None] * theta[:, None], f.box[:, 0], f.box[:, 1])
    return f.basin_of(points)


def _stops(f: Space, x, theta, first, b) -> np.ndarray:
    """Points evenly spaced in the box and, for jumps that leave it, ever farther apart beyond."""
    diagonal = float(np.linalg.norm(np.ptp(f.box, axis=1)))
    with np.errstate(divide="ignore"):
        walls = np.where(theta > 0, (f.box[:, 1] - x) / theta, (f.box[:, 0] - x) / theta)
    leaves = np.maximum(first, np.where(theta == 0, np.inf, walls).min(axis=1))
    inside = np.minimum(leaves, b)
    count = max(2, int(np.ceil(_STOPS * (inside - first).max() / diagonal)) + 1)
    lengths = first[:, None] + (inside - first)[:, None] * np.linspace(0, 1, count)
    if not np.any(b > leaves):
        return lengths
    last = np.maximum(inside, min(b, _FAR * diagonal))
    beyond = inside[:, None] * (last / inside)[:, None] ** np.linspace(0, 1, _SLIDING + 1)[1:]
    return np.concatenate([lengths, beyond], axis=1)
