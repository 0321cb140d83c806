"""The paper's Figure 1 with its axes, and two pictures of what chance does to it."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.landscape import as_line

from companion.press.style import HEAVY, JUMP_COLOURS, LANDSCAPE, LIGHT, SHARP, THEORY, plain_log
from companion.subjects.common.figures import threshold_label
from companion.subjects.figure1.dots import Dots
from companion.subjects.figure1.study import Paths

_BARS = 50


def histograms(cases: dict[str, Paths]):
    """Left: shares of time over positions, one row a case, and the landscape below them; dashed lines are the minima."""
    f = as_line(next(iter(cases.values())).sgd.landscape)
    figure, rows = plt.subplots(len(cases) + 1, 1, figsize=(6.0, 5.6), sharex=True, height_ratios=[1] * len(cases) + [1.2])
    edges = np.linspace(*f.bounds, _BARS + 1)
    for letter, axes, (name, paths) in zip("abcd", rows, cases.items()):
        counts, _ = np.histogram(paths.positions[:, 1:], edges)
        axes.stairs(counts / counts.sum(), edges, fill=True, color=_colour(name))
        axes.set(yticks=[], ylim=(0, None))
        axes.set_title(f"({letter}) {name}", loc="left", fontsize=10)
    x = np.linspace(*f.bounds, 600)
    rows[-1].plot(x, f.value(x), color=LANDSCAPE)
    rows[-1].set(yticks=[], xlim=f.bounds, xlabel="$x$")
    rows[-1].set_title("(e) $f$", loc="left", fontsize=10)
    for axes in rows:
        for m in f.minima:
            axes.axvline(m, color=THEORY, lw=0.8, ls="--", zorder=3)
    for i, m in enumerate(f.minima):
        beside = {"textcoords": "offset points", "xycoords": ("data", "axes fraction"), "va": "bottom"}
        rows[-1].annotate(f"$m_{i + 1}$", (m, 0), (3, 1), **beside)
    return figure


def _colour(name: str) -> str:
    return LIGHT if name.startswith("light") else HEAVY


def trajectories(cases: dict[str, Paths]):
    """Middle: the first path of each case, a dot a record, and the landscape on its side; dotted lines are the minima."""
    figure, rows = plt.subplots(len(cases), 2, figsize=(7.2, 6.0), width_ratios=(12, 1), sharey=True, sharex="col")
    for letter, (axes, side), (name, paths) in zip("abcd", rows, cases.items()):
        path, f = paths.positions[0], as_line(paths.sgd.landscape)
        axes.plot(np.arange(path.size) * paths.every, path, ".", ms=1.5, color=_colour(name), rasterized=True)
        axes.set(ylim=f.bounds, ylabel="$X_n$")
        axes.set_title(f"({letter}) {name}", loc="left", fontsize=10)
        x = np.linspace(*f.bounds, 400)
        side.plot(f.value(x), x, color=LANDSCAPE, lw=1)
        side.set_axis_off()
        for m in f.minima:
            axes.axhline(m, color=THEORY, lw=0.7, ls=":", zorder=0)
    rows[-1, 0].set_xlabel("iteration $n$")
    rows[-1, 0].ticklabel_format(style="plain", axis="x")
    return figure


def exit_times(reported: Sequence[Dots], own: Sequence[Dots], alpha: float, jumps: Sequence[int]):
    """Right: dots against falling learning rates, the paper's (open where times were cut off) and one's own (crosses), the
    exact means (lines) and c eta^-beta through the paper's solid dots (dotted)."""
    figure, axes = plt.subplots(figsize=(6.4, 5.0))
    for dots, mine, l_star in zip(reported, own, jumps):
        colour = JUMP_COLOURS[l_star]
        solid = ~dots.hollow
        axes.plot(dots.etas[solid], dots.means[solid], "o", color=colour, label=f"{threshold_label(dots.b)}, paper")
        axes.plot(dots.etas[~solid], dots.means[~solid], "o", color=colour, mfc="none")
        axes.plot(mine.etas, mine.means, "x", color=colour, ms=7, label="ours")
        axes.plot(dots.etas, dots.expected, "-", color=colour, lw=1, label="exact mean")
        beta = hs.theory.exponent(alpha, l_star)
        c = np.exp(np.mean(np.log(dots.means[solid]) + beta * np.log(dots.etas[solid])))
        axes.plot(dots.etas, c * dots.etas**-beta, ":", color=colour, lw=1.6, label=rf"$c\,/\,\eta^{{{beta:.1f}}}$")
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="first exit time, steps")
    axes.set_xticks([0.1, 0.01, 0.001, 0.0001], ["0.1", "0.01", "0.001", "0.0001"])
    axes.invert_xaxis()
    axes.legend(fontsize=8.5, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def dots_over_exact(reported: Sequence[Dots], own: Sequence[Dots], jumps: Sequence[int]):
    """Dots over the exact mean of what they average, one panel a threshold; shaded where chance leaves 95 % of them."""
    figure, panels = plt.subplots(1, len(reported), figsize=(7.2, 3.4), sharey=True)
    for axes, dots, mine, l_star in zip(panels, reported, own, jumps):
        low, high = (dots.intervals() / dots.averaged[:, None]).T
        axes.fill_between(dots.etas, low, high, color=THEORY, alpha=0.12, lw=0)
        axes.axhline(1, color=THEORY, lw=1)
        axes.plot(dots.etas, dots.ratios, "o", color=JUMP_COLOURS[l_star], label="paper")
        axes.plot(mine.etas, mine.ratios, "x", color=JUMP_COLOURS[l_star], ms=7, label="ours")
        axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylim=(0, 2))
        axes.invert_xaxis()
        axes.set_title(threshold_label(dots.b), loc="left")
        axes.legend(loc="lower left", ncols=2, fontsize=9.5, columnspacing=0.8, handletextpad=0.2)
    panels[0].set_ylabel("dot / exact mean")
    return figure


def shares_of_sets(panels: dict[str, tuple[np.ndarray, np.ndarray, Sequence[float]]]):
    """For each title (sets (n, k), exact (k,), reported (k,)): the shares of the basins over sets of paths (dots), their
    expectation (lines), and the reported ones (crosses)."""
    figure, row = plt.subplots(1, len(panels), figsize=(7.2, 3.4), sharey=True)
    for axes, (title, (sets, exact, reported)) in zip(row, panels.items()):
        place = np.arange(exact.size)
        aside = 0.16 * np.linspace(-1, 1, len(sets))[:, None] + place
        axes.plot(aside.ravel(), sets.ravel(), ".", color=HEAVY, alpha=0.7, label="ours, sets of paths")
        axes.hlines(exact, place - 0.35, place + 0.35, color=THEORY, lw=1.4, label="exact expectation")
        axes.plot(place, reported, "x", color=SHARP, ms=8, mew=2, label="reported", zorder=3)
        axes.set_xticks(place, [rf"$\Omega_{i + 1}$" for i in place])
        axes.set(yscale="log", ylim=(2e-3, 1))
        axes.set_title(title, loc="left", fontsize=9)
    row[0].set_ylabel("share of time")
    plain_log(row[0].yaxis)
    figure.legend(*row[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
