"""Figures of the chapter on small learning rates: cost, and approach to the limit."""

from __future__ import annotations

import matplotlib.pyplot as plt
from scipy import stats

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.small_rates.study import ExactRatios, RateStudy


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


def approach(studies: list[RateStudy], lines: list[ExactRatios]):
    """Mean exit time over the limit formula: exact (lines), forward flux (points, 95 % intervals); dashed: the limit."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for study, line, marker in zip(studies, lines, "osD", strict=True):
        colour = JUMP_COLOURS[study.jumps]
        axes.plot(line.etas, line.ratios, "-", color=colour, lw=1.2)
        style = {"marker": marker, "color": colour, "capsize": 2, "ls": "none"}
        beside = study.etas * 1.08 ** (study.jumps - 2)  # so that intervals do not hide each other
        half = stats.t.ppf(0.975, study.repetitions - 1) * study.ratio_stderrs
        axes.errorbar(beside, study.ratios, half, label=f"$l^* = {study.jumps}$", **style)
    axes.axhline(1, color=THEORY, lw=1, ls="--")
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="mean over the limit formula")
    axes.set_ylim(min(0.5, axes.get_ylim()[0]), max(1.25, axes.get_ylim()[1]))
    axes.legend()
    return figure
