"""Figure of the page on the wrapper: how long updates are."""

from __future__ import annotations

import matplotlib.pyplot as plt

from companion.press.style import HEAVY, SHARP, THEORY


def lengths(cut, free, b: float):
    """Lengths of updates over the steps, with truncation and without, and the threshold."""
    figure, axes = plt.subplots(figsize=(7.2, 3.4))
    axes.plot(free, "o", color=SHARP, ms=3, mew=0, alpha=0.6, label="without truncation")
    axes.plot(cut, "o", color=HEAVY, ms=3, mew=0, alpha=0.8, label=f"$b = {b:g}$")
    axes.axhline(b, color=THEORY, lw=1, ls="--")
    axes.set(xlabel="step", ylabel="length of the update", yscale="log")
    axes.legend()
    return figure
