"""Figures of the plane: attraction fields, trajectories, where time is spent, what jumps can reach."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.landscape import Space
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from companion.press.style import HEAVY, JUMP_COLOURS, LANDSCAPE, SHARP, THEORY, WIDE

_FIELDS = [JUMP_COLOURS[k] for k in (2, 3, 1, 5, 4)]


def fields(f: Space, names: list[str] | None = None, cells: int = 300):
    """Attraction fields in colour, level lines of f, minima with the largest disc around each that its field holds."""
    figure, axes = plt.subplots(figsize=(6.0, 5.4))
    draw_fields(axes, f, cells)
    for i, (minimum, radius) in enumerate(zip(f.minima, f.widths)):
        axes.add_patch(Circle(minimum, radius, fill=False, color=THEORY, lw=1.0, ls="--"))
        name = f"$m_{i + 1}$" if names is None else f"{names[i]}, r = {radius:.2f}"
        axes.annotate(name, minimum, (0, 8), textcoords="offset points", fontsize=10, ha="center")
    axes.plot(*f.saddles.T, "x", color=THEORY, ms=6)
    axes.set(xlabel="$x$", ylabel="$y$")
    return figure


def draw_fields(axes, f: hs.Landscape, cells: int = 300) -> None:
    """The fields and level lines of f on given axes."""
    (left, right), (low, high) = f.bounds
    x, y = np.linspace(left, right, cells), np.linspace(low, high, cells)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    colours = ListedColormap(_FIELDS[: f.size])
    axes.pcolormesh(x, y, f.basin_of(points), cmap=colours, vmin=-0.5, vmax=f.size - 0.5, alpha=0.18, rasterized=True)
    heights = f.value(points)
    levels = heights.min() + np.ptp(heights) * np.geomspace(2e-4, 1, 14)
    axes.contour(x, y, heights, levels, colors=LANDSCAPE, linewidths=0.4)
    axes.plot(*f.minima.T, "o", color=THEORY, ms=4)
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal")
    axes.grid(False)


def trajectories(f: hs.Landscape, paths: dict[str, np.ndarray]):
    """One panel a path, over the attraction fields; lines join recorded positions."""
    figure, panels = plt.subplots(1, len(paths), figsize=(3.6 * len(paths), 3.7), sharey=True, squeeze=False)
    for axes, (name, path) in zip(panels[0], paths.items()):
        draw_fields(axes, f, 200)
        axes.plot(*path.T, color=HEAVY, lw=0.4, alpha=0.6, rasterized=True)
        axes.set_title(name, loc="left", fontsize=10)
        axes.set_xlabel("$x$")
    panels[0, 0].set_ylabel("$y$")
    return figure


def where_time_is_spent(seen, thresholds: list[float], names: list[str]):
    """Histograms of visited places, one panel a threshold, on one logarithmic scale."""
    figure, panels = plt.subplots(1, len(thresholds), figsize=(3.6 * len(thresholds), 3.9), sharey=True, squeeze=False)
    shown = []
    for axes, b in zip(panels[0], thresholds):
        row = seen.row(b)
        share = (seen.counts[row] / seen.counts[row].sum()).T
        colours = {"norm": LogNorm(1e-8, 1e-1), "rasterized": True}
        shown.append(axes.pcolormesh(*seen.edges, np.where(share > 0, share, np.nan), **colours))
        for name, minimum in zip(names, seen.f.minima):
            label = axes.annotate(name, minimum, (6, 6), textcoords="offset points", color="black")
            label.set_path_effects([withStroke(linewidth=3, foreground="white")])
        axes.set_title("no truncation" if np.isinf(b) else f"$b = {b:g}$", loc="left")
        axes.set(xlabel="$x$", aspect="equal")
        axes.grid(False)
    panels[0, 0].set_ylabel("$y$")
    figure.colorbar(shown[-1], ax=panels, label="share of time per cell", shrink=0.8)
    return figure


def occupancy_curve(seen, basin: int, names: list[str], law: np.ndarray):
    """Shares of time against the threshold, the radii of the basins as vertical lines."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    most = 1.15 * seen.thresholds[np.isfinite(seen.thresholds)].max()
    place = np.where(np.isfinite(seen.thresholds), seen.thresholds, most)
    for i, colour in zip(range(seen.f.size), _FIELDS):
        style = {"color": colour, "marker": "o", "ms": 5 if i == basin else 3, "lw": 1.6 if i == basin else 0.8}
        axes.errorbar(place, seen.shares[:, i], 1.96 * seen.stderrs[:, i], label=names[i], capsize=2, **style)
        axes.plot([0.97 * most, 1.03 * most], [law[i]] * 2, color=THEORY, lw=1.2)
        axes.axvline(seen.f.widths[i], color=colour, lw=0.8, ls=":")
        axes.annotate(f"$r_{{{names[i]}}}$", (seen.f.widths[i], 1.01), fontsize=9, color=colour, ha="center")
    ticks = [t for t in range(1, int(most)) if t > 0.9 * min(place.min(), *seen.f.widths)]
    axes.set_xticks([*ticks, most], [*map(str, ticks), "none"])
    axes.set(xlabel="truncation threshold $b$", ylabel="share of time", ylim=(-0.02, 1.06))
    axes.legend(loc="center left", bbox_to_anchor=(0.28, 0.5))
    return figure


def reached_sets(f: hs.Landscape, b: float, basin: int, most: int, cells: int):
    """Where one, two, ... jumps can take a path from a minimum, flow in between: nested sets over the fields."""
    figure, axes = plt.subplots(figsize=(6.0, 5.4))
    draw_fields(axes, f, 200)
    for k in range(most, 0, -1):
        found = hs.theory.reachable(f, b, basin, k, cells)
        axes.contour(*found.centres, found.reached.T.astype(float), [0.5], colors=[JUMP_COLOURS[k]], linewidths=1.6)
        axes.plot([], [], color=JUMP_COLOURS[k], label=f"{k} jump{'s' * (k > 1)}")
    axes.legend(loc="upper right")
    axes.set(xlabel="$x$", ylabel="$y$")
    return figure


def graphs(f: hs.Landscape, thresholds: list[float], names: list[str]):
    """Typical transition graphs over the plane, one panel a threshold; widest minima in blue."""
    import networkx as nx

    figure, panels = plt.subplots(1, len(thresholds), figsize=(3.4 * len(thresholds), 3.5), squeeze=False)
    for axes, b in zip(panels[0], thresholds):
        graph, wide = hs.theory.transition_graph(f, b), set(hs.theory.widest(f, b))
        place = {i: data["position"] for i, data in graph.nodes(data=True)}
        colours = [WIDE if i in wide else SHARP for i in graph]
        nx.draw_networkx_nodes(graph, place, node_color=colours, node_size=330, ax=axes)
        style = {"connectionstyle": "arc3,rad=0.12", "edge_color": THEORY, "node_size": 330, "arrowsize": 10}
        nx.draw_networkx_edges(graph, place, ax=axes, **style)
        labels = {i: f"{names[i]}{data['jumps']}" for i, data in graph.nodes(data=True)}
        nx.draw_networkx_labels(graph, place, labels, font_color="white", font_size=9, ax=axes)
        axes.set_title(f"$b = {b:g}$", loc="left")
        axes.margins(0.2)
        axes.axis("off")
    return figure
