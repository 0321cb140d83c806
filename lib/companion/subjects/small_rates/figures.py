"""Figures of the chapter on small learning rates: cost, and approach to the limit."""

from __future__ import annotations

import matplotlib.pyplot as plt

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.small_rates.study import RateStudy


def costs(studies: list[RateStudy]):
    """Steps to a standard error of 10 %: forward flux sampling (solid) and direct simulation (dotted)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2))
    for study in studies:
        colour = JUMP_COLOURS[study.jumps]
        axes.plot(study.etas, study.direct_costs_to_ten_percent, "o:", color=colour, mfc="none", lw=1)
        axes.plot(study.etas, study.costs_to_ten_percent, "o-", color=colour, lw=1.2, label=f"$l^* = {study.jumps}$")
    axes.plot([], [], ":", color=THEORY, label="direct")
    axes.plot([], [], "-", color=THEORY, label="forward flux")
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="steps to an error of 10 %")
    axes.legend(ncols=2)
    return figure


def approach(studies: list[RateStudy]):
    """Measured over predicted mean exit time down to the smallest learning rates, 95 % intervals."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for study, marker in zip(studies, "osD"):
        style = {"marker": marker, "color": JUMP_COLOURS[study.jumps], "capsize": 2, "lw": 1}
        axes.errorbar(study.etas, study.ratios, 1.96 * study.ratio_stderrs, label=f"$l^* = {study.jumps}$", **style)
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="measured / predicted mean", ylim=(0, 1.5))
    axes.legend()
    return figure
