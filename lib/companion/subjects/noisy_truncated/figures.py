"""Figures of the chapter on noisy truncated SGD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured

from companion.press.style import HEAVY, JUMP_COLOURS, LIGHT, SHARP, THEORY
from companion.subjects.noisy_truncated.network import Found, gaussian_share
from companion.subjects.noisy_truncated.study import Rates

_CYCLE = (THEORY, HEAVY, LIGHT, SHARP)


def decay(panels: Mapping[str, Mapping[str, Rates]]):
    """Mean |grad L|^2 against the number of steps, a panel a noise, with a line of slope -1/2."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.2, 3.8), sharey=True)
    for panel, (title, found) in zip(np.atleast_1d(axes), panels.items()):
        for (name, one), colour in zip(found.items(), (*_CYCLE, JUMP_COLOURS[3], JUMP_COLOURS[4])):
            panel.plot(one.horizons, one.squares.mean(axis=1), "o-", color=colour, ms=4, lw=1.2, label=name)
        t = np.array(next(iter(found.values())).horizons, float)
        panel.plot(t, 0.02 * (t / t[0]) ** -0.5, "--", color=THEORY, lw=1, label="$T^{-1/2}$")
        panel.set(xscale="log", yscale="log", xlabel="steps $T$", title=title)
    panels_of = [panel.get_legend_handles_labels() for panel in np.atleast_1d(axes)]
    drawn = {label: handle for handles, labels in panels_of for handle, label in zip(handles, labels)}
    figure.legend(drawn.values(), drawn.keys(), loc="outside right upper", fontsize=9)
    np.atleast_1d(axes)[0].set_ylabel(r"mean $|\nabla L|^2$")
    return figure


def escapes(panels: Mapping[str, Mapping[float, Sequence[Measured]]], spreads: Sequence[float], slope: float):
    """Median escape time against log(1 / s), a panel a saddle, a line an epsilon; dashed, the predicted slope."""
    figure, axes = plt.subplots(1, len(panels), figsize=(9.2, 3.6), sharey=True)
    x = np.log(1 / np.asarray(spreads, float))
    for panel, (title, found) in zip(axes, panels.items()):
        for (epsilon, points), colour in zip(found.items(), _CYCLE):
            values = np.array([p.value for p in points])
            panel.plot(x, values, "o", color=colour, label=rf"$\epsilon = {epsilon:g}$")
            panel.plot(x, values[0] + slope * (x - x[0]), "--", color=colour, lw=1)
        panel.set(xlabel=r"$\log(1/s)$", title=title)
        panel.legend(fontsize=9)
    axes[0].set_ylabel("median escape time")
    return figure


def shares(found: Mapping[float, Found]):
    """Share of components that are kept, against epsilon: in the first steps, the last, and of normal components."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
    grid = np.linspace(0.05, 0.95, 40)
    left.plot(grid, [gaussian_share(e) for e in grid], "--", color=THEORY, lw=1.3, label="normal components")
    cut = {e: one for e, one in found.items() if e > 0}
    for what, name, colour in (("early", "first steps", LIGHT), ("late", "last steps", HEAVY)):
        left.plot(list(cut), [getattr(one, what).mean() for one in cut.values()], "o", color=colour, label=name)
    left.set(yscale="log", xlabel=r"$\epsilon$", ylabel="share of components kept")
    left.legend(fontsize=9)
    for e, one in found.items():
        right.plot(np.full(one.accuracy.size, e), one.accuracy, "o", color=HEAVY, ms=4, alpha=0.6, mew=0)
    right.set(xlabel=r"$\epsilon$ (0: SGD)", ylabel="test accuracy")
    return figure
