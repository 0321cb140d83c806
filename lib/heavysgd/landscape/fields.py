"""Attraction fields in compiled code: which one holds a point, and a box inside each.

Almost always a path is in the box around its minimum that lies wholly in the field, and comparisons say so. Else:

- where fields are products of intervals (a line, a separable landscape), counting edges gives the field exactly;
- elsewhere gradient flow does, in small steps, until it is near a minimum or, in two and three dimensions, in a cell of a
  grid whose neighbours all belong to one field. Near boundaries, where cells disagree, the flow decides: the grid makes
  it fast, and makes no difference to the answer.

Source: the attraction fields of section 2 of the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import ArrayLike, DTypeLike
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.stats import qmc

from heavysgd.compiling import cached, function_from_source

if TYPE_CHECKING:
    from heavysgd.landscape.space import Space

UNKNOWN = -1  # the label of a point whose flow ends at no minimum, and of a cell whose neighbours disagree
_NEAR = 0.1  # of the distance to the nearest other critical point: so near a minimum, flow ends there
_INSIDE = 0.98  # of the distance to the next field, which is known to about 1e-3 of it
_CELLS = {2: (32, 128, 512), 3: (16, 96)}  # along an axis, from coarse to fine; no grid in more dimensions
_RESOLVED = 0.75  # cells from a minimum to the nearest other critical point, at least: fewer might hide from all middles
_STRIDE = 0.002  # step of the flow where there is no grid, in diagonals of the box
_WALLS = 8.0  # see `steepest`
_NARROW = 32.0  # times the curvature of the widest well, up to which flow slows down while a grid is filled
_LOST = 0.4  # of the points of a box: more than lie on boundaries, so that flow must have been too slow
_STEPS = 100_000  # after so many steps of flow a point is on a boundary


class Fields(NamedTuple):
    """A landscape's attraction fields for compiled code.

    label : compiled (x, k, tables) -> number of the field that holds column k of x, or UNKNOWN.
    tables : arrays for `label`.
    low, high : (k, d), a box in each field around its minimum, low <= x < high.
    """

    label: Callable[..., Any]
    tables: tuple
    low: np.ndarray
    high: np.ndarray

    @property
    def counted(self) -> bool:
        """Whether the fields are products of intervals, told apart by counting edges."""
        return self.label is by_edges

    def flat(self) -> tuple[np.ndarray, np.ndarray, int]:
        """`tables` as plain arrays for other machines: numbers, cells of the grid, cells along an axis."""
        if self.counted:
            return np.concatenate([np.ravel(part) for part in self.tables]), np.zeros(1, np.int16), 1
        grid, across, corner, per_cell, minima, near_squares, slow, stride = self.tables
        return np.concatenate([corner, per_cell, [slow, stride], near_squares, minima.ravel()]), grid, across

    def of(self, points: np.ndarray) -> np.ndarray:
        """Numbers of the fields that hold points (n, d), int64."""
        return label_all(self.label, self.tables, points)


def label_all(label: Callable[..., Any], tables: tuple, points: np.ndarray) -> np.ndarray:
    """Numbers of the fields that hold points (n, d), int64; UNKNOWN for points on boundaries, up to rounding."""
    return _compiled_loop(label)(np.ascontiguousarray(points.T), tables)


@lru_cache(maxsize=64)
def _compiled_loop(label):
    @nb.njit(nogil=True)
    def every(x, tables):
        found = np.empty(x.shape[1], np.int64)
        for k in range(x.shape[1]):
            found[k] = label(x, k, tables)
        return found

    return cached(every)


# --- products of intervals ---


def product_fields(minima: np.ndarray, axes: list[np.ndarray], strides: ArrayLike, dtype: DTypeLike) -> Fields:
    """The fields that meet at the coordinates `axes`; their numbers move by `strides` from one to the next."""
    edges = np.full((len(axes), max(1, *(axis.size for axis in axes), 1)), np.inf, dtype)
    for i, axis in enumerate(axes):
        edges[i, : axis.size] = axis
    ends = [np.array([-np.inf, *axis, np.inf], dtype) for axis in axes]
    along = [np.searchsorted(axis, minima[:, i], side="right") for i, axis in enumerate(axes)]
    low, high = (np.stack([end[number + side] for end, number in zip(ends, along)], axis=1) for side in (0, 1))
    return Fields(by_edges, (edges, np.asarray(strides, np.int64)), low, high)


@nb.njit
def by_edges(x, k, tables):
    """The number of the box that holds x, counted along the axes; a point of an edge counts right."""
    edges, strides = tables
    number = np.int64(0)
    for i in range(edges.shape[0]):
        for s in range(edges.shape[1]):
            number += strides[i] * (x[i, k] >= edges[i, s])
    return number


# --- fields that only the flow knows ---


def flow_fields(f: Space, dtype: DTypeLike) -> Fields:
    """The fields of a landscape in R^d, with the cube inside the ball around each minimum that lies in its field."""
    label, tables = flow_labels(f)
    side = _INSIDE * np.minimum(f.widths, np.ptp(f.box, axis=1).max()) / np.sqrt(f.dimension)
    low, high = f.minima - side[:, None], f.minima + side[:, None]
    return Fields(label, tables, low.astype(dtype), high.astype(dtype))


@lru_cache(maxsize=16)
def flow_labels(f: Space) -> tuple[Callable[..., Any], tuple]:
    """`label` and its tables. Each grid is filled with the help of the one before.

    Raises `ValueError` where flow takes too long to come to a minimum from most of the box.
    """
    label = _flow_label(f.compiled_gradient, f.dimension)
    grid, n = np.full(1, UNKNOWN, np.int16), 1
    # To fill a grid, flow may stray by half a stride: cells so near a boundary are left open anyway.
    gentle = min(steepest(f), _NARROW * float(f.curvature(f.minima).min()))
    sample = qmc.scale(qmc.Sobol(f.dimension, rng=0).random(64), *f.box.T)
    _refuse_stiff(f, label_all(label, _tables(f, grid, n, gentle), sample))
    for finer in _CELLS.get(f.dimension, ()):
        if _isolation(f).min() < _RESOLVED * np.ptp(f.box, axis=1).max() / finer:
            continue  # cells that agree may have a field between them
        centres = [lo + (np.arange(finer) + 0.5) * (hi - lo) / finer for lo, hi in f.box]
        points = np.stack([part.ravel() for part in np.meshgrid(*centres, indexing="ij")], axis=1)
        found = label_all(label, _tables(f, grid, n, gentle), points).reshape([finer] * f.dimension)
        same = minimum_filter(found, 3, mode="nearest") == maximum_filter(found, 3, mode="nearest")
        grid, n = np.where(same, found, UNKNOWN).astype(np.int16).ravel(), finer
    tables = _tables(f, grid, n, steepest(f))
    _refuse_stiff(f, label_all(label, tables, sample))
    return label, tables


def _refuse_stiff(f, found: np.ndarray) -> None:
    if np.mean(found == UNKNOWN) > _LOST:
        values = np.abs(np.linalg.eigvalsh(f.hessian(f.critical[0])))
        raise ValueError(
            f"{f.name}: gradient flow takes too long to tell its fields apart, with curvatures from {values.min():.3g} to "
            f"{values.max():.3g} at its critical points; widen what is narrow, or rescale the coordinates"
        )


def _tables(f, grid: np.ndarray, n: int, curvature: float) -> tuple:
    """The grid, cells along an axis, its corner, cells per length; minima, squares of near; slow and stride of the flow.

    `slow` is the slope below which the flow slows down: as small as it may be without steps that overshoot a valley of that
    curvature.
    """
    cell = np.ptp(f.box, axis=1) / n
    stride = float(cell.min() / 4 if n > 1 else _STRIDE * np.linalg.norm(np.ptp(f.box, axis=1)))
    stride = min(stride, float(_isolation(f).min()) / 8)  # not across a well
    slow = stride * curvature
    return grid, n, f.box[:, 0].copy(), 1 / cell, f.minima.copy(), (_NEAR * _isolation(f)) ** 2, slow, stride


@lru_cache(maxsize=64)
def steepest(f: Space) -> float:
    """The largest curvature at 1024 points of the box and at the minima; of walls, no more than `_WALLS` times theirs.

    Flow comes to rest at minima and slows down on the floors of valleys. Down a steeper wall it is fast.
    """
    points = qmc.scale(qmc.Sobol(f.dimension, rng=0).random(1024), *f.box.T)
    at_rest = f.curvature(f.minima).max()
    return float(max(min(f.curvature(points).max(), _WALLS * at_rest), at_rest))


def _isolation(f) -> np.ndarray:
    """Distance from each minimum to the nearest other critical point, shape (k,); the box's size where there is none."""
    points, _ = f.critical
    apart = np.linalg.norm(f.minima[:, None] - points[None], axis=2)
    return np.where(apart > 0, apart, np.ptp(f.box, axis=1).max()).min(axis=1)


@lru_cache(maxsize=64)
def _flow_label(gradient, dimension: int):
    """label(x, k, tables) by flow."""
    move = _compiled_move(gradient, dimension)

    @nb.njit
    def known(y, grid, n, corner, per_cell, minima, near_squares):
        """The field of a point in an agreeing cell or near a minimum; else UNKNOWN."""
        place = np.int64(0)
        if n > 1:
            for i in range(y.size):
                place = place * n + min(max(int((y[i] - corner[i]) * per_cell[i]), 0), n - 1)
        if grid[place] >= 0:
            return np.int64(grid[place])
        for j in range(minima.shape[0]):
            square = 0.0
            for i in range(y.size):
                square += (y[i] - minima[j, i]) ** 2
            if square < near_squares[j]:
                return np.int64(j)
        return np.int64(UNKNOWN)

    @nb.njit
    def label(x, k, tables):
        grid, n, corner, per_cell, minima, near_squares, slow, stride = tables
        y, middle = np.empty(dimension), np.empty(dimension)
        for i in range(dimension):
            y[i] = x[i, k]
        for _ in range(_STEPS):
            found = known(y, grid, n, corner, per_cell, minima, near_squares)
            if found >= 0:
                return found
            move(y, middle, stride, slow)
        return np.int64(UNKNOWN)

    return label


def _compiled_move(gradient, dimension: int) -> Callable[..., Any]:
    """move(y, middle, stride, slow): one midpoint step of y' = -g / (|g| + slow), at nearly constant speed."""
    slopes = [f"g{i}" for i in range(dimension)]
    length = "(" + " + ".join(f"{g}*{g}" for g in slopes) + ")**0.5"
    lines = ["def move(y, middle, stride, slow):"]
    for at, step, into in (("y", "0.5*stride", "middle"), ("middle", "stride", "y")):
        point = ", ".join(f"{at}[{i}]" for i in range(dimension))
        lines += [f"    {', '.join(slopes)} = gradient({point})", f"    scale = {step}/({length} + slow)"]
        lines += [f"    {into}[{i}] = y[{i}] - scale*{g}" for i, g in enumerate(slopes)]
    return nb.njit(function_from_source("\n".join([*lines, ""]), "move", {"gradient": gradient}))
