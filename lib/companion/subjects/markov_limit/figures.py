"""Figures of Theorem 5: paths on the limit's clock, laws at fixed times, rates. Limits are dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured

from companion.press.style import HEAVY, JUMP_COLOURS, SHARP, THEORY, WIDE, plain_log
from companion.subjects.common.approach import Approach
from companion.subjects.common.chain_run import Run
from companion.subjects.markov_limit import study

_COLOURS = [JUMP_COLOURS[k] for k in (2, 3, 4, 5, 1)]


def paths_on_the_clock(f: hs.Landscape, paths: dict[str, np.ndarray], horizon: float, limit: hs.theory.JumpPath, wide):
    """Rows of X at t / lambda*, and one of the limit chain below; widest minima are solid lines."""
    figure, rows = plt.subplots(len(paths) + 1, 1, figsize=(7.2, 1.6 * (len(paths) + 1)), sharex=True, sharey=True)
    for axes, (name, path) in zip(rows, paths.items()):
        axes.plot(np.linspace(0, horizon, path.size), path, color=HEAVY, lw=0.5, rasterized=True)
        axes.set_title(name, loc="left", fontsize=10)
        axes.set_ylabel("$X$")
    places = np.where(limit.states >= 0, f.minima[limit.states], np.nan)
    rows[-1].step([*limit.times, horizon], [*places, places[-1]], where="post", color=THEORY)
    rows[-1].set_title("a path of the limit chain $Y$", loc="left", fontsize=10)
    rows[-1].set(ylabel="$Y$", xlabel=r"time in units of $1/\lambda^*(\eta)$", xlim=(0, horizon), ylim=f.bounds)
    for axes in rows:
        for i, minimum in enumerate(f.minima):
            axes.axhline(minimum, color=WIDE if i in wide else SHARP, lw=0.5, ls="-" if i in wide else ":")
    return figure


def laws_in_time(exact: Mapping[float, np.ndarray], grid: np.ndarray, limit: np.ndarray, run: Run, times: Sequence[float]):
    """P(X in Omega_j) against time, a panel a wide minimum: exact at several learning rates, exp(tQ), one simulation."""
    states = run.chain.states
    figure, panels = plt.subplots(1, states.size, figsize=(7.2, 3.2), sharey=True)
    seen = study.laws(run, times)
    for axes, state in zip(panels, states):
        for (eta, law), colour in zip(exact.items(), _COLOURS):
            axes.plot(grid, law[:, state], color=colour, lw=1.2, label=rf"$\eta = {eta:g}$")
        axes.plot(grid, limit[:, state], "--", color=THEORY, lw=1.2, label=r"$e^{tQ}$")
        share = seen[:, state]
        error = 1.96 * np.sqrt(share * (1 - share) / run.hops.origin.size)
        axes.errorbar(times, share, error, color=THEORY, marker="o", ls="none", capsize=2, ms=4, label="simulated")
        axes.set_title(rf"$\Omega_{{{state + 1}}}$", loc="left")
        axes.set(xlabel=r"$t$", ylim=(0, 1))
    panels[0].set_ylabel(r"$P(X_{\lfloor t/\lambda^*\rfloor} \in \Omega_j)$")
    panels[1].legend(fontsize=9)
    return figure


def approach(series: Mapping[str, Approach]):
    """Total variation distances between exact laws and limits against the learning rate."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    for (name, found), colour, style in zip(series.items(), (HEAVY, SHARP, THEORY), ("-", "--", ":")):
        axes.plot(found.etas, found.values, style, color=colour, marker=".", label=name)
    axes.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="total variation distance")
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def rates(etas, exact: Mapping[str, np.ndarray], limits: Mapping[str, float], points: Mapping[str, tuple[float, Measured]]):
    """Rates between wide basins over the limit's: exact (lines), simulated (points), the limit (dashed)."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    for (name, values), colour in zip(exact.items(), _COLOURS):
        axes.plot(etas, values / limits[name], color=colour, label=name)
        if name in points:
            eta, found = points[name]
            ratio = found.scaled(1 / limits[name])
            axes.errorbar(eta, ratio.value, 1.96 * ratio.stderr, color=colour, marker="o", capsize=2)
    axes.axhline(1, color=THEORY, ls="--", lw=1.2, label="limit")
    axes.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="rate over the limit's", ylim=(0, None))
    axes.legend()
    return figure
