"""Figures of Theorem 4: leaks, and paths that keep to their class."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, JUMP_COLOURS, SHARP, plain_log
from companion.subjects.reducible.study import Leaks


def leaks(series: dict[str, Leaks]):
    """Shares of exits that leave the class against rho, with lines of slope one through their middles."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0))
    for (label, found), colour, marker in zip(series.items(), (SHARP, HEAVY, JUMP_COLOURS[3]), "sov"):
        bars = {"yerr": 1.96 * found.stderrs, "color": colour, "ls": "none", "marker": marker, "capsize": 2}
        axes.errorbar(found.rarity, found.shares, **bars, label=label)
        middle = np.exp(np.mean(np.log(found.shares / found.rarity)))
        axes.plot(found.rarity, middle * found.rarity, ":", color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel=r"$\rho = H(1/\eta)/\eta$", ylabel=r"share of exits $m_3 \to \Omega_2$")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def trajectories(f: hs.Landscape, paths: dict[str, list[np.ndarray]], n_steps: int):
    """Rows of two trajectories each, over the maxima that separate the basins."""
    figure, rows = plt.subplots(len(paths), 1, figsize=(7.2, 1.9 * len(paths)), sharex=True)
    for axes, (name, pair) in zip(np.atleast_1d(rows), paths.items()):
        for path, colour in zip(pair, (HEAVY, JUMP_COLOURS[3])):
            axes.plot(np.linspace(0, n_steps, path.size), path, color=colour, lw=0.5, rasterized=True)
        for s in f.maxima:
            axes.axhline(s, color=SHARP, lw=0.5, alpha=0.6)
        axes.set_title(name, loc="left", fontsize=10)
        axes.set(ylabel="$X_n$", ylim=f.bounds, xlim=(0, n_steps))
    np.atleast_1d(rows)[-1].set_xlabel("iteration $n$")
    return figure
