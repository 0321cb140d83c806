"""Figures of the chapter without clipping."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import JUMP_COLOURS, SHARP, THEORY, WIDE
from companion.subjects.common.figures import regimes
from companion.subjects.no_clipping.symmetric import Ranges

_COLOURS = [JUMP_COLOURS[k] for k in (1, 2, 3, 4)]  # of basins, in order


def laws_in_time(limit: np.ndarray, exact: np.ndarray, times: np.ndarray, t: float, counts: np.ndarray):
    """Probability of every field against time: limit (dashed), exact (lines), and paths counted at time t (points)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    found = counts / counts.sum()
    for j, colour in enumerate(_COLOURS):
        axes.plot(times, exact[:, j], color=colour, lw=1.3, label=rf"$\Omega_{j + 1}$")
        axes.plot(times, limit[:, j], "--", color=colour, lw=1)
        error = 1.96 * np.sqrt(found[j] * (1 - found[j]) / counts.sum())
        axes.errorbar(t, found[j], error, marker="o", color=colour, capsize=2)
    axes.set(
        xlabel=r"$t$, in units of $1/H(1/\eta)$", ylabel=r"$P_{m_2}(X \in \Omega_j)$", ylim=(0, 1), xlim=(0, times[-1])
    )
    axes.legend(ncols=2, loc="upper right")
    return figure


def shares(panels: dict[str, tuple[Sequence[float], np.ndarray]], limits: dict[str, np.ndarray]):
    """Long-run share of every field against the learning rate, one panel a threshold; limits dashed."""
    figure, columns = plt.subplots(1, len(panels), figsize=(7.2, 3.6), sharey=True)
    for axes, (title, (etas, found)) in zip(columns, panels.items()):
        for j, colour in enumerate(_COLOURS):
            axes.plot(etas, found[:, j], "o-", color=colour, lw=1.2, label=rf"$\Omega_{j + 1}$")
            if limits[title][j] > 0:
                axes.axhline(limits[title][j], color=colour, lw=0.9, ls="--")
        axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylim=(2e-4, 1.2))
        axes.set_title(title, loc="left", fontsize=10)
    columns[0].set_ylabel("share of time in the long run")
    columns[0].legend(fontsize=9, ncols=2, loc="lower left")
    return figure


def symmetric_thresholds(f: hs.Landscape, symmetric: Ranges, irreducible: Ranges, found: list[hs.theory.Regime]):
    """Above, thresholds with a symmetric and with an irreducible graph; below, what becomes of every minimum."""
    figure, (above, below) = plt.subplots(2, 1, figsize=(7.2, 4.2), height_ratios=(1, 2), sharex=True)
    for row, (ranges, colour) in enumerate(((symmetric, THEORY), (irreducible, WIDE))):
        for low, high in ranges:
            above.barh(row, high - low, left=low, height=0.7, color=colour, lw=0)
    neither = _gaps([*symmetric, *irreducible], found[0].low, found[-1].high)
    for low, high in neither:
        above.barh(2, high - low, left=low, height=0.7, color=SHARP, lw=0)
    above.set(yticks=range(3), yticklabels=["symmetric", "irreducible", "neither"], ylim=(2.6, -0.6))
    above.grid(False)
    regimes(f, found, below)
    return figure


def _gaps(ranges: Ranges, low: float, high: float) -> Ranges:
    """What no range covers between `low` and `high`."""
    gaps, at = [], low
    for start, end in sorted(ranges):
        if start > at:
            gaps.append((at, start))
        at = max(at, end)
    return [*gaps, *([(at, high)] if at < high else [])]
