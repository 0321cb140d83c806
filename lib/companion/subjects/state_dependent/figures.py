"""Figures of the chapter on state-dependent noise."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, LANDSCAPE, SHARP, THEORY, WIDE, plain_log
from companion.subjects.common.approach import Approach
from companion.subjects.state_dependent.paths import Distances
from companion.subjects.state_dependent.study import Setting, Shares

_ETA = r"learning rate $\eta$"


def landscape(s: Setting):
    """f, and sigma over it."""
    figure, axes = plt.subplots(figsize=(7.2, 3.2))
    x = np.linspace(*s.f.bounds, 400)
    axes.plot(x, s.f.value(x), color=LANDSCAPE, label="$f$")
    axes.plot(s.f.minima, s.f.value(s.f.minima), "o", color=THEORY)
    axes.plot(x, s.sgd(0.01).amplitude(x), color=SHARP, label=r"$\sigma$")
    axes.set(xlabel="$x$")
    axes.legend()
    return figure


def approach(found: dict[str, Approach], frozen: dict[str, float]):
    """Exact mean exit times over the limit's, with what the amplitude of the minimum alone would tend to, dashed."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for (name, values), colour in zip(found.items(), (WIDE, SHARP)):
        axes.plot(values.etas, values.values, "-o", color=colour, label=name)
        axes.axhline(frozen[name], color=colour, lw=1, ls="--")
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=_ETA, ylabel=r"$E\sigma_i \; q_i \lambda(\eta)$")
    axes.legend()
    return figure


def shares(found: Shares, limit: float, frozen: float):
    """The left well's share among the wide ones, and that of the narrow well."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4))
    left.plot(found.left.etas, found.left.values, "-o", color=WIDE)
    lines = {"limit chain": (limit, "-"), "amplitude of the minimum": (frozen, "--"), "amplitude one": (0.5, ":")}
    for name, (level, style) in lines.items():
        left.axhline(level, color=THEORY, lw=1, ls=style, label=name)
    left.set(xscale="log", xlabel=_ETA, ylabel="share of the left well", ylim=(0.45, 1.0))
    left.legend(loc="center left")
    right.plot(found.narrow.etas, found.narrow.values, "-o", color=SHARP)
    right.set(xscale="log", yscale="log", xlabel=_ETA, ylabel="share of the narrow well")
    return figure


def paths(s: Setting, found: dict[float, Distances]):
    """One path at each learning rate on the clock of the limit chain, over the chain's path read off its marks."""
    figure, panels = plt.subplots(1, len(found), figsize=(3.0 * len(found), 3.2), sharey=True, squeeze=False)
    for axes, (eta, one) in zip(panels[0], found.items()):
        axes.plot(one.times, one.path, ".", color=HEAVY, ms=1, rasterized=True)
        axes.step(one.times, s.f.minima[one.marks], where="post", color=SHARP, lw=1.4)
        axes.set_title(rf"$\eta = {eta:g}$", loc="left")
        axes.set_xlabel(r"$t$, in units of $1/\lambda^*$")
    panels[0, 0].set_ylabel("$x$")
    return figure


def distances(found: dict[float, Distances]):
    """Mean distance from the chain's path against the learning rate, and what it should be."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    etas = np.array(list(found))
    means = [one.mean for one in found.values()]
    bars = 1.96 * np.array([m.stderr for m in means])
    axes.errorbar(etas, [m.value for m in means], bars, fmt="o", color=HEAVY, capsize=2, label="its own chain's path")
    axes.plot(etas, [one.expected for one in found.values()], color=THEORY, label="exact kernel")
    others = [one.other.mean() for one in found.values()]
    axes.plot(etas, others, "s", color=SHARP, mfc="none", label="another path's chain")
    axes.set(xscale="log", yscale="log", xlabel=_ETA, ylabel="time-averaged distance")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.legend()
    return figure
