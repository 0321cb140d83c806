"""Figures of the chapter on flat minima of two-layer networks."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY
from companion.subjects.simplicity.study import Net, Run


def traces(seen: Run, curve: np.ndarray, net: Net):
    """The trace along paths, beside the flow and the least one; right, the neurons of one path."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
    left.plot(seen.steps, seen.traces().T, color=HEAVY, lw=0.5, alpha=0.4)
    left.plot([], [], color=HEAVY, lw=1, label="paths")
    left.plot(seen.steps, curve, "--", color=THEORY, lw=1.6, label="flow of the regulariser")
    left.axhline(net.least_trace(), color=SHARP, ls=":", lw=1.4, label="least")
    left.set(xlabel="step", ylabel="trace of the Hessian", xlim=(0, seen.steps[-1] / 2))
    left.legend(fontsize=9)
    right.plot(seen.steps, net.preactivations(seen.path[0])[:, :, 0], color=HEAVY, lw=1)
    right.axhline(net.shared()[0], color=SHARP, ls=":", lw=1.4)
    right.set(xlabel="step", ylabel="pre-activation of each neuron", xlim=(0, seen.steps[-1] / 2))
    return figure


def spreads(runs: Mapping[str, tuple[Run, float, tuple[float, ...] | None]]):
    """Mean logarithm of how far neurons are apart, by name: a run, its rate, and the direction it is looked at along."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for (name, (run, rate, vector)), colour in zip(runs.items(), (HEAVY, LIGHT, SHARP, THEORY)):
        apart = np.exp(np.log(run.spread(vector)).mean(axis=0))
        times = run.steps * abs(rate)
        axes.plot(times, apart / apart[0], color=colour, lw=1.6, label=name)
        middle = len(times) // 2
        line = apart[middle] / apart[0] * np.exp(-np.sign(rate) * (times - times[middle]))
        axes.plot(times, line, "--", color=colour, lw=1)
    axes.set(yscale="log", xlabel="steps times the predicted rate", ylabel="neurons apart, of the start", xlim=(0, 11))
    axes.legend(fontsize=9)
    return figure


def features(run: Run):
    """Second over first singular value of the neurons' matrix, and the trace over the least one, along paths."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.4))
    left.plot(run.steps, run.second_feature().T, color=HEAVY, lw=0.7, alpha=0.6)
    left.set(yscale="log", xlabel="step", ylabel=r"$\sigma_2 / \sigma_1$")
    right.plot(run.steps, (run.traces() / run.net.least_trace()).T, color=HEAVY, lw=0.7, alpha=0.6)
    right.axhline(1, color=SHARP, ls=":", lw=1.4)
    right.set(xlabel="step", ylabel="trace over the least one")
    for axes in (left, right):
        axes.locator_params(axis="x", nbins=4)
    return figure
