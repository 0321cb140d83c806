"""The law of a position, stationary or quasi-stationary.

A left eigenvector holds the expectation of every polynomial on a piece. Those of functions that are smooth across pieces
are accurate, and single moments are not; so expectations are sums over the nodes, and the density p is the quintic spline
with

    int p B_i = E B_i(X)    for every B-spline B_i on knots at the ends of pieces and half way between them.

On the walls the law has atoms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike
from scipy.interpolate import BSpline
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve

from heavysgd.exact.eigen import quasi_stationary, stationary
from heavysgd.exact.mesh import Mesh
from heavysgd.exact.resolution import refined
from heavysgd.exact.solver import Solver
from heavysgd.recursion import Truncated

TOLERANCE = 1e-3  # of a density, in total variation
_ORDER = 5  # of the splines


@dataclass(frozen=True, eq=False)
class Law:
    """mesh, weights : nodes (N,) and int L_m dpi for each of them. walls : (2,), the positions lo and hi. atoms : (2,), the
    probabilities of being just there, zero where iterates are not projected. basins : numbers of the basins, (m,).
    basin_fraction : (m,), their probabilities.
    """

    mesh: Mesh
    weights: np.ndarray
    walls: np.ndarray
    atoms: np.ndarray
    basins: np.ndarray
    basin_fraction: np.ndarray
    rounding = 0.0

    def mean(self, function: Callable) -> float:
        """E[function(X)] of a vectorised function, smooth but at ends of basins."""
        return float(self.weights @ function(self.mesh.nodes))

    def density(self, x: ArrayLike) -> np.ndarray:
        """The density at points, of the shape of x, without the atoms on the walls; zero where X never is."""
        x = np.asarray(x, float)
        found = np.zeros(x.shape)
        for low, high, spline in self._splines:
            inside = (x >= low) & (x <= high)
            found[inside] = spline(x[inside])
        return found

    def differs(self, coarse: Law) -> float:
        """Distance in total variation."""
        points, weights = _quadrature(np.append(self.mesh.left, self.mesh.right[-1]))
        apart = np.abs(self.density(points) - coarse.density(points))
        return float((weights @ apart + np.abs(self.atoms - coarse.atoms).sum()) / 2)

    @cached_property
    def _splines(self) -> list[tuple[float, float, BSpline]]:
        """For every interval of adjacent pieces, its ends and the density on it."""
        mesh = self.mesh
        apart = np.flatnonzero(mesh.left[1:] > mesh.right[:-1]) + 1
        groups = np.split(np.arange(mesh.left.size), apart)
        weights = (self.weights - self._atoms_at_nodes).reshape(-1, mesh.degree)
        nodes = mesh.nodes.reshape(-1, mesh.degree)
        return [
            (float(edges[0]), float(edges[-1]), _spline(edges, nodes[g], weights[g]))
            for g in groups
            for edges in [np.append(mesh.left[g], mesh.right[g[-1]])]
        ]

    @property
    def _atoms_at_nodes(self) -> np.ndarray:
        held = self.atoms > 0
        return self.atoms[held] @ self.mesh.at(self.walls[held]) if held.any() else np.zeros(self.mesh.size)


def law_of(solver: Solver) -> Law:
    """pi with pi P = pi where nothing leaves the region, else nu with nu P = rho_1 nu."""
    chain = solver.chain
    weights, survival = (stationary(solver), 1.0) if chain.closed else quasi_stationary(solver)
    atoms = weights @ chain.at_walls / survival
    return Law(chain.mesh, weights, np.array(chain.sgd.clip), atoms, chain.members, weights @ chain.inside)


def resolved_law(sgd: Truncated, members: np.ndarray, what: str) -> Law:
    """The law on meshes that resolve it, refined until its density is known to `TOLERANCE`."""
    return refined(sgd, members, law_of, TOLERANCE, what, laws=True).answer


def _spline(edges: np.ndarray, nodes: np.ndarray, weights: np.ndarray) -> BSpline:
    """The density with the moments that weights at nodes give to B-splines."""
    knots = np.sort(np.concatenate([edges, (edges[1:] + edges[:-1]) / 2]))
    padded = np.concatenate([np.repeat(knots[0], _ORDER), knots, np.repeat(knots[-1], _ORDER)])
    moments = BSpline.design_matrix(np.clip(nodes.ravel(), knots[0], knots[-1]), padded, _ORDER).T @ weights.ravel()
    points, lengths = _quadrature(knots)
    values = BSpline.design_matrix(points, padded, _ORDER)
    gram = values.T @ diags_array(lengths) @ values
    scale = diags_array(1 / np.sqrt(gram.diagonal()))  # lengths of pieces differ by many orders
    return BSpline(padded, scale @ spsolve((scale @ gram @ scale).tocsc(), scale @ moments), _ORDER)


def _quadrature(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre points and weights between neighbouring edges, exact for products of two splines."""
    point, weight = leggauss(_ORDER + 1)
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    return (middle + half * point).ravel(), (half * weight).ravel()
