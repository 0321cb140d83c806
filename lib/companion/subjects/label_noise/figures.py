"""Figures of the chapter on noise on the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from matplotlib.axes import Axes

from companion.press.style import HEAVY, LANDSCAPE, LIGHT, SHARP, THEORY
from companion.subjects.label_noise import study as label

_LOG4, _LOG2 = np.log(4) / 3, np.log(2) / 3


def creeping(path: np.ndarray, steps: np.ndarray, traces: np.ndarray, eta: float, spread: float):
    """Left: a path on the minima a b = 1, shape (times, 2). Right: the trace along paths, and along the flow."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
    a = np.linspace(0.3, 2.6, 300)
    left.plot(a, 1 / a, color=LANDSCAPE, lw=1.2, label="minima, $ab = 1$")
    left.plot(*path.T, ".", color=HEAVY, ms=3, alpha=0.4, mew=0, label="_")
    left.plot([], [], ".", color=HEAVY, ms=6, label="label noise")
    left.plot(*path[0], "o", color=HEAVY, ms=6)
    left.plot(1, 1, "*", color=SHARP, ms=12, label="the flattest")
    left.set(xlim=(0.3, 2.3), ylim=(0.3, 1.7), xlabel="$a$", ylabel="$b$")
    left.legend(fontsize=9)
    right.plot(steps, traces.T, color=HEAVY, lw=0.5, alpha=0.35)
    right.plot([], [], color=HEAVY, lw=1, label="paths")
    right.plot(steps, label.flow(eta, spread, steps), "--", color=THEORY, lw=1.6, label="flow of the regulariser")
    right.set(xlabel="step", ylabel="trace of the Hessian")
    right.legend(fontsize=9)
    return figure


def rates(seen: Mapping[float, Measured]):
    """Speed along the minima in units of eta^2 s^2, against eta times the sharpness."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    grid = np.linspace(0, 1.75, 200)
    axes.plot(grid, label.predicted_rate(grid), "--", color=THEORY, lw=1.4, label=r"$1/(1 - \eta\ell/2)$")
    axes.axhline(1, color=THEORY, ls=":", lw=1.2, label="linear scaling")
    _points(axes, seen)
    axes.set(xlabel=r"$\eta \ell$, step size times sharpness", ylabel=r"speed over $\eta^2 s^2$", ylim=(0, 6))
    axes.legend()
    return figure


def between(seen: Mapping[float, Measured], shown: Sequence[float]):
    """Left: the regulariser, less its least value, along the line of minima. Right: where paths settle, against eta."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
    t = np.linspace(0.05, 0.6, 500)
    for eta, colour in zip(shown, (HEAVY, LIGHT, SHARP)):
        r = label.regulariser(t, eta)
        left.plot(t, r - r.min(), color=colour, label=rf"$\eta = {eta:g}$")
        left.plot(label.stationary(eta), 0, "o", color=colour, ms=5)
    left.set(xlabel="$t$, along the minima", ylabel="$R$, above its least", ylim=(-0.03, 0.5))
    left.legend(fontsize=9, loc="upper left", bbox_to_anchor=(0.18, 1.0))
    grid = np.linspace(0.01, 0.78, 120)
    right.plot(grid, [label.stationary(eta) for eta in grid], "--", color=THEORY, lw=1.4, label="least regulariser")
    _points(right, seen)
    for level, name in ((_LOG2, "least trace"), (_LOG4, "least largest eigenvalue")):
        right.axhline(level, color=LANDSCAPE, ls=":", lw=1.2)
        right.text(0.4, level + 0.009, name, fontsize=9, color=LANDSCAPE, ha="center")
    right.set(xlabel=r"step size $\eta$", ylabel="$t$ in the long run", ylim=(0.2, 0.5))
    right.legend(fontsize=9, loc="center right")
    return figure


def sparse_truth(steps: np.ndarray, errors: np.ndarray, descended: float, falls: np.ndarray, predicted: np.ndarray):
    """Left: distance from the sparse truth, shape (times, replicates), beside that of gradient descent. Right: by how much
    log|w| fell where the truth is zero, mean over replicates, against what is predicted."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
    left.plot(steps, errors, color=HEAVY, lw=0.5, alpha=0.4)
    left.plot([], [], color=HEAVY, lw=1, label="label noise")
    left.axhline(descended, color=SHARP, ls="--", lw=1.4, label="gradient descent")
    left.set(yscale="log", xlabel="step", ylabel=r"$\|w^2 - u\|^2$")
    left.locator_params(axis="x", nbins=4)
    left.legend(fontsize=9)
    end = 1.05 * max(predicted.max(), falls.mean(axis=0).max())
    right.plot([0, end], [0, end], "--", color=THEORY, lw=1.2)
    spread = falls.std(axis=0, ddof=1) / np.sqrt(len(falls))
    right.errorbar(predicted, falls.mean(axis=0), 1.96 * spread, fmt="o", ms=3, color=HEAVY, lw=0.6, alpha=0.7)
    right.set(xlabel=r"fall of $\log|w_j|$, predicted", ylabel="seen", xlim=(0, end))
    return figure


def _points(axes: Axes, seen: Mapping[float, Measured]) -> None:
    """Measured values with their 95 % intervals."""
    values, halves = ([m.value for m in seen.values()], [m.bound(0.975) for m in seen.values()])
    axes.errorbar(list(seen), values, halves, fmt="o", color=HEAVY, capsize=3)
