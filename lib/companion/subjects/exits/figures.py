"""Figures of first exits: mean times, exponents, staircases, destinations."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import JUMP_COLOURS, THEORY
from companion.subjects.common.exit_study import ExitStudy
from companion.subjects.common.figures import threshold_label


def mean_times(studies: list[ExitStudy]):
    """Mean exit times against the learning rate; hollow where censored; lines of the predicted order (dashed)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.4))
    for study in studies:
        colour = JUMP_COLOURS[study.jumps]
        full = np.array([not cut.any() for cut in study.censored])
        bars = {"yerr": 1.96 * study.stderrs, "color": colour, "ls": "none", "capsize": 2}
        axes.errorbar(study.etas, study.means, fmt="none", **bars)
        label = f"{threshold_label(study.b)}: $l^* = {study.jumps}$"
        axes.plot(study.etas[full], study.means[full], "o", color=colour, label=label)
        axes.plot(study.etas[~full], study.means[~full], "o", color=colour, mfc="none")
        exponent = hs.theory.exponent(study.noise.alpha, study.jumps)
        axes.plot(study.etas, _power_law(study, exponent), "--", color=colour, lw=1)
        axes.plot(study.etas, study.predicted, ":", color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="mean first exit time, steps")
    axes.legend(title="filled: all exits seen; hollow: some censored")
    return figure


def _power_law(study: ExitStudy, exponent: float) -> np.ndarray:
    """c eta^(-exponent) with c from the measured means, each weighted by its precision."""
    weights = (study.means / study.stderrs) ** 2
    return np.exp(np.average(np.log(study.means) + exponent * np.log(study.etas), weights=weights)) * study.etas**-exponent


def exponent_table(cells: list[ExitStudy]):
    """Fitted numbers of jumps for every tail index and jump number, with 95 % intervals, over the integers predicted."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    alphas = sorted({cell.noise.alpha for cell in cells})
    for cell in cells:
        fit = cell.jump_count()
        place = cell.jumps + 0.18 * (alphas.index(cell.noise.alpha) - 1)
        marker = "osD"[alphas.index(cell.noise.alpha)]
        style = {"color": JUMP_COLOURS[cell.jumps], "capsize": 3, "marker": marker, "ls": "none"}
        axes.errorbar(place, fit.value, [[fit.value - fit.low], [fit.high - fit.value]], **style)
    for alpha, marker in zip(alphas, "osD"):
        axes.plot([], [], marker, color=THEORY, label=rf"$\alpha = {alpha:g}$")
    for l in sorted({cell.jumps for cell in cells}):  # noqa: E741 - the paper's letter
        axes.plot([l - 0.35, l + 0.35], [l, l], color=THEORY, lw=1)
    axes.set(xlabel="jump number $l^*$ predicted", ylabel="jump number fitted", xticks=[1, 2, 3])
    axes.legend()
    return figure


def staircase(studies: list[ExitStudy], width: float):
    """Fitted exponents against b over the predicted staircase 1 + ceil(r/b)(alpha - 1)."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    alpha = studies[0].noise.alpha
    thresholds = np.linspace(min(s.b for s in studies) * 0.96, max(s.b for s in studies) * 1.04, 2000)
    axes.plot(thresholds, hs.theory.exponent(alpha, np.ceil(width / thresholds)), color=THEORY, lw=1.2, label="predicted")
    for study in studies:
        fit = study.jump_count()
        bars = 1.96 * fit.stderr * (alpha - 1)
        style = {"color": JUMP_COLOURS[study.jumps], "capsize": 3, "marker": "o", "ls": "none"}
        axes.errorbar(study.b, hs.theory.exponent(alpha, fit.value), bars, **style)
    axes.set(xlabel="truncation threshold $b$", ylabel=r"exponent $\beta$ of $E\sigma \sim \eta^{-\beta}$")
    axes.legend()
    return figure


def destinations(names: list[str], predicted: np.ndarray, counts: np.ndarray):
    """Where exits land: measured shares with 95 % intervals beside the predicted ones."""
    figure, axes = plt.subplots(figsize=(5.6, 3.2))
    share = counts / counts.sum()
    place = np.arange(len(names))
    axes.bar(place - 0.2, predicted, 0.38, color=THEORY, alpha=0.5, label="$q_{ij}/q_i$")
    error = 1.96 * np.sqrt(share * (1 - share) / counts.sum())
    axes.bar(place + 0.2, share, 0.38, yerr=error, capsize=3, color=JUMP_COLOURS[2], label="measured")
    axes.set(xticks=place, xticklabels=names, ylabel="share of exits")
    axes.legend()
    return figure
