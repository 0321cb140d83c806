"""Piecewise polynomials on a line: pieces, nodes, interpolation.

A function is known by its values at Chebyshev points of the second kind, n on each piece with both its ends, and between
them by the polynomial through these. Where pieces meet, two nodes stand for the limits from the left and from the right.
What a step brings to both is the same unless a cut step ends on a break, so that solutions are continuous just where they
should be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebpts2, chebvander

_UNRESOLVED = 1e-7  # a piece on which f' misses its interpolant by this share of its size is halved
_SAME = 1e-12  # breaks closer than this share of the region are one


@dataclass(frozen=True, eq=False)
class Mesh:
    """Pieces [left_p, right_p], ascending and without overlap, with `degree` nodes each."""

    left: np.ndarray
    right: np.ndarray
    degree: int

    @property
    def size(self) -> int:
        """N, the number of nodes."""
        return self.left.size * self.degree

    @cached_property
    def nodes(self) -> np.ndarray:
        """All nodes, ascending, shape (N,)."""
        half, middle = (self.right - self.left) / 2, (self.right + self.left) / 2
        return (middle[:, None] + half[:, None] * chebpts2(self.degree)).ravel()

    @cached_property
    def side(self) -> np.ndarray:
        """Whether a node is a limit from the right (1, the left end of its piece), from the left (-1) or neither (0)."""
        pattern = np.zeros(self.degree)
        pattern[0], pattern[-1] = 1, -1
        return np.tile(pattern, self.left.size)

    @cached_property
    def lagrange(self) -> np.ndarray:
        """Coefficients in T_k of the polynomial that is 1 at node m of a piece and 0 at the others, shape (n, n), row k."""
        return np.linalg.inv(chebvander(chebpts2(self.degree), self.degree - 1))

    def piece_of(self, points: np.ndarray) -> np.ndarray:
        """The piece that holds each point, shape (p,); -1 where none does."""
        piece = np.clip(np.searchsorted(self.left, points, side="right") - 1, 0, None)
        return np.where((points >= self.left[piece]) & (points <= self.right[piece]), piece, -1)

    def local(self, points: np.ndarray, piece: np.ndarray) -> np.ndarray:
        """t along the piece."""
        return (2 * points - self.left[piece] - self.right[piece]) / (self.right[piece] - self.left[piece])

    def at(self, points: np.ndarray) -> np.ndarray:
        """Rows that turn values at the nodes into values at points, shape (p, N); zero outside all pieces."""
        points = np.atleast_1d(np.asarray(points, float))
        piece = self.piece_of(points)
        rows = np.zeros((points.size, self.left.size, self.degree))
        values = chebvander(self.local(points, piece), self.degree - 1) @ self.lagrange
        rows[np.arange(points.size), piece] = np.where(piece >= 0, 1.0, 0.0)[:, None] * values
        return rows.reshape(points.size, self.size)


def graded_mesh(
    intervals: Any, breaks: np.ndarray, finest: np.ndarray, widest: np.ndarray, degree: int, resolved: Callable
) -> Mesh:
    """Pieces of the intervals that end at every break and are halved towards it.

    A piece no longer than its distance from a break, or than that break's `finest`, is short enough for it; none is longer
    than the `widest` of its interval. Pieces on which the function `resolved` is no polynomial of the degree are halved
    further.
    """
    pieces = []
    for (low, high), longest in zip(intervals, widest):
        inside = breaks[(breaks > low) & (breaks < high)]
        knots = np.unique([low, *inside, high])
        apart = np.diff(knots) > _SAME * (high - low)
        knots = np.append(low, knots[1:][apart])
        knots[-1] = high
        for start, end in zip(knots[:-1], knots[1:]):
            pieces += _halved(start, end, breaks, finest, longest)
    left, right = np.array(pieces).T
    mesh = Mesh(left, right, degree)
    for _ in range(40):
        rough = _rough(mesh, resolved)
        if not rough.any():
            break
        mesh = _split(mesh, rough)
    return mesh


def _halved(start: float, end: float, breaks, finest, widest: float) -> list[tuple[float, float]]:
    """[start, end] in pieces short enough for every break, in order."""
    done, waiting = [], [(start, end)]
    while waiting:
        low, high = waiting.pop()
        distance = np.maximum(np.maximum(low - breaks, breaks - high), finest)
        if (high - low) * (1 - _SAME) <= min(widest, distance.min(initial=np.inf)):
            done.append((low, high))
        else:
            middle = (low + high) / 2
            waiting += [(middle, high), (low, middle)]
    return done


def _rough(mesh: Mesh, function: Callable) -> np.ndarray:
    """Pieces between whose nodes the function is not what its values at the nodes say."""
    between = (chebpts2(mesh.degree)[1:] + chebpts2(mesh.degree)[:-1]) / 2
    half, middle = (mesh.right - mesh.left) / 2, (mesh.right + mesh.left) / 2
    values = function(mesh.nodes).reshape(-1, mesh.degree)
    guess = values @ (chebvander(between, mesh.degree - 1) @ mesh.lagrange).T
    missed = np.abs(function(middle[:, None] + half[:, None] * between) - guess).max(axis=1)
    long = mesh.right - mesh.left > 1e-6 * (mesh.right[-1] - mesh.left[0])
    return (missed > _UNRESOLVED * np.abs(values).max()) & long


def _split(mesh: Mesh, rough: np.ndarray) -> Mesh:
    """The mesh with the pieces marked cut in two."""
    middle = (mesh.left + mesh.right) / 2
    left = np.sort(np.concatenate([mesh.left, middle[rough]]))
    right = np.sort(np.concatenate([mesh.right, middle[rough]]))
    return Mesh(left, right, mesh.degree)
