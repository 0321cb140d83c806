"""Figure of the page on choosing b: who survives, and at what price."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import THEORY
from companion.subjects.choose_b.study import Map
from companion.subjects.common.figures import regimes


def choice_map(f: hs.Landscape, found: list[hs.theory.Regime], chart: Map, points):
    """Which minima survive, over maps of (b, alpha): price, time in the most persistent other minimum, time elsewhere."""
    figure, rows = plt.subplots(4, 1, figsize=(7.2, 9.6), height_ratios=(1, 1.5, 1.5, 1.5), sharex=True)
    regimes(f, found, rows[0])
    rows[0].set_xlabel("")
    panels = (
        (chart.settling, "settling time", "cividis"),
        (chart.leaving, "longest stay elsewhere", "cividis"),
        (chart.share_elsewhere, "share of time elsewhere", "magma"),
    )
    for axes, (values, label, colours) in zip(rows[1:], panels):
        style = {"cmap": colours, "shading": "nearest", "rasterized": True}
        mesh = axes.pcolormesh(chart.thresholds, chart.alphas, np.log10(values), **style)
        figure.colorbar(mesh, ax=axes, label=rf"$\log_{{10}}$ {label}")
        axes.set_facecolor("#E3E3E0")
        axes.set_ylabel(r"tail index $\alpha$")
        axes.grid(False)
        axes.plot(*zip(*points), "o", mfc="white", mec=THEORY, ms=7, clip_on=False)
    rows[-1].set_xlabel("truncation threshold $b$")
    return figure
