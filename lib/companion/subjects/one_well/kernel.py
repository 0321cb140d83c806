"""Mean escape times from a matrix of chances between cells: for one-step laws that `hs.exact` does not have.

A chain on (0, w) that is absorbed past w has the mean times t = 1 + P t. Where t is taken as constant on cells and asked
for at their middles, the error is of the order of the square of a cell, so that two sizes of cells give the limit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_CELLS = 100
Chances = Callable[[np.ndarray, np.ndarray], np.ndarray]


def mean_steps(matrix: np.ndarray) -> np.ndarray:
    """Mean steps until absorption from each state, shape (n,), of chances between the states that are not absorbing."""
    return np.linalg.solve(np.eye(len(matrix)) - matrix, np.ones(len(matrix)))


def of_cells(below: Chances, width: float) -> float:
    """Mean steps from 0 until the distance from it is `width`; `below(x, y)`, shape (n, m), is the chance to be nearer than
    y (m,) after a step from distance x (n,)."""
    coarse, fine = (_from_the_middle(below, width, cells) for cells in (_CELLS, 2 * _CELLS))
    return float((4 * fine - coarse) / 3)


def _from_the_middle(below: Chances, width: float, cells: int) -> float:
    edges = np.linspace(0, width, cells + 1)
    chances = np.diff(below((edges[1:] + edges[:-1]) / 2, edges), axis=1)
    first = np.diff(below(np.zeros(1), edges), axis=1)[0]
    return float(1 + first @ mean_steps(chances))
