"""Figures of the chapter on one well: ten rows of escape times, four wells."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY
from companion.subjects.one_well.noise import Noise
from companion.subjects.one_well.study import Dots, Line
from companion.subjects.one_well.wells import Well

_LOW, _HIGH = 4.0, 1e9
_COLUMNS = {"width": "width $w$", "curvature": "curvature $k$", "eta": r"learning rate $\eta$", "own": ""}


def ten_rows(rows: Mapping[Noise, Mapping[str, Line]], dots: Mapping[Noise, Dots]):
    """Escape times by noise (rows) along four variables (columns): exact solid, theory dashed, simulated dots; along the
    curvature with the width kept (blue) and with the barrier kept (orange)."""
    figure, axes = plt.subplots(len(rows), 4, figsize=(9.2, 1.65 * len(rows)), sharey=True)
    for row, (noise, lines) in zip(axes, rows.items()):
        for panel, what in zip(row, _COLUMNS):
            _curve(panel, lines[what], HEAVY)
            if what == "curvature":
                _curve(panel, lines["barrier"], SHARP)
            for at, (x, found) in dots[noise].items():
                if at in (what, "base") or (what, at) == ("curvature", "barrier"):
                    x = getattr(noise.base, what) if at == "base" else x
                    colour = SHARP if at == "barrier" else HEAVY
                    panel.errorbar(x, found.value, 1.96 * found.stderr, fmt="o", ms=4.5, color=colour, mec="white", mew=0.6)
            panel.set(xscale="log", yscale="log", ylim=(_LOW, _HIGH))
            panel.yaxis.set_major_locator(ticker.LogLocator(numticks=5))
            panel.yaxis.set_minor_locator(ticker.NullLocator())
            _sparse(panel, lines[what].x)
            panel.tick_params(labelsize=8)
        row[0].set_title(noise.title, fontsize=10, loc="left", fontweight="bold")
        row[3].set_title(f"against the {noise.own_name}", fontsize=9, loc="left")
    for first, last, title in zip(axes[0], axes[-1], _COLUMNS.values()):
        last.set_xlabel(title, fontsize=9)
        first.text(0.5, 0.95, title, transform=first.transAxes, ha="center", va="top", fontsize=9)
    return figure


def _curve(panel, line: Line, colour: str) -> None:
    """Exact and by theory; a triangle at the top where a well is never left."""
    known = np.isfinite(line.exact)
    panel.plot(line.x[known], line.exact[known], color=colour, lw=1.6)
    panel.plot(line.x[known], line.theory[known], "--", color=THEORY, lw=1)
    panel.plot(line.x[~known], np.full((~known).sum(), _HIGH / 4), "^", color=colour, ms=6)


def _sparse(panel, x: np.ndarray) -> None:
    """Three ticks: the ends and the middle."""
    ticks = [x[0], x[len(x) // 2], x[-1]]
    panel.xaxis.set_major_locator(ticker.FixedLocator(ticks))
    panel.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))
    panel.xaxis.set_minor_locator(ticker.NullLocator())


def powers(found: Mapping[str, tuple[float, float]]):
    """Power of the curvature in the escape time at one barrier, by noise: exactly (dots) and by theory (dashes)."""
    figure, axes = plt.subplots(figsize=(7.6, 3.9))
    places = np.arange(len(found))[::-1]
    exact, theory = np.array(list(found.values())).T
    axes.axvline(0, color=THEORY, lw=0.8)
    axes.plot(theory, places, "|", color=THEORY, ms=16, mew=2, label="theory")
    axes.plot(exact, places, "o", color=HEAVY, ms=6, label="exact")
    axes.set(yticks=places, xlabel="power of the curvature in the escape time, at one barrier")
    axes.set_yticklabels(list(found))
    axes.set_xscale("symlog", linthresh=1, linscale=0.8)
    axes.set_xlim(-12, 3)
    axes.xaxis.set_major_locator(ticker.FixedLocator([-10, -5, -2, -1, 0, 1, 2, 5]))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return figure


def four_wells(found: Mapping[str, Well]):
    """Level lines of the four wells, with the rims."""
    figure, axes = plt.subplots(1, len(found), figsize=(9.2, 2.9), sharey=True)
    grid = np.linspace(-2.1, 2.1, 200)
    x, y = np.meshgrid(grid, grid)
    for panel, (letter, well) in zip(axes, found.items()):
        loss = np.where(np.abs(x) < well.width, well.out * x**2 / 2 + well.across * y**2 / 2, np.nan)
        panel.contour(x, y, loss, levels=[0.1, 0.4, 0.9, 1.6, 2.5, 3.6], colors=HEAVY, linewidths=1)
        for side in (-1, 1):
            panel.axvline(side * well.width, color=LIGHT, lw=2.5)
        panel.set(aspect="equal", title=letter, xlabel="the way out, $x$", xlim=(-2.1, 2.1), ylim=(-2.1, 2.1))
    axes[0].set_ylabel("across, $y$")
    return figure
