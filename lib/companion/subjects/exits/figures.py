"""Figures of first exits: mean times, fitted numbers of jumps, staircases, laws, destinations; exact values as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.common.exact_exits import Beside
from companion.subjects.common.figures import threshold_label
from companion.subjects.exits.law import ApproachBeside, LawBeside
from companion.subjects.exits.order import ExactLine, Staircase
from companion.subjects.exits.phases import Return


def _kinds(axes, loc: str):
    """A second legend: what points, lines and dashes are."""
    kinds = (("simulated", "o", "none"), ("exact", "", "-"), ("limit", "", "--"))
    keys = [Line2D([], [], color=THEORY, marker=m, ls=ls, lw=1, label=name) for name, m, ls in kinds]
    axes.add_artist(axes.legend(handles=keys, loc=loc))


def mean_times(lines: list[ExactLine], found: list[Beside]):
    """Mean exit times against the learning rate: exact (lines), simulated (points), limit formula (dashed)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.4))
    labelled = []
    for line, beside in zip(lines, found, strict=True):
        study, colour = beside.study, JUMP_COLOURS[beside.study.jumps]
        label = f"{threshold_label(line.b)}: $l^* = {study.jumps}$"
        labelled += axes.plot(line.etas, line.means, "-", color=colour, lw=1.2, label=label)
        axes.plot(line.etas, line.predicted, "--", color=colour, lw=1)
        bars = {"yerr": 1.96 * study.stderrs, "color": colour, "ls": "none", "marker": "o", "capsize": 2}
        axes.errorbar(study.etas, study.means, **bars)
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="mean first exit time, steps")
    _kinds(axes, "lower left")
    axes.legend(handles=labelled, loc="upper right")
    return figure


def exponent_table(cells: list[Beside]):
    """Fitted numbers of jumps for every tail index and jump number, over exact ones (ticks) and the theorem's integers."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    alphas = sorted({cell.study.noise.alpha for cell in cells})
    for cell in cells:
        study, fit = cell.study, cell.study.jump_count()
        place = study.jumps + 0.18 * (alphas.index(study.noise.alpha) - 1)
        exact = cell.exact.jump_count().value
        axes.plot([place - 0.07, place + 0.07], [exact, exact], color=THEORY, lw=1.6)
        marker = "osD"[alphas.index(study.noise.alpha)]
        style = {"color": JUMP_COLOURS[study.jumps], "capsize": 3, "marker": marker, "ls": "none"}
        axes.errorbar(place, fit.value, [[fit.value - fit.low], [fit.high - fit.value]], **style)
    for l in sorted({cell.study.jumps for cell in cells}):  # noqa: E741 - the paper's letter
        axes.plot([l - 0.35, l + 0.35], [l, l], "--", color=THEORY, lw=1)
    keys = [Line2D([], [], color=THEORY, marker=m, ls="none", label=rf"$\alpha = {a:g}$") for a, m in zip(alphas, "osD")]
    keys += [
        Line2D([], [], color=THEORY, lw=w, ls=ls, label=name) for name, w, ls in (("exact", 1.6, "-"), ("theorem", 1, "--"))
    ]
    axes.set(xlabel="jump number $l^*$ predicted", ylabel="jump number fitted", xticks=[1, 2, 3])
    axes.legend(handles=keys)
    return figure


def staircase(exact: Staircase, cells: list[Beside], width: float):
    """Exponents against b: exact (line), fitted (points), and the theorem's 1 + ceil(r/b)(alpha - 1) (dashed)."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    alpha = cells[0].study.noise.alpha
    thresholds = np.linspace(exact.thresholds.min(), exact.thresholds.max(), 2000)
    stairs = hs.theory.exponent(alpha, np.ceil(width / thresholds))
    axes.plot(thresholds, stairs, "--", color=THEORY, lw=1, label="theorem")
    axes.plot(exact.thresholds, exact.exponents, "-", color=THEORY, lw=1.2, label="exact")
    for cell in cells:
        fit = cell.study.exponent()
        style = {"color": JUMP_COLOURS[cell.study.jumps], "capsize": 3, "marker": "o", "ls": "none"}
        axes.errorbar(hs.checks.threshold("b", cell.study.b), fit.value, 1.96 * fit.stderr, **style)
    axes.set(xlabel="truncation threshold $b$", ylabel=r"exponent $\beta$ of $E\sigma \sim \eta^{-\beta}$")
    axes.legend()
    return figure


def laws(found: list[LawBeside]):
    """Share of paths not yet out against q lambda n: simulated (steps), exact (lines), Exp(1), the limit (dashed)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    top = 6.0
    labelled = []
    for law in found:
        colour, times = JUMP_COLOURS[law.jumps], np.sort(law.times) / law.limit
        survival = 1 - np.arange(1, times.size + 1) / times.size
        axes.step(times[:-1], survival[:-1], where="post", color=colour, lw=3, alpha=0.35)
        grid = np.linspace(0.02, top, 60)
        label = f"{threshold_label(law.b)}: $l^* = {law.jumps}$"
        labelled += axes.plot(grid, np.exp(-law.hazard(grid * law.limit)), color=colour, lw=1.2, label=label)
    axes.plot([0, top], [1, np.exp(-top)], "--", color=THEORY, lw=1)
    axes.set(yscale="log", xlim=(0, top), ylim=(3e-3, 1.1))
    axes.set(xlabel=r"time in units of the limit formula, $q \lambda(\eta)\, n$", ylabel=r"$P(\sigma > n)$")
    kinds = (("simulated", 3, "-", 0.35), ("exact", 1.2, "-", 1), ("limit, Exp(1)", 1, "--", 1))
    keys = [Line2D([], [], color=THEORY, lw=w, ls=ls, alpha=a, label=name) for name, w, ls, a in kinds]
    axes.add_artist(axes.legend(handles=keys, loc="lower left"))
    axes.legend(handles=labelled, loc="upper right")
    return figure


def approach(series: dict[str, ApproachBeside]):
    """E sigma over its limit formula: exact (lines) and simulated (points, 95 % intervals); dashed: the limit, 1."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for (name, beside), marker, filled in zip(series.items(), "osD", (True, True, False)):
        study, colour = beside.study, JUMP_COLOURS[beside.study.jumps]
        axes.plot(beside.etas, beside.ratios, "-", color=colour, lw=1.2)
        style = {"marker": marker, "color": colour, "mfc": colour if filled else "none", "capsize": 2, "ls": "none"}
        axes.errorbar(study.etas, study.ratios, 1.96 * study.ratio_stderrs, label=name, **style)
    axes.axhline(1, color=THEORY, lw=1, ls="--")
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="mean over the limit formula", ylim=(0.6, 1.15))
    axes.legend(loc="lower left")
    return figure


def destinations(names: list[str], limit: np.ndarray, exact: np.ndarray, counts: np.ndarray):
    """Where exits land: simulated shares with 95 % intervals, exact ones (lines), the limit's (dashed)."""
    figure, axes = plt.subplots(figsize=(5.6, 3.2))
    share = counts / counts.sum()
    place = np.arange(len(names))
    error = 1.96 * np.sqrt(share * (1 - share) / counts.sum())
    axes.bar(place, share, 0.5, yerr=error, capsize=3, color=JUMP_COLOURS[1], alpha=0.6, label="simulated")
    for values, style, name in ((exact, "-", "exact"), (limit, "--", "limit, $q_{ij}/q_i$")):
        axes.hlines(values, place - 0.35, place + 0.35, color=THEORY, ls=style, lw=1.4, label=name)
    axes.set(xticks=place, xticklabels=names, ylabel="share of exits")
    axes.legend()
    return figure


def leaving_early(series: Mapping[str, Sequence[Return]], slopes: Mapping[str, float]):
    """Exact probabilities of leaving before the first return, a panel a law; dashed, the slope that they tend to."""
    figure, panels = plt.subplots(1, len(series), figsize=(7.2, 3.4), sharex=True)
    for axes, (name, found) in zip(np.atleast_1d(panels), series.items()):
        for first, colour in zip(found, JUMP_COLOURS.values()):
            axes.plot(first.gone.etas, first.gone.values, color=colour, marker=".", label=rf"$\epsilon = {first.eps:g}$")
            end = first.gone.values[-1] * (first.gone.etas / first.gone.etas[-1]) ** slopes[name]
            axes.plot(first.gone.etas, end, "--", color=THEORY, lw=1)
        axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$")
        axes.set_title(name, loc="left")
    np.atleast_1d(panels)[0].set_ylabel("probability of leaving before the return")
    np.atleast_1d(panels)[0].legend()
    return figure
