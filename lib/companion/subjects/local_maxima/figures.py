"""Figures of the chapter on local maxima."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured

from companion.press.style import HEAVY, LANDSCAPE, LIGHT, SHARP, THEORY, WIDE
from companion.subjects.local_maxima.adaptive import Runs
from companion.subjects.local_maxima.study import Maximum, Net, Preference


def samples(one: Maximum):
    """The two samples' losses and their mean."""
    figure, axes = plt.subplots(figsize=(6.8, 3.4))
    w = np.linspace(-1.2, 1.2, 300)
    g = (one.a + 0.5) * w**2 / 2
    axes.plot(w, one.f.value(w) + g, color=WIDE, lw=1.2, label=f"$x = {one.a:g}$")
    axes.plot(w, one.f.value(w) - g, color=LIGHT, lw=1.2, label=f"$x = {-one.a - 1:g}$")
    axes.plot(w, one.f.value(w), color=LANDSCAPE, lw=2, label="mean loss")
    axes.plot(0, 0, "o", color=SHARP)
    axes.set(xlabel="$w$", ylabel="loss", ylim=(-1, 1))
    axes.legend()
    return figure


def exponents(one: Maximum, found: dict[float, Measured], paths: dict[float, np.ndarray]):
    """Left: Lambda against the learning rate, exact (line) and measured. Right: a path of log10|w| at some rates."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    etas = np.linspace(0.02, 0.72, 400)
    left.plot(etas, [one.exponent(eta) for eta in etas], color=THEORY, lw=1.4)
    left.axhline(0, color=LANDSCAPE, lw=0.8)
    left.axvspan(*one.window, color=SHARP, alpha=0.12, lw=0)
    left.errorbar(list(found), [m.value for m in found.values()], 0, fmt="o", color=HEAVY)
    left.set(xlabel=r"learning rate $\eta$", ylabel=r"$\Lambda$", ylim=(-1, 0.1))
    for (eta, path), colour in zip(paths.items(), (WIDE, LIGHT, SHARP)):
        right.plot(np.log10(np.abs(path)), color=colour, lw=1, label=rf"$\eta = {eta:.3g}$")
    right.set(xlabel="step", ylabel=r"$\log_{10}|w|$", ylim=(-60, 2))
    right.legend(loc="lower left")
    return figure


def saddles(one: Maximum, found: dict[float, Measured]):
    """Mean escape times against the learning rate: exact for the random walk (line), simulated, Wald's formula."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    low = one.window[0]
    etas = np.concatenate([np.linspace(0.03, 0.15, 30), low - np.geomspace(low - 0.15, 1e-4, 20)])
    axes.plot(etas, [one.wald(eta) for eta in etas], color=THEORY, lw=1.2, ls="--", label=r"$\log(10^6) / \Lambda$")
    axes.plot(list(found), [one.exact_escape(eta) for eta in found], "_", ms=16, mew=2, color=SHARP, label="exact")
    values = np.array([[m.value, 1.96 * m.stderr] for m in found.values()]).T
    axes.errorbar(list(found), values[0], values[1], fmt="o", color=HEAVY, capsize=2, label="simulated")
    axes.axvline(low, color=LANDSCAPE, lw=0.8, ls=":")
    axes.set(yscale="log", xlabel=r"learning rate $\eta$", ylabel="steps until away from 0")
    axes.legend(loc="upper left")
    return figure


def preferences(c: float, near: dict[float, Measured], spread: dict[float, Measured], threshold: float):
    """Left: the two minima and the samples. Right: shares of paths that end at the sharp minimum."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    x = np.linspace(-3.0, 1.5, 400)
    f = Preference(c, 0.05).sgd.landscape
    g = np.where(x < 0, c * x**2 * (x + 2) ** 2 / 8, 0.0)
    left.plot(x, f.value(x) + g, color=WIDE, lw=1, label="samples")
    left.plot(x, f.value(x) - g, color=WIDE, lw=1)
    left.plot(x, f.value(x), color=LANDSCAPE, lw=2, label="mean loss")
    left.set(xlabel="$w$", ylabel="loss", ylim=(-1.5, 3))
    left.legend(loc="upper left")
    right.plot(list(near), [m.value for m in near.values()], "o", color=HEAVY, label="from beside the flat minimum")
    right.plot(
        list(spread), [m.value for m in spread.values()], "s", mfc="none", color=LIGHT, label="from all of its basin"
    )
    right.axvline(threshold, color=THEORY, lw=1.2, ls="--", label=r"$\Lambda = 0$ there")
    right.set(xlabel=r"learning rate $\eta$", ylabel="share at the sharp minimum", ylim=(-0.05, 1.05))
    right.legend(loc="upper left", fontsize=9)
    return figure


def adaptive(plain: Runs, window: tuple[float, float], steep: Runs, s: np.ndarray, found: np.ndarray):
    """AMSGrad's runs by the learning rate that each has come to; right, with momentum, over the Lyapunov exponent."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    _dots(left, plain)
    left.axvspan(*window, color=SHARP, alpha=0.12, lw=0)
    left.set(xlabel=r"$s = \eta / \sqrt{\max V}$ at the end", title=r"$a = 2$, $\beta_1 = 0$")
    left.set_yticks([0, 1], ["away", "at the\nmaximum"])
    _dots(right, steep)
    right.set_yticks([0, 1], ["away", "at the\nmaximum"])
    right.set(xlabel=r"$s$ at the end", title=r"$a = 10$, $\beta_1 = 0.9$")
    other = right.twinx()
    other.plot(s, found, color=THEORY, lw=1.2)
    other.axhline(0, color=LANDSCAPE, lw=0.8)
    other.set(ylabel=r"$\Lambda(s)$", ylim=(-0.02, 0.06), xscale="log", xlim=(s.min(), s.max()))
    other.grid(False)
    return figure


def _dots(axes, runs: Runs):
    jitter = 0.08 * np.sin(np.arange(runs.s.size) * 2.4)
    axes.plot(runs.s, runs.at_maximum + jitter, ".", ms=3, color=HEAVY)
    axes.set(xscale="log", ylim=(-0.3, 1.3))


def nets(etas: Sequence[float], at_saddle: dict[float, Measured]):
    """Both Lyapunov exponents at the saddle against the learning rate, and where runs end."""
    figure, axes = plt.subplots(figsize=(6.8, 3.6))
    both = np.array([Net(eta).exponents for eta in etas])
    axes.plot(etas, both[:, 0], color=WIDE, label="along $w_1 = w_2$")
    axes.plot(etas, both[:, 1], color=LIGHT, label="along $w_1 = -w_2$")
    axes.axhline(0, color=LANDSCAPE, lw=0.8)
    axes.axvspan(1 / 6, 1 / 2, color=SHARP, alpha=0.12, lw=0)
    axes.set(xlabel=r"learning rate $\eta$", ylabel=r"$\Lambda$", ylim=(-1.2, 0.4))
    right = axes.twinx()
    right.plot(list(at_saddle), [m.value for m in at_saddle.values()], "o", color=HEAVY, label="share at the saddle")
    right.set(ylabel="share of runs at the saddle", ylim=(-0.05, 1.05))
    right.grid(False)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 0.12))
    return figure
