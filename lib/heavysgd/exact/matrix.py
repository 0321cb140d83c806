"""The one-step kernel as a matrix, by product integration.

    (P u)(x_i) = sum_p int_p u(y) P(x_i, dy) + u(end) P(x_i, {end}),    u polynomial on each piece p

On one side of the centre of the noise, with R its tail there and w the distance from the centre, a piece is passed
between w_1 and w_2, and integration by parts leaves nothing but R:

    int phi dF = phi(w_1) (R(w_1) - R(w_2)) + int phi'(w) (R(w) - R(w_2)) dw.

So phi = 1 gives the mass R(w_1) - R(w_2) exactly: probability is conserved without scaling. The integral is taken by
Gauss and Legendre in v = log(1 + w / scale), in which the body of the law, its tail and the layers of u are all of length
one, between the v that land on the ends of the piece: a rule across a piece's end would see u jump.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.polynomial.legendre import leggauss

from heavysgd.exact.landing import Landing
from heavysgd.exact.mesh import Mesh

_STRETCH = 3.0  # the longest; longer ones are divided
_ROWS = 64  # rows at a time, so that what is at work fits the cache


def transition_matrix(steps: Landing, mesh: Mesh) -> np.ndarray:
    """P between the nodes of a mesh, shape (N, N); row i is the law of one step from steps.x[i].

    What lands outside all pieces is not in it: rows sum to the probability of landing inside.
    """
    moments = np.zeros((steps.x.size, mesh.left.size, mesh.degree))  # of T_0, ..., T_{n-1} on every piece
    for start in range(0, steps.x.size, _ROWS):
        rows = slice(start, start + _ROWS)
        for side in (1, -1):
            _add_side(moments[rows], steps, mesh, rows, side)
    for side in (1, -1):
        _add_atoms(moments, steps, mesh, side)
    return (moments.reshape(-1, mesh.degree) @ mesh.lagrange).reshape(steps.x.size, mesh.size)


def _add_side(moments: np.ndarray, steps: Landing, mesh: Mesh, rows: slice, side: int) -> None:
    """Adds what steps to one side of the centre bring, without atoms."""
    x, centre, amplitude = steps.x[rows, None], steps.centre[rows, None], steps.amplitude[rows, None]
    near, far = (mesh.left, mesh.right) if side > 0 else (mesh.right, mesh.left)
    back, forth = -steps.reach(-1)[rows, None], steps.reach(1)[rows, None]
    first, last = (np.maximum(side * (np.clip(end - x, back, forth) - centre), 0) / amplitude for end in (near, far))
    row, piece = np.nonzero(last > first)
    law = steps.law
    start = mesh.local((x + centre)[row, 0], piece)
    slope = 2 * side * amplitude[row, 0] / (mesh.right - mesh.left)[piece]  # dt / dw
    tail = law.upper if side > 0 else law.lower
    moments[row, piece] += _by_parts(tail, law, start, slope, first[row, piece], last[row, piece], mesh.degree)


def _by_parts(tail, law, start, slope, first, last, degree: int) -> np.ndarray:
    """int T_k(t) dF over w in [first, last], t = start + slope w; shape (segments, degree)."""
    beyond = tail(last)
    found = chebvander(start + slope * first, degree - 1) * (tail(first) - beyond)[:, None]
    v, width, owner = _stretches(np.log1p(first / law.scale), np.log1p(last / law.scale), law)
    point, weight = _gauss(degree)
    grown = np.exp(v[:, None] + width[:, None] * (point + 1) / 2)
    w = law.scale * (grown - 1)
    t = start[owner, None] + slope[owner, None] * w
    height = (tail(w) - beyond[owner, None]) * grown * weight * (law.scale / 2 * width * slope[owner])[:, None]
    integrals = np.zeros((v.size, degree))
    before, now = np.zeros_like(t), np.ones_like(t)  # U_{k-2}, U_{k-1}, and T_k' = k U_{k-1}
    for k in range(1, degree):
        integrals[:, k] = k * np.einsum("sq,sq->s", height, now)
        before, now = now, 2 * t * now - before
    if v.size == first.size:
        return found + integrals
    np.add.at(found, owner, integrals)
    return found


@cache
def _gauss(points: int):
    return leggauss(points)


def _stretches(first: np.ndarray, last: np.ndarray, law) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[first, last] in stretches that are short and have no kink inside: start, length, and whose each is."""
    owner = np.arange(first.size)
    if law.kink is not None:
        kink = np.log1p(law.kink / law.scale)
        across = np.flatnonzero((first < kink) & (kink < last))
        owner = np.concatenate([owner, across])
        first, last = np.concatenate([first, np.full(across.size, kink)]), np.concatenate([last, last[across]])
        last[across] = kink
    parts = np.maximum(np.ceil((last - first) / _STRETCH), 1).astype(int)
    width = np.repeat((last - first) / parts, parts)
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.repeat(first, parts) + number * width, width, np.repeat(owner, parts)


def _add_atoms(moments: np.ndarray, steps: Landing, mesh: Mesh, side: int) -> None:
    """Adds steps that are cut, or projected, at their end."""
    end, beside, mass = steps.atom(side)
    piece = mesh.piece_of(beside)
    inside = np.flatnonzero((piece >= 0) & (mass > 0))
    local = np.clip(mesh.local(end[inside], piece[inside]), -1, 1)
    moments[inside, piece[inside]] += chebvander(local, mesh.degree - 1) * mass[inside, None]
