"""Figure of how often truncation acts."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.deep import ParetoFactor
from heavysgd.inference import Measured

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY
from companion.subjects.networks.truncation import Watched, chances


def shares(steps: Watched, settings: dict[str, tuple[float, ParetoFactor]], here: str, found: Measured):
    """Share of steps cut by the threshold on the gradient's norm, a curve for each law of Z; settings as named dots."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    clips, factors = np.geomspace(1, 300, 60), dict.fromkeys(factor for _, factor in settings.values())
    for factor, drawn in zip(factors, (HEAVY, LIGHT, SHARP)):
        expected = [chances(steps, clip, factor).mean() for clip in clips]
        axes.plot(clips, expected, color=drawn, label=f"$c = {factor.c:g}$")
    for name, (clip, factor) in settings.items():
        share = chances(steps, clip, factor).mean()
        axes.plot(clip, share, "o", color=THEORY, mfc="white", ms=7)
        offset, side = ((7, 6), "left") if name == here else ((-7, -13), "right")
        axes.annotate(name, (clip, share), xytext=offset, textcoords="offset points", ha=side, fontsize=9)
    clip, half = settings[here][0], found.bound(0.975)
    axes.errorbar(clip, found.value, half, fmt="o", color=THEORY, ms=4, capsize=3, label="counted")
    axes.set(xscale="log", yscale="log", ylim=(1e-4, 1.5))
    axes.set(xlabel=r"threshold $b/\eta$ on the gradient's norm", ylabel="share of updates cut")
    axes.legend()
    return figure
