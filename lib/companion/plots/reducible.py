"""Figures of Theorem 4 and of the page on choosing b: classes, leaks, regimes, price."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.figures import HEAVY, JUMP_COLOURS, SHARP, THEORY, WIDE, plain_log
from companion.studies.choose_b import Map
from companion.studies.reducible import Leaks


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


def regimes(f: hs.Landscape, found: list[hs.theory.Regime], axes=None):
    """For every threshold and minimum: survives (blue), swept out by its own class (orange), its class is left (grey)."""
    figure = None
    if axes is None:
        figure, axes = plt.subplots(figsize=(7.2, 2.6))
    for regime in found:
        for c in regime.classes:
            for i in c.members:
                colour = WIDE if i in regime.survivors else SHARP if c.absorbing else "#BDBDBD"
                axes.barh(i, regime.high - regime.low, left=regime.low, height=0.8, color=colour, lw=0)
                if regime.high - regime.low > 0.03 * (found[-1].high - found[0].low):
                    centre = (regime.low + regime.high) / 2
                    style = {"ha": "center", "va": "center", "fontsize": 9, "color": "white"}
                    axes.text(centre, i, int(regime.jumps[i]), **style)
        axes.axvline(regime.low, color="#FCFCFA", lw=0.8)
    axes.set(yticks=range(f.size), yticklabels=[f"$m_{i + 1}$" for i in range(f.size)])
    axes.set(xlim=(found[0].low, found[-1].high), xlabel="truncation threshold $b$")
    axes.grid(False)
    return figure


def choice_map(f: hs.Landscape, found: list[hs.theory.Regime], chart: Map, points):
    """Which minima survive, over maps of (b, alpha): price, time in the most persistent other minimum, time elsewhere."""
    figure, rows = plt.subplots(4, 1, figsize=(7.2, 9.6), height_ratios=(1, 1.5, 1.5, 1.5), sharex=True)
    regimes(f, found, rows[0])
    rows[0].set_xlabel("")
    panels = (
        (chart.settling, "settling time", "cividis"),
        (chart.leaving, "longest stay elsewhere", "cividis"),
        (chart.share_elsewhere, "share of time elsewhere", "magma"),
    )
    for axes, (values, label, colours) in zip(rows[1:], panels):
        style = {"cmap": colours, "shading": "nearest", "rasterized": True}
        mesh = axes.pcolormesh(chart.thresholds, chart.alphas, np.log10(values), **style)
        figure.colorbar(mesh, ax=axes, label=rf"$\log_{{10}}$ {label}")
        axes.set_facecolor("#E3E3E0")
        axes.set_ylabel(r"tail index $\alpha$")
        axes.grid(False)
        axes.plot(*zip(*points), "o", mfc="white", mec=THEORY, ms=7, clip_on=False)
    rows[-1].set_xlabel("truncation threshold $b$")
    return figure
