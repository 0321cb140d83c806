"""Figures that more than one chapter draws: laws and means of exits, survival, regimes of the threshold."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from scipy import stats

from companion.press.style import JUMP_COLOURS, SHARP, THEORY, WIDE, ink_on, plain_log
from companion.subjects.common.approach import Approach
from companion.subjects.common.chain_run import FirstMoves
from companion.subjects.common.exit_study import ExitStudy

_COLOURS = [JUMP_COLOURS[k] for k in (2, 3, 4, 5, 1)]


def threshold_label(b: float | None) -> str:
    """How a threshold is written in legends."""
    return "no truncation" if b is None else f"$b = {b:g}$"


def approach(series: dict[str, ExitStudy]):
    """Measured over predicted mean exit time as the learning rate falls."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    colours = [*JUMP_COLOURS.values(), THEORY]
    for k, (name, study) in enumerate(series.items()):
        style = {"marker": "osD^v<"[k], "color": colours[k], "capsize": 2, "lw": 1}
        axes.errorbar(study.etas, study.ratios, 1.96 * study.ratio_stderrs, label=name, **style)
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="measured / predicted mean")
    etas = np.concatenate([study.etas for study in series.values()])
    if etas.max() < 30 * etas.min():
        plain_log(axes.xaxis)
    axes.set_ylim(0, None)
    axes.legend()
    return figure


def towards_one(found: dict[str, Approach], limits: dict[str, Measured], what: str):
    """Exact values over their limits as the learning rate falls; hollow, at the left, what they tend to (99.9 %)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    colours = [*JUMP_COLOURS.values(), THEORY]
    least = min(ratio.etas.min() for ratio in found.values())
    for k, (name, ratio) in enumerate(found.items()):
        colour, marker, limit = colours[k], "osD^v<"[k], limits[name]
        axes.plot(ratio.etas, ratio.values, "-", lw=1.2, label=name, color=colour, marker=marker)
        place, error = least / 4 / 1.6**k, 3.29 * limit.stderr
        axes.errorbar(place, limit.value, error, mfc="none", capsize=2, color=colour, marker=marker)
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=what)
    axes.legend()
    return figure


def exponential_quantiles(samples: dict[str, np.ndarray]):
    """Exit times over their mean against quantiles of Exp(1)."""
    figure, axes = plt.subplots(figsize=(5.2, 4.6))
    top = 0.0
    for (name, times), colour in zip(samples.items(), JUMP_COLOURS.values()):
        theory = stats.expon.ppf((np.arange(times.size) + 0.5) / times.size)
        axes.plot(theory, np.sort(times) / times.mean(), ".", ms=3, color=colour, label=name)
        top = max(top, theory[-1])
    axes.plot([0, top], [0, top], color=THEORY, lw=1)
    axes.set(xlabel="quantile of Exp(1)", ylabel="exit time / mean exit time")
    axes.legend()
    return figure


def survival(moves: dict[str, FirstMoves], rates: dict[str, float], what: str):
    """Share of paths not yet gone against time, over the exponential law predicted; logarithmic."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    for (name, found), colour in zip(moves.items(), _COLOURS):
        times = np.sort(found.times[found.ended])
        axes.step(times, 1 - np.arange(1, times.size + 1) / found.times.size, where="post", color=colour, label=name)
    for (name, rate), style in zip(rates.items(), ("-", "--", ":")):
        grid = np.linspace(0, max(found.horizon for found in moves.values()), 100)
        axes.plot(grid, np.exp(-rate * grid), color=THEORY, lw=1.2, ls=style, label=name)
    axes.set(yscale="log", xlabel=r"time in units of $1/\lambda^*(\eta)$", ylabel=what, ylim=(5e-3, 1.1))
    axes.legend()
    return figure


def regimes(f: hs.Landscape, found: list[hs.theory.Regime], axes=None):
    """For every threshold and minimum: survives (blue), swept out by its own class (orange), its class is left (grey)."""
    figure = None
    if axes is None:
        figure, axes = plt.subplots(figsize=(7.2, 2.6))
    for regime in found:
        for c in regime.classes:
            for i in c.members:
                colour = WIDE if i in regime.survivors else SHARP if c.absorbing else "#BDBDBD"
                axes.barh(i, regime.high - regime.low, left=regime.low, height=0.8, color=colour, lw=0)
                if regime.high - regime.low > 0.03 * (found[-1].high - found[0].low):
                    centre = (regime.low + regime.high) / 2
                    style = {"ha": "center", "va": "center", "fontsize": 9, "color": ink_on(colour)}
                    axes.text(centre, i, f"{regime.jumps[i]:.0f}", **style)
        axes.axvline(regime.low, color="#FCFCFA", lw=0.8)
    axes.set(yticks=range(f.size), yticklabels=[f"$m_{i + 1}$" for i in range(f.size)])
    axes.set(xlim=(found[0].low, found[-1].high), xlabel="truncation threshold $b$")
    axes.grid(False)
    return figure
