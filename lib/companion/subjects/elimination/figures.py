"""Figures of Theorem 2: the share of time in sharp basins. Exact values are lines, simulated ones points, limits dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured

from companion.press.style import HEAVY, JUMP_COLOURS, LIGHT, SHARP, THEORY, WIDE, plain_log
from companion.subjects.elimination.study import Expected

_COLOURS = [JUMP_COLOURS[k] for k in (2, 3, 4, 5)]


def _point(axes, x: float, found: Measured, colour: str) -> None:
    axes.errorbar(x, found.value, 1.96 * found.stderr, color=colour, ls="none", marker="o", capsize=2, zorder=3)


def against_eta(cut: Mapping[str, tuple[Expected, float, np.ndarray, tuple[float, Measured]]]):
    """For every law (expected, beta, shares without truncation, (eta, simulated)): shares against eta, a panel each."""
    figure, panels = plt.subplots(1, len(cut), figsize=(7.2, 3.8), sharey=True)
    for axes, (name, (found, beta, free, (eta, measured))) in zip(panels, cut.items()):
        exact, finite = found.over_starts(beta)
        axes.plot(found.etas, exact, color=HEAVY, label="$b = 0.5$, exact")
        axes.plot(found.etas, finite, "--", color=HEAVY, lw=1, label="finite rates")
        axes.plot(found.etas, free, color=SHARP, label="no truncation, exact")
        _point(axes, eta, measured, HEAVY)
        axes.set_title(name, loc="left")
        axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$")
        plain_log(axes.yaxis)
    panels[0].set_ylabel("share of time in sharp basins")
    panels[-1].legend(fontsize=9.5)
    return figure


def horizons(found: Expected, simulated: Mapping[float, tuple[int, float, Measured]], sharp: Sequence[int]):
    """A panel for every beta: exact shares from every minimum (lines) and finite rates (dashed).

    simulated : for some of the betas, (start, eta, share).
    """
    figure, panels = plt.subplots(1, found.betas.size, figsize=(7.2, 3.6), sharey=True)
    for k, (axes, beta) in enumerate(zip(panels, found.betas)):
        for i in range(found.exact.shape[-1]):
            colour = (SHARP if i == sharp[0] else LIGHT) if i in sharp else (WIDE if i == 1 else JUMP_COLOURS[3])
            axes.plot(found.etas, found.exact[:, k, i], color=colour, label=f"from $m_{i + 1}$")
            axes.plot(found.etas, found.finite[:, k, i], "--", color=colour, lw=1)
            if beta in simulated and simulated[beta][0] == i:
                _point(axes, *simulated[beta][1:], colour)
        axes.set_title(rf"$\beta = {beta:g}$", loc="left")
        axes.set(xscale="log", yscale="log", xlabel=r"$\eta$")
    panels[0].set_ylabel(r"share of $\lfloor 1/\eta^\beta \rfloor$ steps in sharp basins")
    panels[0].legend(fontsize=9)
    return figure


def above_stability(etas, exact, finite, limits: Mapping[str, float], points: Sequence[tuple[float, Measured]]):
    """Shares at learning rates above those at which gradient descent is stable, which begin at `limits`."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    axes.plot(etas, exact, color=HEAVY, label="exact")
    axes.plot(*finite, "--", color=THEORY, lw=1.2, label="finite rates")
    for eta, measured in points:
        _point(axes, eta, measured, HEAVY)
    last = max(eta for eta, _ in points) * 1.3
    for name, eta in limits.items():
        axes.axvspan(eta, last, color=SHARP, alpha=0.08, lw=0)
        note = {"rotation": 90, "va": "bottom", "fontsize": 9, "color": SHARP, "transform": axes.get_xaxis_transform()}
        axes.text(eta * 1.03, 0.04, f"unstable at {name}", **note)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="share of time in sharp basins")
    plain_log(axes.xaxis)
    axes.set_xlim(min(etas) * 0.8, last)
    axes.legend(loc="upper left")
    return figure


def across_resonances(exact: Mapping[float, tuple], limits: Mapping[float, tuple], widths: np.ndarray):
    """Long-run shares against b at several learning rates: exact (lines) and finite rates (dashed); resonances dotted."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for (eta, line), colour in zip(exact.items(), _COLOURS):
        axes.plot(*line, color=colour, label=rf"$\eta = {eta:g}$")
        axes.plot(*limits[eta], "--", color=colour, lw=1)
    for width in widths:
        axes.axvline(width, color=THEORY, lw=0.8, ls=":")
    axes.set(xlabel="truncation threshold $b$", ylabel=r"share of time in $\Omega_1 \cup \Omega_3$", ylim=(0, 0.4))
    axes.legend()
    return figure
