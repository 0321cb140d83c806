"""Figures of the noise: tails, and what large displacements are made of."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, JUMP_COLOURS, LIGHT, THEORY


def tails(samples: dict[str, np.ndarray], laws: dict):
    """Empirical P(|Z| > x) of each law over its exact H(x), on logarithmic axes."""
    figure, axes = plt.subplots()
    ordered = np.ones(1)
    for (name, draws), colour in zip(samples.items(), [*JUMP_COLOURS.values()]):
        ordered = np.sort(np.abs(draws))[::-1]
        rank = np.unique(np.geomspace(1, ordered.size, 120).astype(int))
        axes.loglog(ordered[rank - 1], rank / ordered.size, ".", color=colour, label=name)
        grid = np.geomspace(0.1, ordered[0], 200)
        axes.loglog(grid, np.maximum(laws[name].tail(grid), 1e-300), color=colour, lw=0.9)
    axes.set(xlabel="$x$", ylabel="$P(|Z| > x)$", ylim=(0.5 / ordered.size, 1.5), xlim=(0.1, None))
    axes.legend(ncols=1, loc="upper right")
    return figure


def walks(eta: float, b: float, heavy: np.ndarray, light: np.ndarray):
    """Sums of the same heavy noise with and without truncation, beside a Gaussian one."""
    figure, (left, right) = plt.subplots(1, 2, sharex=True, figsize=(7.2, 3.2))
    steps = np.arange(1, heavy.size + 1)
    left.plot(steps, np.cumsum(eta * heavy), color=HEAVY, label="no truncation")
    left.plot(steps, np.cumsum(np.clip(eta * heavy, -b, b)), color=JUMP_COLOURS[1], label=f"$b={b:g}$")
    right.plot(steps, np.cumsum(eta * light), color=LIGHT, label="Gaussian")
    for axes in (left, right):
        axes.set(xlabel="step $n$")
        axes.legend(loc="upper left")
    left.set_ylabel(r"$\sum_{k \leq n} \varphi_b(\eta Z_k)$")
    return figure


def largest_steps(parts: dict[str, np.ndarray]):
    """Median shares of a large displacement carried by its three largest steps, one group of bars a case."""
    figure, axes = plt.subplots(figsize=(7.2, 3.2))
    width = 0.8 / len(parts)
    for k, ((name, shares), colour) in enumerate(zip(parts.items(), (HEAVY, JUMP_COLOURS[1], LIGHT))):
        axes.bar(np.arange(3) + (k - 1) * width, np.median(shares, axis=0), width, color=colour, label=name)
    axes.set(xticks=range(3), xticklabels=["largest", "second", "third"], ylabel="share of the displacement")
    axes.axhline(1, color=THEORY, lw=0.8)
    axes.legend()
    return figure
