"""Figures of a landscape: the function, its basins, its typical transition graphs."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from heavysgd.landscape import Line

from companion.press.style import LANDSCAPE, SHARP, THEORY, WIDE


def basins(f: Line, b: float | None):
    """f with its attraction fields coloured by whether they are among the widest at threshold b."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    x = np.linspace(f.bounds[0], f.bounds[1], 2000)
    axes.plot(x, f.value(x), color=LANDSCAPE)
    wide, edges = set(hs.theory.widest(f, b)), np.clip(f.edges, *f.bounds)
    for i, minimum in enumerate(f.minima):
        colour = WIDE if i in wide else SHARP
        axes.axvspan(edges[i], edges[i + 1], color=colour, alpha=0.10, lw=0)
        axes.plot(minimum, f.value(minimum), "o", color=colour)
        below = (minimum, float(f.value(minimum)))
        axes.annotate(f"$m_{i + 1}$", below, (0, -15), textcoords="offset points", ha="center", color=colour)
    axes.plot(f.maxima, f.value(f.maxima), "v", color=THEORY)
    low, high = f.value(x).min(), f.value(x).max()
    axes.set(xlabel="$x$", ylabel="$f(x)$", xlim=f.bounds, ylim=(low - 0.15 * (high - low), high + 0.06 * (high - low)))
    return figure


def jump_number_staircase(f: hs.Landscape, thresholds: np.ndarray):
    """l*_i against b for every basin."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    numbers = np.array([hs.theory.jump_numbers(f, b) for b in thresholds])
    for i in range(f.size):
        # A little apart, so that steps that coincide can both be seen.
        label = f"$m_{i + 1}$, width {f.widths[i]:.3f}"
        axes.step(thresholds, numbers[:, i] + 0.05 * (i - 1.5), where="mid", label=label)
    axes.set(xlabel="truncation threshold $b$", ylabel="jump number $l^*_i$", ylim=(0.6, numbers.max() + 0.4))
    axes.set_yticks(range(1, numbers.max() + 1))
    axes.legend()
    return figure


def transition_graphs(f: hs.Landscape, thresholds: list[float | None]):
    """G_b over the positions of the minima, one row a threshold; node size follows the jump number."""
    figure, rows = plt.subplots(len(thresholds), 1, figsize=(7.2, 1.7 * len(thresholds)))
    for axes, b in zip(np.atleast_1d(rows), thresholds):
        graph = hs.theory.transition_graph(f, b)
        wide = set(hs.theory.widest(f, b))
        place = {i: (data["position"], 0.0) for i, data in graph.nodes(data=True)}
        colours = [WIDE if i in wide else SHARP for i in graph]
        nx.draw_networkx_nodes(graph, place, node_color=colours, node_size=420, ax=axes)
        style = {"connectionstyle": "arc3,rad=0.18", "edge_color": THEORY, "node_size": 420, "arrowsize": 11}
        for arrow in nx.draw_networkx_edges(graph, place, ax=axes, **style):
            arrow.set_clip_on(False)  # the longest arcs leave the row
        names = {i: f"$m_{i + 1}$" for i in graph}
        nx.draw_networkx_labels(graph, place, names, font_color="white", font_size=10, ax=axes)
        axes.set(xlim=f.bounds, ylim=(-0.6, 0.6))
        axes.set_title("no truncation" if b is None else f"$b = {b:g}$", loc="left")
        axes.axis("off")
    return figure
