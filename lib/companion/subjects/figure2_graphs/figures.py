"""Figures of the chapter on the paper's Figure 2: distances and reaches, and laws in time on a class."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.landscape import Line

from companion.press.style import HEAVY, JUMP_COLOURS, LANDSCAPE, LIGHT, SHARP, THEORY, WIDE


def reaches(f: Line, thresholds: Sequence[float]):
    """f with the distances between its critical points; below, how far l*_i jumps of at most b get from each minimum."""
    heights = [2.4, *[0.33 * f.size + 0.2] * len(thresholds)]
    figure, rows = plt.subplots(len(heights), 1, figsize=(7.2, sum(heights)), height_ratios=heights, sharex=True)
    _function(f, rows[0])
    for axes, b in zip(rows[1:], thresholds):
        _bars(f, b, axes)
    rows[-1].set_xlabel("$x$")
    for axes in rows:
        for s in f.maxima:
            axes.axvline(s, color=THEORY, lw=0.8, ls=":")
    return figure


def _function(f: Line, axes) -> None:
    x = np.linspace(*f.bounds, 1000)
    axes.plot(x, f.value(x), color=LANDSCAPE)
    points = np.sort(np.concatenate([f.minima, f.maxima]))
    level, top = f.value(points).max(), np.ptp(f.value(points))
    for left, right in zip(points, points[1:]):
        axes.annotate(
            "", (left, level + 0.2 * top), (right, level + 0.2 * top), arrowprops={"arrowstyle": "<->", "lw": 0.8}
        )
        axes.text((left + right) / 2, level + 0.24 * top, f"{right - left:.4g}", ha="center", fontsize=9)
    for i, m in enumerate(f.minima):
        axes.plot(m, f.value(m), "o", color=THEORY)
        axes.annotate(f"$m_{i + 1}$", (m, float(f.value(m))), (0, -14), textcoords="offset points", ha="center")
    axes.set(ylabel="$f(x)$", xlim=f.bounds, ylim=(f.value(points).min() - 0.25 * top, level + 0.45 * top))
    axes.grid(False)


def _bars(f: Line, b: float, axes) -> None:
    jumps, wide = hs.theory.jump_numbers(f, b), set(hs.theory.widest(f, b))
    for i, (m, count) in enumerate(zip(f.minima, jumps)):
        colour = WIDE if i in wide else SHARP
        axes.plot([m - count * b, m + count * b], [i, i], color=colour, lw=3, alpha=0.55, solid_capstyle="butt")
        ends = m + b * np.arange(-count, count + 1)
        axes.plot(ends, np.full(ends.size, i), "|", color=colour, ms=9)
        axes.plot(m, i, "o", color=colour)
    axes.set(yticks=range(f.size), yticklabels=[f"$m_{i + 1}$" for i in range(f.size)], ylim=(f.size - 0.4, -0.6))
    axes.set_title(f"$b = {b:g}$", loc="left", fontsize=10)
    axes.grid(False)


def laws_in_time(panels: dict[str, dict], times: np.ndarray):
    """One panel a threshold: probability of a basin against t, in the limit, exactly at two rates, and measured.

    panels : by title, what `limit` says (n,), `exact` by learning rate (n,), and `measured` as (t, share, error, label).
    """
    figure, columns = plt.subplots(1, len(panels), figsize=(7.2, 3.4), sharey=True)
    for axes, (title, found) in zip(np.atleast_1d(columns), panels.items()):
        for (label, values), colour in zip(found["exact"].items(), (JUMP_COLOURS[4], LIGHT)):
            axes.plot(times, values, color=colour, lw=1.3, label=label)
        axes.plot(times, found["limit"], "--", color=THEORY, lw=1.2, label="limit")
        t, share, error, label = found["measured"]
        axes.errorbar(t, share, 1.96 * error, marker="o", color=HEAVY, capsize=2, ls="none", label=label)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set(xlabel=r"$t$, in units of $1/\lambda^*_{\mathcal{G}}(\eta)$", ylim=(0, None), xlim=(0, 1.04 * times[-1]))
    np.atleast_1d(columns)[0].set_ylabel(r"$P_{m_3}(X_{\lfloor t/\lambda^* \rfloor} \in \Omega_4)$")
    np.atleast_1d(columns)[-1].legend(fontsize=9)
    return figure
