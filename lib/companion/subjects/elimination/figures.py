"""Figures of Theorem 2: the share of time in sharp basins."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, JUMP_COLOURS, LIGHT, SHARP, THEORY, plain_log
from companion.subjects.elimination.study import Shares

_COLOURS = [JUMP_COLOURS[k] for k in (2, 3, 4, 5)]


def against_eta(series: dict[str, Shares], free: Shares):
    """Shares against eta for several thresholds: measured (points), finite rates (lines); no truncation in orange."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for (label, found), colour in zip([*series.items(), ("no truncation", free)], [*_COLOURS[: len(series)], SHARP]):
        bars = {"yerr": 1.96 * found.stderrs, "color": colour, "ls": "none", "marker": "o", "capsize": 2}
        axes.errorbar(found.etas, found.values, **bars, label=label)
        order = np.argsort(found.etas)
        axes.plot(found.etas[order], found.predicted[order], color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="share of time in sharp basins")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.legend(ncols=2, loc="best", fontsize=9.5)
    return figure


def against_rarity(series: dict[str, Shares]):
    """Shares against rho = H(1/eta)/eta, with lines of slope one through the smallest learning rate."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0))
    for (label, found), colour, marker in zip(series.items(), (HEAVY, LIGHT, SHARP), "osD"):
        bars = {"yerr": 1.96 * found.stderrs, "color": colour, "ls": "none", "marker": marker, "capsize": 2}
        axes.errorbar(found.rarity, found.values, **bars, label=label)
        middle = np.exp(np.mean(np.log(found.values / found.rarity)))
        axes.plot(found.rarity, middle * found.rarity, ":", color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel=r"$\rho = H(1/\eta)/\eta$", ylabel="share of time in sharp basins")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def unstable_region(found: Shares, limits: dict[str, float]):
    """Shares at learning rates above those at which gradient descent is stable, which begin at `limits`."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    style = {"marker": "o", "capsize": 2, "color": HEAVY, "ls": "none"}
    axes.errorbar(found.etas, found.values, 1.96 * found.stderrs, label="measured", **style)
    axes.plot(found.etas, found.predicted, color=THEORY, lw=1, label="finite rates")
    for name, eta in limits.items():
        axes.axvspan(eta, found.etas.max() * 1.3, color=SHARP, alpha=0.08, lw=0)
        note = {"rotation": 90, "va": "bottom", "fontsize": 9, "color": SHARP, "transform": axes.get_xaxis_transform()}
        axes.text(eta * 1.03, 0.04, f"unstable at {name}", **note)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="share of time in sharp basins")
    plain_log(axes.xaxis)
    axes.set_xlim(found.etas.min() * 0.8, found.etas.max() * 1.3)
    axes.legend(loc="upper left")
    return figure


def across_resonances(studies: dict[float, Shares], lines: dict[float, tuple[np.ndarray, np.ndarray]], widths: np.ndarray):
    """Shares against b at several learning rates: measured (points) and finite rates (lines); resonances dashed."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for (eta, found), colour in zip(studies.items(), _COLOURS):
        axes.plot(*lines[eta], color=colour, lw=1)
        bars = {"yerr": 1.96 * found.stderrs, "color": colour, "ls": "none", "marker": "o", "capsize": 2}
        axes.errorbar(found.thresholds, found.values, **bars, label=rf"$\eta = {eta:g}$")
    for width in widths:
        axes.axvline(width, color=THEORY, lw=0.8, ls="--")
    axes.set(xlabel="truncation threshold $b$", ylabel=r"share of time in $\Omega_1 \cup \Omega_3$", ylim=(0, 0.4))
    axes.legend()
    return figure
