"""Figures of the chapter on Figure 3: the landscape, its fields, the bars, the moves."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from companion.press.style import HEAVY, LANDSCAPE, SHARP, THEORY
from companion.subjects.himmelblau import figure
from companion.subjects.himmelblau.chain import ORDER
from companion.subjects.himmelblau.study import RADIUS, Paths, Places

_SEEN = 6  # the lowest level about the segment
_LEVELS = 0.484 * 2.2 ** np.arange(-_SEEN, 9)  # of f, as in the paper's panel (a): each 2.2 times the one below
_SHADES = ["#EFEFEC", "#D3D3CF", "#9B9B97", "#6B6B68"]


def landscape(where: Places, uncut: hs.Landscape, b: float):
    """Panels (a) and (b): level lines with the minimisers; attraction fields without the cut, with balls of radius b about
    the minimisers."""
    figure_, (left, right) = plt.subplots(1, 2, figsize=(8.4, 4.2), sharey=True)
    points = _grid((-3.5, 3.5), (-RADIUS, RADIUS), 400)
    style = {"levels": [1e-6, *_LEVELS, 1e4], "cmap": "Greys", "norm": LogNorm(0.002, 1000)}
    left.contourf(*_axes(points), np.maximum(where.f.value(points), 2e-6), **style)
    points = _grid((-RADIUS, RADIUS), (-RADIUS, RADIUS), 240)
    number = np.argsort(ORDER)[uncut.basin_of(points)]
    style = {"cmap": ListedColormap(_SHADES), "vmin": -0.5, "vmax": 3.5, "rasterized": True}
    right.pcolormesh(*_axes(points), number, **style)
    for i, (one, other) in enumerate(where.segments, start=1):
        right.add_patch(Circle(other, b, fill=False, color=THEORY, lw=1.0))
        name = right.annotate(figure.WHERE[i], other, (7, 7), textcoords="offset points", color=SHARP, fontsize=12)
        name.set_path_effects([withStroke(linewidth=3, foreground="white")])
        for axes in (left, right):
            axes.plot(*np.stack([one, other]).T, "-o", color=SHARP, ms=4, lw=2.5)
    left.set(title="(a) level lines of $f$", xlabel="$x$", ylabel="$y$", aspect="equal")
    right.set(title="(b) fields without the cut, balls of radius $b$", xlabel="$x$", aspect="equal")
    right.set(xlim=(-RADIUS, RADIUS), ylim=(-RADIUS, RADIUS))
    for axes in (left, right):
        axes.grid(False)
    return figure_


def cuts(drawn: hs.Landscape, printed: hs.Landscape):
    """Level lines about the segment for either reading of the cut, with what the paper's panel (a) shows of one of them."""
    figure_, panels = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True)
    points = _grid((-2.9, -0.2), (-3.6, -2.0), 400)
    left, right, low, high = figure.PLATEAU
    for axes, f, name in zip(panels, (drawn, printed), ("as drawn: max, and 4.2 more", "as printed: min")):
        widths = np.where(np.arange(_LEVELS.size) == _SEEN, 1.8, 0.7)
        axes.contour(*_axes(points), f.value(points), _LEVELS, colors=LANDSCAPE, linewidths=widths)
        for y in (low, high):
            axes.plot([left, right], [y, y], color=SHARP, lw=1)
        axes.plot(*np.array(figure.SIDES).T, "o", color=SHARP, ms=4, mfc="none")
        axes.plot(*np.array(figure.SEGMENT).T, color=HEAVY, lw=2.5)
        axes.set(title=name, xlabel="$x$", aspect="equal")
        axes.grid(False)
    panels[0].set_ylabel("$y$")
    return figure_


def bars(found: dict[str, Paths]):
    """Panel (c): shares of time, mean and range of single paths, beside the bars that are reported."""
    figure_, panels = plt.subplots(1, len(found), figsize=(8.4, 3.6), sharey=True)
    place = np.arange(5)
    for axes, (case, paths) in zip(panels, found.items()):
        shares = paths.shares()
        axes.bar(place - 0.2, figure.reported(case), 0.36, color=LANDSCAPE, label="reported, one path")
        axes.bar(place + 0.2, shares.mean(axis=0), 0.36, color=HEAVY, label=f"mean of {len(shares)} paths")
        for i, column in enumerate(shares.T):
            axes.plot(np.full(column.size, i + 0.2), column, ".", color=THEORY, ms=3)
        axes.set(title=f"{case}, ${paths.n_steps / 1e6:g} \\cdot 10^6$ steps a path")
        axes.set_xticks(place, figure.WHERE)
        axes.legend(loc="upper right", fontsize=9)
    panels[0].set_ylabel("share of time")
    return figure_


def moves(found: dict[str, Paths], path: int = 0):
    """Panel (d): where one path is, seen every 100 steps."""
    figure_, panels = plt.subplots(len(found), 1, figsize=(8.4, 4.4), sharex=True)
    for axes, (case, paths) in zip(panels, found.items()):
        labels = paths.labels()[path]
        steps, inside = np.arange(labels.size) * (paths.n_steps / (labels.size - 1)), labels > 0
        axes.plot(steps[inside][::10] / 1e6, labels[inside][::10], ".", color=HEAVY, ms=1.5, rasterized=True)
        axes.set_yticks([1, 2, 3, 4], figure.WHERE[1:])
        axes.set_ylim(0.6, 4.4)
        axes.set_title(case, loc="left")
    panels[-1].set_xlabel("step, in millions")
    return figure_


def _axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates along either axis of a grid."""
    return points[0, :, 0], points[:, 0, 1]


def _grid(x: tuple[float, float], y: tuple[float, float], cells: int) -> np.ndarray:
    """Points (cells, cells, 2), rows of equal y."""
    return np.stack(np.meshgrid(np.linspace(*x, cells), np.linspace(*y, cells)), axis=-1)
