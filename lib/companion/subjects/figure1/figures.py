"""The paper's Figure 1: where paths spend their time, and typical trajectories."""

from __future__ import annotations

import heavysgd as hs
import matplotlib.pyplot as plt
import numpy as np

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY


def histograms_and_paths(f: hs.Landscape, cases: dict[str, tuple[hs.Occupation, np.ndarray]], every: int):
    """One row a case: histogram of visited places on the left, one trajectory on the right."""
    figure, rows = plt.subplots(len(cases), 2, figsize=(7.2, 1.75 * len(cases)), width_ratios=(1, 1.4), sharex="col")
    for (left, right), (name, (occupation, path)) in zip(rows, cases.items()):
        colour = LIGHT if name.startswith("light") else HEAVY
        density = occupation.counts / occupation.counts.sum() / np.diff(occupation.edges)
        left.stairs(density, occupation.edges, fill=True, color=colour)
        left.set(xlim=f.bounds, yticks=[])
        left.set_title(name, loc="left", fontsize=10)
        drawn = {"color": colour, "lw": 2.0 if np.ptp(path) < 0.1 else 0.5, "zorder": 3}  # one that stays is a thin line
        right.plot(np.arange(path.size) * every, path, rasterized=True, **drawn)
        right.set(ylim=f.bounds, ylabel="$X_n$")
        for i in range(f.size):
            right.axhline(f.minima[i], color=THEORY, lw=0.5, ls=":")
            left.axvline(f.minima[i], color=THEORY, lw=0.5, ls=":")
        for s in f.maxima:
            right.axhline(s, color=SHARP, lw=0.5, alpha=0.6)
    rows[-1, 0].set_xlabel("$x$")
    rows[-1, 1].set_xlabel("iteration $n$")
    return figure
