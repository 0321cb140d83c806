"""Sets that limit paths reach with a number of jumps, and the jump numbers that follow, on a grid.

    G^(0) = {m_i},     G^(k) = points within one jump of size b of flow lines that start in G^(k-1)

Distances count straight jumps. Here paths may also wait between jumps and be carried, which can save a jump where flow
lines move away from their minimum before they come to it, as in a bent valley. A grid of the box holds the sets: jumps
grow a set by a distance transform, or along the directions of the noise; flow by the cells that flow lines from its
boundary pass through. Everything is right to a cell or two.

Source: the paper's remark on R^d (the sets G^(k) of its sequel, 2510.20905).
"""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from heavysgd import checks
from heavysgd.landscape import Landscape, Space, as_space
from heavysgd.noise import SpaceNoise
from heavysgd.theory.arguments import checked_landscape
from heavysgd.theory.directions import checked_directions, finitely_many
from heavysgd.theory.flow_lines import trace

_CELLS = {2: 400, 3: 64}  # along an axis, unless told
_MOST_JUMPS = 64
_STILL = 5e-3  # cells in a step of half a cell: so slow a flow line has come to its end
NEVER = -1  # in a jump table: not reached by any number of jumps


class Reachable(NamedTuple):
    """centres : of the cells along each axis, d arrays of shape (cells,). reached : (cells, ..., cells), bool, the cells
    in G^(k), by coordinates in their order."""

    centres: tuple[np.ndarray, ...]
    reached: np.ndarray


def reachable(
    f: Landscape,
    b: float | None,
    basin: int,
    jumps: int,
    cells: int | None = None,
    *,
    directions: SpaceNoise | None = None,
) -> Reachable:
    """G^(k) for k = `jumps` jumps of norm at most b from minimum `basin`, with flow between them.

    cells : along each axis of the box; None: 400 in the plane, 64 in three dimensions.
    directions : the law of the noise if its far draws take finitely many directions; None: every direction.

    Raises `ValueError` for arguments out of range, on a line (where flow only drives back) and beyond three dimensions.
    """
    grid, b, directions = _checked(f, b, cells, directions)
    basin, jumps = checks.index("basin", basin, f.size), checks.count("jumps", jumps, most=_MOST_JUMPS)
    reached = np.zeros(grid.labels.shape, bool)
    for k, reached in enumerate(_sets(grid, b, basin, directions), start=1):
        if k == jumps:
            break
    return Reachable(grid.centres, reached)


def flow_jump_table(
    f: Landscape, b: float | None, cells: int | None = None, *, directions: SpaceNoise | None = None
) -> np.ndarray:
    """J_b(i, j), the least k for which G^(k) from m_i meets field j, shape (k, k), int64; zero diagonal, -1 for never.

    To be compared with ceil(f.distances / b), which it never exceeds but for the grid: thresholds within a cell or two of b
    are undecided. Paths here may also wait in fields on the way, so that of row i only the least entries, which are jump
    numbers l*_i, speak of first exits. Arguments and errors as in `reachable`.
    """
    grid, b, directions = _checked(f, b, cells, directions)
    table = np.full((f.size, f.size), NEVER)
    np.fill_diagonal(table, 0)
    for i in range(f.size):
        for k, reached in enumerate(_sets(grid, b, i, directions), start=1):
            met = np.bincount(grid.labels[reached] + 1, minlength=f.size + 1)[1:] > 0
            table[i, met & (table[i] == NEVER)] = k
            if np.all(table[i] != NEVER):
                break
    return table


class _Grid(NamedTuple):
    f: Space
    centres: tuple[np.ndarray, ...]
    cell: np.ndarray
    labels: np.ndarray

    def points(self, index: np.ndarray) -> np.ndarray:
        """Centres (n, d) of cells given by their places (n, d)."""
        return self.f.box[:, 0] + (index + 0.5) * self.cell

    def places(self, points: np.ndarray) -> np.ndarray:
        """Places (n, d) of the cells that hold points (n, d), those beyond the box projected on it."""
        index = np.floor((points - self.f.box[:, 0]) / self.cell).astype(int)
        return np.clip(index, 0, np.array(self.labels.shape) - 1)


def _checked(f: Landscape, b, cells, directions):
    checked_landscape(f)
    if f.dimension not in _CELLS:
        raise ValueError(f"{f.name} has dimension {f.dimension}: sets are found on a grid in two and three dimensions only")
    directions = checked_directions(f, directions)
    if directions is not None and finitely_many(directions) is None:
        directions = None  # a law that charges every direction, however unevenly, reaches what isotropic noise does
    cells = _CELLS[f.dimension] if cells is None else checks.count("cells", cells, least=16, most=4096)
    return _grid(as_space(f), cells), checks.threshold("b", b), directions


@lru_cache(maxsize=8)
def _grid(f: Space, cells: int) -> _Grid:
    cell = np.ptp(f.box, axis=1) / cells
    centres = tuple(low + (np.arange(cells) + 0.5) * step for low, step in zip(f.box[:, 0], cell))
    labels = f.basin_of(np.stack(np.meshgrid(*centres, indexing="ij"), axis=-1))
    return _Grid(f, centres, cell, labels)


def _sets(grid: _Grid, b: float, basin: int, directions):
    """G^(1), G^(2), ... until they grow no more."""
    start, known = grid.f.minima[basin], finitely_many(directions)
    carried, before = np.zeros(grid.labels.shape, bool), 0
    carried[tuple(grid.places(start[None])[0])] = True
    for k in range(_MOST_JUMPS):
        if known is not None:
            reached = _grown_along(grid, carried, b, known[0])
        elif k == 0:  # from the minimum itself and not from the middle of its cell
            squares = np.meshgrid(*((c - m) ** 2 for c, m in zip(grid.centres, start)), indexing="ij")
            reached = reduce(np.add, squares) <= b**2
        else:
            reached = distance_transform_edt(~carried, sampling=grid.cell) <= b
        yield reached
        carried = _carried(grid, reached)
        if np.count_nonzero(carried) == before:
            return
        before = np.count_nonzero(carried)


def _boundary(cells: np.ndarray) -> np.ndarray:
    """Places (n, d) of the cells of a set that have a neighbour outside."""
    return np.argwhere(cells & ~binary_erosion(cells, border_value=1))


def _grown_along(grid: _Grid, cells: np.ndarray, b: float, vectors: np.ndarray) -> np.ndarray:
    """The set with all that lies within b of it along the vectors: what leaves it passes through its boundary."""
    grown, sources = cells.copy(), grid.points(_boundary(cells))
    longest = min(b, float(np.linalg.norm(np.ptp(grid.f.box, axis=1))))
    for length in np.append(np.arange(0, longest, grid.cell.min() / 2), longest):
        for vector in vectors:
            grown[tuple(grid.places(sources + length * vector).T)] = True
    return grown


def _carried(grid: _Grid, cells: np.ndarray) -> np.ndarray:
    """The set with the cells that flow lines from its boundary pass through, in steps of half a cell.

    A line ends where it comes to a cell that another has passed, or that was in the set: what leaves it from there does so
    through the boundary, where lines start anyway.
    """
    f, carried = grid.f, cells.copy()
    places = _boundary(cells)
    x, step = grid.points(places), 0.5 * grid.cell.min()
    slow = step * f.curvature(f.minima).max()
    while len(x):
        speed = np.linalg.norm(f.gradient(x), axis=1)
        moved = trace(f, x, step / (speed + slow), x[0], -1.0).ends
        now = grid.places(moved)
        same = np.all(now == places, axis=1)
        new = ~same & ~carried[tuple(now.T)]
        carried[tuple(now[new].T)] = True
        _, first = np.unique(now[new], axis=0, return_index=True)  # of lines that enter a cell together one goes on
        moving = same & (speed / (speed + slow) > 2 * _STILL)
        kept = np.append(np.flatnonzero(moving), np.flatnonzero(new)[first])
        x, places = moved[kept], now[kept]
    return carried
