"""Figure of the page on choosing b: who survives, and at what price."""

from __future__ import annotations

from collections.abc import Mapping

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import JUMP_COLOURS, LIGHT
from companion.subjects.choose_b.study import Prices, Settled
from companion.subjects.common.figures import regimes

_COLOURS = (JUMP_COLOURS[2], LIGHT)


def by_survivors(
    thresholds: np.ndarray, values: np.ndarray, found: list[hs.theory.Regime], diverges: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds and values of a line that is broken wherever other minima survive; zeros are left out.

    diverges : broken at every change of the graph, where the limit's rates are infinite.
    """
    place = np.searchsorted([regime.low for regime in found], thresholds, side="right") - 1
    kinds = list(place) if diverges else [tuple(found[k].survivors) for k in place]
    broken = 1 + np.flatnonzero([one != other for one, other in zip(kinds, kinds[1:])])
    return np.insert(thresholds, broken, np.nan), np.insert(np.where(values > 0, values, np.nan), broken, np.nan)


def choices(
    f: hs.Landscape,
    found: list[hs.theory.Regime],
    exact: Mapping[float, Prices],
    limit: Mapping[float, Prices],
    settled: Mapping[tuple[float, float], Settled],
):
    """Which minima survive, over prices against b by tail index: exact (dots, lines), limit dashed, simulation hollow."""
    figure, rows = plt.subplots(4, 1, figsize=(7.2, 9.6), height_ratios=(1, 1.6, 1.3, 1.3), sharex=True)
    regimes(f, found, rows[0])
    rows[0].set_xlabel("")
    names = {"settling": "settling time", "leaving": "longest stay elsewhere", "share_elsewhere": "share elsewhere"}
    for axes, (name, label) in zip(rows[1:], names.items()):
        for (alpha, prices), colour in zip(exact.items(), _COLOURS):
            for line, style, kind in ((prices, ".-", "exact"), (limit[alpha], "--", "limit")):
                drawn = by_survivors(line.thresholds, getattr(line, name), found, diverges=kind == "limit")
                axes.plot(
                    *drawn, style, color=colour, lw=1.4 if kind == "exact" else 1, label=rf"$\alpha = {alpha:g}$, {kind}"
                )
        axes.set(yscale="log", ylabel=label)
    for (b, alpha), case in settled.items():
        colour = dict(zip(exact, _COLOURS))[alpha]
        rows[1].errorbar(b, case.measured.value, 1.96 * case.measured.stderr, marker="o", mfc="white", ms=7, color=colour)
    rows[1].legend(fontsize=9, ncols=2)
    rows[-1].set_xlabel("truncation threshold $b$")
    return figure
