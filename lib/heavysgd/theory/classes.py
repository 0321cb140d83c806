"""Communication classes of the typical transition graph: which minima can be reached from which, and which survive.

Two minima communicate when G_b has a path from each to the other. A class that no edge leaves is absorbing, any other
transient. Within a class the greatest jump number l*_G sets the clock, and the minima that attain it are its widest.

Source: Theorems 3 and 4 of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

import networkx as nx
import numpy as np

from heavysgd.landscape import Landscape
from heavysgd.noise import SpaceNoise
from heavysgd.theory.graph import transition_graph


class CommunicationClass(NamedTuple):
    """members : numbers of its minima, ascending. widest : those with the greatest jump number, `jumps` = l*_G."""

    members: np.ndarray
    absorbing: bool
    jumps: int
    widest: np.ndarray


def communication_classes(
    f: Landscape, b: float | None, *, directions: SpaceNoise | None = None
) -> list[CommunicationClass]:
    """The classes of G_b in the order of their first minima; with open ends, what lies past them belongs to none.

    Arguments and errors as in `transition_graph`.

    >>> from heavysgd import landscapes
    >>> [(c.members.tolist(), c.absorbing) for c in communication_classes(landscapes.wang_oh_rhee(), b=0.28)]
    [([0, 1], True), ([2, 3], True)]
    """
    graph = transition_graph(f, b, directions=directions)
    groups: dict[int, list[int]] = {}
    for i in range(f.size):
        groups.setdefault(graph.nodes[i]["communication_class"], []).append(i)
    return [_described(graph, members) for members in groups.values()]


def survivors(f: Landscape, b: float | None, *, directions: SpaceNoise | None = None) -> np.ndarray:
    """The widest minima of the absorbing classes: where the process is found after a long time, as eta -> 0."""
    kept = [c.widest for c in communication_classes(f, b, directions=directions) if c.absorbing]
    return np.sort(np.concatenate(kept)) if kept else np.array([], int)


def _described(graph: nx.DiGraph, members: list[int]) -> CommunicationClass:
    first = graph.nodes[members[0]]
    widest = [i for i in members if graph.nodes[i]["jumps"] == first["class_jumps"]]
    return CommunicationClass(np.array(members), first["absorbing"], first["class_jumps"], np.array(widest))
