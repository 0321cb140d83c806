"""The chain on a region of the line as a linear operator: I - P on a mesh.

Off the diagonal of I - P stand the weights of the transition matrix; its diagonal is such that rows sum to the probability
of leaving, known from H. Where leaving is rare, one minus a row sum would be nothing but rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from heavysgd.exact.landing import Landing, landing
from heavysgd.exact.matrix import transition_matrix
from heavysgd.exact.mesh import Mesh
from heavysgd.landscape import as_line
from heavysgd.recursion import Truncated


@dataclass(frozen=True, eq=False)
class Chain:
    """The recursion until it leaves the attraction fields of `members`, on a mesh of N nodes.

    arrivals : (N, k), or (N, k + 1) with open ends: P(x, Omega_j). at_walls : (N, 2), P(x, {lo}) and P(x, {hi}).
    generator : I - P within the region, (N, N).
    """

    sgd: Truncated
    members: np.ndarray
    mesh: Mesh
    arrivals: np.ndarray
    at_walls: np.ndarray
    generator: np.ndarray

    @property
    def closed(self) -> bool:
        """Whether nothing ever leaves."""
        return self.arrivals.shape[1] == self.members.size

    @property
    def outside(self) -> np.ndarray:
        """P(x, Omega_j) where Omega_j is no part of the region, zero where it is; shape of `arrivals`."""
        away = self.arrivals.copy()
        away[:, self.members] = 0.0
        return away

    @cached_property
    def basin(self) -> np.ndarray:
        """The basin of every node, shape (N,): a piece lies in one."""
        middle = (self.mesh.left + self.mesh.right) / 2
        return np.repeat(self.sgd.landscape.basin_of(middle), self.mesh.degree)

    @cached_property
    def inside(self) -> np.ndarray:
        """1_{Omega_i} of every member at the nodes, shape (N, m)."""
        return (self.basin[:, None] == self.members).astype(float)

    @cached_property
    def minima(self) -> np.ndarray:
        """The node next to each member's minimum, shape (m,)."""
        where = self.sgd.landscape.minima[self.members]
        return np.argmin(np.abs(self.mesh.nodes[:, None] - where), axis=0)

    @cached_property
    def rounded(self) -> np.ndarray:
        """What rows of I - P should sum to, less what they do sum to in floats, shape (N, 1)."""
        return self.outside.sum(axis=1, keepdims=True) - self.generator.sum(axis=1, keepdims=True)

    @cached_property
    def of_constants(self) -> np.ndarray:
        """(I - P) 1_{Omega_i}, shape (N, m): P(x, not Omega_i) inside Omega_i, - P(x, Omega_i) elsewhere."""
        own = self.basin[:, None] == np.arange(self.arrivals.shape[1])
        leaving = np.where(own, 0.0, self.arrivals).sum(axis=1, keepdims=True)
        return np.where(self.inside > 0, leaving, -self.arrivals[:, self.members])


def chain_on(sgd: Truncated, members: Any, mesh: Mesh) -> Chain:
    """The chain on the attraction fields of the members, discretised on a mesh of theirs."""
    members, steps = np.asarray(members), landing(sgd, mesh.nodes, mesh.side)
    arrivals = _arrivals(sgd, steps)
    leaving = np.delete(arrivals, members, axis=1).sum(axis=1)
    generator = -transition_matrix(steps, mesh)
    np.fill_diagonal(generator, 0.0)
    np.fill_diagonal(generator, leaving - generator.sum(axis=1))
    return Chain(sgd, members, mesh, arrivals, _at_walls(sgd, steps), generator)


def _at_walls(sgd: Truncated, steps: Landing) -> np.ndarray:
    """P(x, {lo}) and P(x, {hi}), shape (N, 2)."""
    stopped = zip(map(steps.atom, (-1, 1)), sgd.clip)
    return np.stack([np.where(end == wall, mass, 0.0) for (end, _, mass), wall in stopped], axis=1)


def _arrivals(sgd: Truncated, steps: Landing) -> np.ndarray:
    """P(x, Omega_j) for every basin, and past open ends, shape (N, k) or (N, k + 1)."""
    edges = as_line(sgd.landscape).edges
    inside = steps.mass(edges[:-1], edges[1:])
    if not sgd.landscape.open_ends:
        return inside
    past = steps.mass(np.array([-np.inf, edges[-1]]), np.array([edges[0], np.inf])).sum(axis=1)
    return np.column_stack([inside, past])
