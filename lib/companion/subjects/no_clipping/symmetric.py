"""Which thresholds make a typical transition graph symmetric, and which irreducible.

The graph is symmetric where every inner minimum has an edge to both of its neighbours. With r_i the lesser and R_i the
greater distance from m_i to the ends of its field and l = ceil(r_i / b), that is l b > R_i:

    R_i / l < b < r_i / (l - 1)    for some l = 1, 2, ...    (r_i / 0 = infinity),

which is empty unless l < R_i / (R_i - r_i). On a line it is not only sufficient for an irreducible graph, but necessary.
Say m_i has no edge to the right, R_i >= l_i b. Its field is then wider than l_i b >= b. An edge from some m_j, j < i, that
passes over the whole of Omega_i would need l_j b > r_j + (its width) > (l_j - 1) b + b. So nothing crosses to the right.

Source: section 2.4 of the paper, page 10; the intervals in b and the converse are this book's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import heavysgd as hs
import networkx as nx
import numpy as np
from scipy.sparse.csgraph import connected_components

Ranges = list[tuple[float, float]]


def is_symmetric(graph: nx.DiGraph) -> bool:
    """Whether every inner minimum has an edge to both neighbours."""
    inner = range(1, graph.number_of_nodes() - 1)
    return all(graph.has_edge(i, i - 1) and graph.has_edge(i, i + 1) for i in inner)


def is_irreducible(graph: nx.DiGraph) -> bool:
    """Whether every minimum can be reached from every other."""
    return nx.is_strongly_connected(graph)


def symmetric_ranges(sides: np.ndarray, low: float, high: float) -> Ranges:
    """Thresholds between `low` and `high` with a symmetric graph, from distances to the ends of fields, shape (k, 2)."""
    found = [(low, high)]
    for near, far in np.sort(sides[1:-1], axis=1):
        own = [(far / count, near / (count - 1) if count > 1 else np.inf) for count in range(1, int(near / low) + 2)]
        found = [(max(a, c), min(b, d)) for a, b in found for c, d in own]
        found = [(a, b) for a, b in found if b - a > 1e-9 * high]  # ends that meet differ by a rounding
    return [(float(a), float(b)) for a, b in sorted(found)]


def ranges_where(f, prop: Callable[[nx.DiGraph], bool], low: float, high: float, step: float) -> Ranges:
    """The same for any property of the graph, by trying thresholds `step` apart and halving between those that differ."""
    tried = np.arange(low + 0.381 * step, high, step)  # off round numbers, where some r_i / b may be whole
    holds = np.array([prop(hs.theory.transition_graph(f, b)) for b in tried])
    changes = [_change(f, prop, tried[k], tried[k + 1]) for k in np.flatnonzero(holds[1:] != holds[:-1])]
    ends = [*([low] if holds[0] else []), *changes, *([high] if holds[-1] else [])]
    return [(float(a), float(b)) for a, b in zip(ends[::2], ends[1::2])]


def _change(f, prop, low: float, high: float) -> float:
    """Where the property changes between two thresholds, to 1e-10 or as near as Assumption 3 lets one come."""
    before = prop(hs.theory.transition_graph(f, low))
    while high - low > 1e-10:
        middle = (low + high) / 2
        try:
            same = prop(hs.theory.transition_graph(f, middle)) == before
        except hs.AssumptionError:  # a width is a whole multiple of b: the change itself
            return middle
        low, high = (middle, high) if same else (low, middle)
    return (low + high) / 2


def apart(one: Ranges, other: Ranges) -> float:
    """The largest difference of ends; infinite where there are not as many ranges."""
    return float(np.abs(np.array(one) - np.array(other)).max()) if len(one) == len(other) else np.inf


def random_points(size: int, rng: np.random.Generator) -> np.ndarray:
    """Minima and ends of fields, alternating, at distances spread over a factor of ten, shape (2 size - 1,)."""
    return np.concatenate([[0.0], np.cumsum(rng.uniform(0.1, 1.0, 2 * size - 2))])


def compare(points: np.ndarray, b: float, shift: float = 1.0) -> tuple[bool, bool]:
    """Whether fields with these minima and ends, alternating, have at b an irreducible graph, and at shift * b, by the
    inequality of section 2.4, a symmetric one."""
    minima, ends = points[::2], np.concatenate([[-np.inf], points[1::2], [np.inf]])
    sides = np.stack([minima - ends[:-1], ends[1:] - minima], axis=1)
    away = np.maximum(ends[None, :-1] - minima[:, None], minima[:, None] - ends[None, 1:])
    edges = (away > 0) & (away < (b * np.ceil(sides.min(axis=1) / b))[:, None])
    near, far = np.sort(sides[1:-1], axis=1).T
    c = shift * b
    return connected_components(edges, connection="strong")[0] == 1, bool(np.all(far < c * np.ceil(near / c)))


class Tried(NamedTuple):
    """How many landscapes and thresholds were tried, how many graphs are symmetric, and at how many the two differ."""

    number: int
    symmetric: int
    differ: int


def tried(number: int, seed: int, shift: float = 1.0) -> Tried:
    """`compare` on random landscapes of 3 to 6 minima, each at a random threshold."""
    rng = np.random.default_rng(seed)
    sizes, thresholds = rng.integers(3, 7, number), rng.uniform(0.1, 1.2, number)
    found = [compare(random_points(int(size), rng), b, shift) for size, b in zip(sizes, thresholds)]
    return Tried(number, sum(symmetric for _, symmetric in found), sum(a != c for a, c in found))
