"""Figures of the chapter on dimension: constants of the limit and mean exit times against d."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.dimension import study
from companion.subjects.dimension.study import LADDER, Exits

_MARKERS = "osD^v"


def constants(alpha: float, one: float, two: float):
    """The constant C over the line's against d; thresholds `one` and `two` that leave one jump and two."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    cases = [
        ("independent, whichever way cut", THEORY, "-", "independent", two, "norm"),
        ("isotropic, not cut: one jump", JUMP_COLOURS[1], "-", "isotropic", None, "norm"),
        ("isotropic, coordinates cut: two jumps", JUMP_COLOURS[2], "-", "isotropic", two, "coordinates"),
        ("isotropic, norm cut: one jump", JUMP_COLOURS[1], "--", "isotropic", one, "norm"),
        ("isotropic, norm cut: two jumps", JUMP_COLOURS[2], "--", "isotropic", two, "norm"),
    ]
    for label, colour, line, *rest in cases:
        values = np.array([study.constant(alpha, d, *rest) for d in LADDER])
        axes.plot(LADDER, values / values[0], line, color=colour, marker="o", ms=3, label=label)
    axes.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="constant, over that of $d = 1$", ylim=(1e-8, 4))
    _dimensions(axes)
    axes.legend(fontsize=9)
    return figure


def against_dimension(series: dict[str, list[Exits]], limits: dict[str, list[tuple[int, float]]] | None = None):
    """Mean exit times against d, 95 % intervals, over the limit formula (lines): of the exits, or as `limits` give it."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for k, (name, exits) in enumerate(series.items()):
        d, means = [e.dimension for e in exits], [e.mean for e in exits]
        colour = list(JUMP_COLOURS.values())[k]
        bars = {"yerr": [1.96 * m.stderr for m in means], "ls": "none", "capsize": 3, "marker": _MARKERS[k]}
        axes.errorbar(d, [m.value for m in means], color=colour, label=name, mfc="none" if k % 2 else colour, **bars)
        line = limits[name] if limits else [(e.dimension, e.predicted) for e in exits]
        axes.plot(*zip(*line), color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="mean first exit time, steps")
    _dimensions(axes)
    axes.legend()
    return figure


def _dimensions(axes) -> None:
    axes.set_xticks(LADDER)
    axes.xaxis.set_major_formatter(ticker.ScalarFormatter())
    axes.xaxis.set_minor_locator(ticker.NullLocator())
