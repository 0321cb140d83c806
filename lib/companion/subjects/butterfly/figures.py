"""Figures of the chapter on small noise in long roll-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, LANDSCAPE, SHARP, THEORY, plain_log
from companion.subjects.butterfly.network import Trained
from companion.subjects.butterfly.study import Number

_NAMES = {"raw": SHARP, "averaged": HEAVY}


def growth(numbers: Mapping[str, Number], seen: Mapping[str, np.ndarray], horizons: Sequence[int]):
    """E x_H^2 against the length of a roll-out, predicted and along paths of w, shape (n_paths, times)."""
    figure, axes = plt.subplots(figsize=(6.8, 3.6))
    grid = np.arange(0, max(horizons) + 1, 5)
    for name, number in numbers.items():
        axes.plot(grid, [number.grown(int(h)) for h in grid], "--", color=_NAMES[name], lw=1.3)
        means = [((1 + seen[name]) ** (2 * h)).mean() for h in horizons]
        axes.plot(horizons, means, "o", color=_NAMES[name], label=name)
    axes.set(yscale="log", xlabel="length $H$ of the roll-out", ylabel="$E\\, x_H^2$ (expert: 1)")
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def costs(laws: Mapping[str, np.ndarray], seen: Mapping[str, np.ndarray]):
    """Share of policies whose roll-out costs more than a multiple of the expert's: simulated, and (dashed) predicted."""
    figure, axes = plt.subplots(figsize=(6.8, 3.6))
    grid = 1 + np.geomspace(1e-3, 30, 200)
    for name, law in laws.items():
        for values, style in ((law, "--"), (np.ravel(seen[name]), "-")):
            share = 1 - np.searchsorted(np.sort(values), grid) / values.size
            label = name if style == "-" else None
            axes.plot(
                grid - 1, np.where(share > 20 / values.size, share, np.nan), style, color=_NAMES[name], lw=1.4, label=label
            )
    axes.axvline(1, color=LANDSCAPE, ls=":", lw=1.2)
    axes.set(xscale="log", yscale="log", xlabel="cost over the expert's, less one", ylabel="share that costs more")
    axes.legend()
    return figure


def training(run: Trained, replicate: int):
    """One network along training: excess cloning loss, and the cost of roll-outs, raw and averaged."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    for axes, pair in ((left, (run.loss, run.averaged_loss)), (right, (run.cost, run.averaged_cost))):
        for (name, colour), values in zip(_NAMES.items(), pair):
            axes.plot(run.steps, values[replicate], color=colour, lw=1, label=name)
        axes.set_xlabel("step")
    left.axhline(run.predicted, color=THEORY, ls="--", lw=1.2)
    left.set(ylabel="cloning loss, above the noise", ylim=(0, None))
    right.set(ylabel="cost of roll-outs over the expert's")
    right.legend()
    return figure


def trend(variances: Mapping[tuple[float, int], tuple[float, float]]):
    """Variance of the policy by (learning rate, batch): measured over eta s^2 / 2 N, against eta, and predicted."""
    figure, axes = plt.subplots(figsize=(6.4, 3.4))
    for batch, colour in zip(sorted({b for _, b in variances}), (SHARP, HEAVY, THEORY)):
        chosen = sorted((eta, *pair) for (eta, b), pair in variances.items() if b == batch)
        eta, measured, predicted = np.array(chosen).T
        axes.plot(eta, predicted, "--", color=colour, lw=1.2)
        axes.plot(eta, measured, "o", color=colour, label=f"batch {batch}")
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="variance of the policy")
    plain_log(axes.xaxis)
    axes.legend()
    return figure
