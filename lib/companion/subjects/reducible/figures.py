"""Figures of Theorems 3 and 4: leaks, rates of leaving, and paths that keep to their class."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from heavysgd.landscape import Line

from companion.press.style import HEAVY, JUMP_COLOURS, SHARP, THEORY, plain_log
from companion.subjects.reducible.study import Counted, Leaks


def leaks(series: dict[str, Leaks], counted: dict[str, list[tuple[float, Counted]]]):
    """Exact shares of exits that leave the class against rho (lines), those counted (points), slope one (dashed)."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0))
    for (label, found), colour, marker in zip(series.items(), (SHARP, HEAVY, JUMP_COLOURS[3]), "sov"):
        axes.plot(found.rarity, found.shares, color=colour, label=label)
        axes.plot(found.rarity, found.shares[-1] * found.rarity / found.rarity[-1], "--", color=colour, lw=1)
        for rarity, case in counted.get(label, []):
            error = 1.96 * np.sqrt(case.share * (1 - case.share) / case.size)
            axes.errorbar(rarity, case.share, error, color=colour, ls="none", marker=marker, capsize=2)
    axes.set(xscale="log", yscale="log", xlabel=r"$\rho = H(1/\eta)/\eta$", ylabel=r"share of exits $m_3 \to \Omega_2$")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def rates(etas, exact: np.ndarray, limit: float, measured: tuple[float, Measured]):
    """The exact rate of leaving a transient class as the learning rate falls, the limit (dashed), one simulation."""
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    axes.plot(etas, exact, color=HEAVY, label="exact")
    axes.axhline(limit, color=THEORY, ls="--", lw=1.2, label="limit")
    eta, found = measured
    axes.errorbar(eta, found.value, 1.96 * found.stderr, color=SHARP, ls="none", marker="o", capsize=2, label="simulated")
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylim=(0, None))
    axes.set_ylabel(r"rate of leaving, over $\lambda^*(\eta)$")
    axes.legend()
    return figure


def trajectories(f: Line, paths: dict[str, list[np.ndarray]], n_steps: int):
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
