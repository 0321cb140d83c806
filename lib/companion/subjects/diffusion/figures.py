"""Figures of the chapter on diffusion theory."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from matplotlib import ticker

from companion.press.style import HEAVY, LANDSCAPE, LIGHT, SHARP, THEORY, WIDE, plain_log
from companion.subjects.common.approach import Approach
from companion.subjects.diffusion.study import BARRIER, ETA, Shares, Well
from companion.subjects.diffusion.valley import Gone, Valley


def landscapes(curvatures):
    """Wells of one depth, flat to sharp; the joins of their parabolas."""
    figure, axes = plt.subplots(figsize=(7.2, 3.2))
    for k, colour in zip(curvatures, (WIDE, LIGHT, SHARP)):
        f = Well(k, k).f
        x = np.linspace(1.35 * f.minima[0], 1.35 * f.minima[1], 600)
        axes.plot(x, f.value(x), color=colour, label=f"$k = {k:g}$")
        axes.plot(f.minima / 2, f.value(f.minima / 2), "o", color=colour, ms=3)
    axes.axhline(BARRIER, color=THEORY, lw=0.8, ls=":")
    axes.set(xlabel="$x$", ylabel="$f$", ylim=(0, 1.6 * BARRIER))
    axes.legend(loc="upper center", ncols=3)
    return figure


def escapes(sharp: dict[float, Measured], white: dict[float, Measured], batch: dict, rate: dict):
    """Escape times against 1/k, B and 1/eta, logarithmic: simulated, exact (lines), by the formula (dashed)."""
    figure, panels = plt.subplots(1, 3, figsize=(10.4, 3.7))
    grid = np.linspace(min(1 / k for k in sharp), max(1 / k for k in sharp), 7)
    by_k = [Well(1 / u, 1 / u) for u in grid]
    _panel(panels[0], grid, by_k, {1 / k: m for k, m in sharp.items()}, HEAVY, "shaped by the Hessian")
    other = [well._replace(white=True) for well in by_k]
    _panel(panels[0], grid, other, {1 / k: m for k, m in white.items()}, SHARP, "white")
    panels[0].legend(loc="upper left")
    grid = np.linspace(min(batch), max(batch), 5)
    _panel(panels[1], grid, [Well(1, 1, batch=b) for b in grid], batch, HEAVY)
    grid = np.linspace(min(1 / e for e in rate), max(1 / e for e in rate), 5)
    _panel(panels[2], grid, [Well(1, 1, 1 / u) for u in grid], {1 / e: m for e, m in rate.items()}, HEAVY)
    for axes, label in zip(panels, ("$1/k$, flatness", "batch $B$", r"$1/\eta$")):
        axes.set(yscale="log", xlabel=label)
        axes.yaxis.set_minor_formatter(ticker.NullFormatter())
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 9e3), max(high, 1.5e5))  # two powers of ten, each with its number
    panels[0].set_ylabel("escape time, steps")
    return figure


def _panel(axes, grid, wells: list[Well], found: dict[float, Measured], colour: str, label: str | None = None):
    axes.plot(grid, [well.exact() for well in wells], color=colour, lw=1.2)
    axes.plot(grid, [well.theory() for well in wells], color=THEORY, lw=1.2, ls="--")
    values = np.array([[m.value, 1.96 * m.stderr] for m in found.values()]).T
    axes.errorbar(list(found), values[0], values[1], fmt="o", color=colour, capsize=2, label=label)


def shares(found: Shares):
    """Time in the flat well over time in the sharp one, against sharpness."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    k = np.linspace(1, found.sharpness.max(), 60)
    axes.plot(k, k * np.exp(2 * BARRIER / ETA * (1 - 1 / k)), color=THEORY, lw=1.2, ls="--", label=r"$k\, e^{6 (1 - 1/k)}$")
    axes.plot(k, np.sqrt(k), color=THEORY, lw=1.2, ls=":", label=r"$\sqrt{k}$")
    axes.plot(found.sharpness, found.shaped, "o", color=HEAVY, label="shaped by the Hessian")
    axes.plot(found.sharpness, found.white, "s", color=SHARP, label="white")
    axes.set(yscale="log", xlabel="curvature $k$ of the sharp well", ylabel="time in the flat / in the sharp well")
    axes.legend()
    return figure


def prefactors(found: dict[tuple[float, float], Approach]):
    """Exact escape times over Ito's formula; dashed, the other convention's formula over Ito's."""
    figure, axes = plt.subplots(figsize=(6.8, 3.8))
    for ((bottom, top), values), colour in zip(found.items(), (WIDE, SHARP)):
        axes.plot(values.etas, values.values, "-o", color=colour, label=f"$H_a = {bottom:g}$, $H_b = {top:g}$")
        axes.axhline(bottom / top, color=colour, lw=1.2, ls="--")
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="exact / formula with $2\\pi/H_a$")
    plain_log(axes.xaxis)
    axes.legend(loc="center left")
    return figure


def valley(one: Valley, path: np.ndarray):
    """Levels of f and a path from the left well."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    low, high = np.asarray(one.f.bounds)[0]
    x = np.linspace(low, high, 240) * 0.65
    y = np.linspace(-0.6, 0.6, 160)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    axes.plot(*path.T, ".", color=HEAVY, ms=1, alpha=0.4, rasterized=True)
    axes.contour(x, y, one.f.value(grid), levels=BARRIER * np.array([0.25, 0.5, 0.75, 1, 2, 4, 8]), colors=LANDSCAPE)
    axes.plot(*one.f.minima.T, "o", color=THEORY)
    axes.set(xlabel="$x$", ylabel="$y$")
    return figure


def valleys(found: dict[str, Gone]):
    """Escape times over that of the line: simulated, without y but with its force, and as theory has it (one)."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    at = np.arange(len(found))
    values = np.array([[g.simulated.value / g.line, 1.96 * g.simulated.stderr / g.line] for g in found.values()]).T
    axes.errorbar(at, values[0], values[1], fmt="o", color=HEAVY, capsize=3, label="simulated")
    axes.plot(at, [g.with_w / g.line for g in found.values()], "_", color=THEORY, ms=24, mew=2, label="entropic barrier")
    axes.axhline(1, color=SHARP, lw=1.2, ls="--", label="theory on the line")
    axes.set(yscale="log", xticks=at, xticklabels=list(found), ylabel="escape time over that of the line")
    plain_log(axes.yaxis)
    axes.legend()
    return figure
