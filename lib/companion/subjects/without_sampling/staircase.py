"""The paper in one picture: the mean exit time against the truncation threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.common.exit_study import quiet_sgd

_DRAWN = 1e-3  # tolerance of what is only drawn
_NEAREST = 0.03  # to a whole number of jumps, in jumps: there the limit formula is singular


class Staircase(NamedTuple):
    """Mean exit times in steps, exact and by the limit formula, both (n_etas, n_thresholds); thresholds as width / b."""

    etas: np.ndarray
    ratios: np.ndarray
    exact: np.ndarray
    limit: np.ndarray

    @property
    def jumps(self) -> np.ndarray:
        """The jump numbers, ceil(width / b)."""
        return np.ceil(self.ratios).astype(int)


def staircase(f, noise, basin: int, etas: Sequence[float], ratios: Sequence[float]) -> Staircase:
    """E sigma from a minimum for thresholds b = width / ratio; 1 / (q lambda(eta)) beside it.

    Raises `ValueError` for ratios within 0.03 of a whole number, where no threshold has a limit.
    """
    widths = np.array(ratios, float)
    if np.abs(widths - np.round(widths)).min() < _NEAREST:
        raise ValueError(f"ratios = {widths}: each must be {_NEAREST} or more away from whole numbers")
    runs = [[quiet_sgd(f, noise, eta, f.widths[basin] / ratio) for ratio in widths] for eta in etas]
    exact = [[hs.exact.first_exit(sgd, f.minima[basin], tolerance=_DRAWN).mean for sgd in row] for row in runs]
    limit = [[hs.theory.mean_exit_time(sgd, basin) for sgd in row] for row in runs]
    return Staircase(np.array(etas, float), widths, np.array(exact), np.array(limit))


def picture(found: Staircase):
    """Exact mean exit times as points, the limit formula as lines, one group for each learning rate."""
    figure, axes = plt.subplots(figsize=(7.2, 4.4))
    axes.grid(visible=False, axis="x")
    top = found.exact.max() * 30
    for eta, exact, limit in zip(found.etas, found.exact, found.limit):
        for jumps in np.unique(found.jumps):
            here, colour = found.jumps == jumps, JUMP_COLOURS[int(jumps)]
            axes.plot(found.ratios[here], limit[here], "--", color=THEORY, lw=0.9)
            axes.plot(found.ratios[here], exact[here], "o-", color=colour, ms=4)
        label = rf"$\eta = 10^{{{np.log10(eta):.0f}}}$"
        axes.annotate(label, (found.ratios[-1], exact[-1]), (7, 0), textcoords="offset points", va="center")
    for jumps in np.unique(found.jumps):
        text = "one big jump" if jumps == 1 else f"{jumps} big jumps"
        axes.text(jumps - 0.45, top / 2, text, color=JUMP_COLOURS[int(jumps)], ha="center", va="top")
        axes.axvline(jumps, color="#C8C8C4", lw=0.8, zorder=0)
    axes.set(yscale="log", ylim=(None, top), xlim=(0.2, found.jumps.max() + 0.62), xticks=range(1, found.jumps.max() + 1))
    axes.set(xlabel="width of the basin / truncation threshold", ylabel="mean exit time (iterations)")
    return figure
