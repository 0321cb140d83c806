"""Figures of the chapter on power-law dynamics."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY, WIDE, plain_log
from companion.subjects.common.approach import Approach
from companion.subjects.power_law.digits import Line
from companion.subjects.power_law.study import ANTI, ITO, Dynamics, kesten, student

_COLOURS = {ITO: WIDE, ANTI: SHARP}
_NAMES = {ITO: "Itô", ANTI: "anti-Itô"}


def densities(kappa: float):
    """Exact stationary densities by convention, and the power laws of C."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for convention, colour in _COLOURS.items():
        one = Dynamics(kappa, convention)
        w = np.geomspace(0.3, 6, 200) / np.sqrt(one.steepness)
        density = hs.exact.stationary(one.wide(), tolerance=1e-4).density
        axes.plot(w, density(w), color=colour, label=f"{_NAMES[convention]}, exact")
        axes.plot(w, density(np.zeros(1)) * one.c(w) ** -one.exponent, color=THEORY, lw=1, ls="--")
    plain = 1 / np.sqrt(2 * np.pi * 0.005) * np.exp(-(w**2) / 0.01)
    axes.plot(w, plain, color=LIGHT, lw=1.2, label="noise of variance $C(0)$")
    axes.set(xscale="log", yscale="log", xlabel="$w$", ylabel="stationary density", ylim=(3e-4, 10))
    plain_log(axes.xaxis)
    axes.legend()
    return figure


def escapes(ratios: Sequence[float], found: np.ndarray, exponents: dict[float, Approach], kappa: float):
    """Left: escape times against the barrier. Right: exact local exponents of the escape time in C(a)."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
    barrier = np.asarray(ratios) - 1
    left.plot(barrier, found[0], "-o", color=HEAVY, label="$C(w)$")
    shown = np.isfinite(found[1])
    left.plot(barrier[shown], found[1][shown], "-s", color=LIGHT, label="$C(0)$ throughout")
    left.set(xscale="log", yscale="log", xlabel=r"barrier $\Delta L$, in units of $H\sigma_g / 2\sigma_H$")
    left.set_ylabel("mean escape time, steps")
    left.legend()
    for convention, values in exponents.items():
        right.plot(values.etas, values.values, "-o", color=_COLOURS[convention], label=_NAMES[convention])
        right.axhline(kappa + 0.5 - convention, color=_COLOURS[convention], lw=1, ls="--")
    right.set(xscale="log", xlabel="$C(a) / C(0)$", ylabel="local exponent", ylim=(0.8, 2.2))
    right.legend(loc="center right")
    return figure


def sharpness(curvatures: Sequence[float], times: np.ndarray, slope: float):
    """H tau against 1/H, and a line of the predicted slope through the last point."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    u = 1 / np.asarray(curvatures)
    axes.plot(u, times, "o", color=HEAVY, label="exact")
    axes.plot(u, times[-1] * np.exp(slope * (u - u[-1])), color=THEORY, lw=1.2, ls="--", label="predicted slope")
    axes.set(yscale="log", xlabel="flatness $1/H$", ylabel=r"$H \tau$")
    axes.legend()
    return figure


def tails(found: dict[float, Measured], batch: int = 1):
    """Tail index against the learning rate: Kesten's, Student's by convention, and Hill's estimates."""
    figure, axes = plt.subplots(figsize=(7.0, 3.8))
    etas = np.linspace(0.15, 0.9, 24)
    axes.plot(etas, [kesten(eta, batch) for eta in etas], color=THEORY, label="Kesten's index")
    for convention, colour in _COLOURS.items():
        axes.plot(
            etas, [student(eta, batch, convention) for eta in etas], color=colour, lw=1.2, ls="--", label=_NAMES[convention]
        )
    values = np.array([[m.value, 1.96 * m.stderr] for m in found.values()]).T
    axes.errorbar(list(found), values[0], values[1], fmt="o", color=LIGHT, capsize=2, label="simulated, Hill")
    axes.set(xlabel=r"learning rate $\eta$", ylabel="tail index", ylim=(0, 9))
    axes.legend()
    return figure


def lines(found: dict[str, Line]):
    """The trace of the covariance along lines through the minimum, and the parabola of each."""
    figure, panels = plt.subplots(1, len(found), figsize=(3.1 * len(found), 3.3))
    for axes, (name, line) in zip(panels, found.items()):
        axes.plot(line.t, line.values, "o", color=HEAVY, ms=4)
        axes.plot(line.t, np.polyval(line.parabola, line.t), color=THEORY, lw=1.2)
        axes.set_title(name, loc="left")
        axes.set_xlabel("$t$")
    panels[0].set_ylabel("$C(t)$")
    return figure
