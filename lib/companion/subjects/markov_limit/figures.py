"""Figures of Theorem 3: paths on the limit's clock, laws at fixed times."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, JUMP_COLOURS, SHARP, THEORY, WIDE
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


def laws_in_time(runs: dict[str, Run], times: Sequence[float], horizon: float):
    """P(X in Omega_j) at several times for several runs over the rows of exp(tQ); one panel a widest minimum."""
    first = next(iter(runs.values()))
    chain, size = first.chain, first.sgd.landscape.size
    grid = np.linspace(0, horizon, 200)
    limit = study.limit_laws(chain, first.start, grid, size)
    figure, panels = plt.subplots(1, chain.states.size, figsize=(7.2, 3.2), sharey=True)
    for axes, state in zip(panels, chain.states):
        axes.plot(grid, limit[:, state], color=THEORY, lw=1.2, label=r"$e^{tQ}$")
        for (name, run), colour, marker in zip(runs.items(), _COLOURS, "^vDos"):
            law = study.laws(run, times)[:, state]
            error = 1.96 * np.sqrt(law * (1 - law) / run.hops.origin.size)
            axes.errorbar(times, law, error, color=colour, marker=marker, ls="none", capsize=2, ms=4, label=name)
        axes.set_title(rf"$\Omega_{{{state + 1}}}$", loc="left")
        axes.set(xlabel=r"$t$", ylim=(0, 1))
    panels[0].set_ylabel(r"$P(X_{\lfloor t/\lambda^*\rfloor} \in \Omega_j)$")
    panels[0].legend(fontsize=9)
    return figure
