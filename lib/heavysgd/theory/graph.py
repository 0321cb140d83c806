"""The typical transition graph: which minima a minimal number of truncated jumps connects.

Source: section 3 of the paper.
"""

from __future__ import annotations

import networkx as nx
import numpy as np

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import SpaceNoise
from heavysgd.theory.directions import checked_directions
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.reach import reach_along


def transition_graph(f: Landscape, b: float | None, *, directions: SpaceNoise | None = None) -> nx.DiGraph:
    """G_b: nodes 0 .. k - 1 with attributes `position`, `width`, `jumps`; an edge i -> j iff q_ij > 0.

    Decided by reachability, not by a quadrature: the limit path from m_i, all of whose l*_i jumps go one way, covers
    (m_i - l*_i b, m_i + l*_i b) and no more, so j is reached iff its field meets that interval outside Omega_i.
    With open ends, node k is what lies past them. In R^d the interval is a ball, and j is reached iff the distance from
    m_i to its field, along the `directions` of the noise, is less than l*_i b; there `position` is a tuple.

    Further attributes of nodes 0 .. k - 1: `communication_class`, a number in the order of first members; `absorbing`,
    whether no edge leaves that class; `class_jumps`, its l*_G.

    Raises as `jump_numbers` does.
    """
    jumps, b = jump_numbers(f, b, directions=directions), checks.threshold("b", b)
    reach, _ = reach_along(f, checked_directions(f, directions))
    graph = nx.DiGraph()
    for i, position in enumerate(f.minima.tolist()):
        position = tuple(position) if f.dimension > 1 else position
        graph.add_node(i, position=position, width=float(reach[i].min()), jumps=int(jumps[i]))
    graph.add_edges_from((int(i), int(j)) for i, j in zip(*np.nonzero(reach < jumps[:, None] * b)))
    _label_classes(graph, f.size)
    return graph


def _label_classes(graph: nx.DiGraph, size: int) -> None:
    groups = sorted(sorted(group) for group in nx.strongly_connected_components(graph) if min(group) < size)
    for number, group in enumerate(groups):
        absorbing = all(j in group for i in group for j in graph.successors(i))
        class_jumps = max(graph.nodes[i]["jumps"] for i in group)
        for i in group:
            graph.nodes[i].update(communication_class=number, absorbing=absorbing, class_jumps=class_jumps)


def widest(f: Landscape, b: float | None, *, directions: SpaceNoise | None = None) -> np.ndarray:
    """Numbers of the minima with the greatest jump number: M^wide. All others are the sharp ones."""
    jumps = jump_numbers(f, b, directions=directions)
    return np.flatnonzero(jumps == jumps.max())
