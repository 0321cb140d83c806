"""Figures of the chapter on low precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from scipy.stats import norm

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY
from companion.subjects.low_precision.digits import Found
from companion.subjects.low_precision.study import Chain, temperature

_COLOURS = {"full": HEAVY, "naive": SHARP, "corrected": LIGHT}
_NAMES = {"full": "full accumulators", "naive": "naive", "corrected": "variance-corrected"}


def variances(etas: Sequence[float], seen: Mapping[tuple[str, float], Measured]):
    """Left: variance in the long run against the step size, exact (lines) and simulated. Right: distance to the target."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
    for kind, colour in _COLOURS.items():
        wide = {"lw": 5, "alpha": 0.4} if kind == "full" else {"lw": 1.4}  # the corrected chain's lies upon it
        left.plot(etas, [Chain(kind, eta).variance() for eta in etas], color=colour, label=_NAMES[kind], **wide)
        points = {eta: m for (k, eta), m in seen.items() if k == kind}
        bars = [m.bound(0.975) for m in points.values()]
        left.errorbar(list(points), [m.value for m in points.values()], bars, fmt="o", ms=4, color=colour, capsize=2)
    left.plot(etas, [temperature(eta) for eta in etas], "--", color=THEORY, lw=1.2, label=r"$\Delta/\sqrt{\pi\eta}$")
    left.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", ylabel="variance (target: 1)")
    left.legend(fontsize=9)
    for kind in ("naive", "corrected"):
        right.plot(etas, [Chain(kind, eta).distance() for eta in etas], color=_COLOURS[kind], label=_NAMES[kind])
    right.axhline(Chain("naive", 1e-3).spacing / np.sqrt(12), color=THEORY, ls=":", lw=1.2, label=r"$\Delta/\sqrt{12}$")
    right.set(xscale="log", yscale="log", xlabel=r"step size $\eta$", ylabel="$W_2$ from the target")
    right.legend(fontsize=9)
    return figure


def laws(eta: float):
    """The exact laws on the grid beside the target, as densities."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    for kind in ("naive", "corrected"):
        positions, law = Chain(kind, eta).law()
        spacing = positions[1] - positions[0]
        axes.step(positions, law / spacing, where="mid", color=_COLOURS[kind], lw=1.4, label=_NAMES[kind])
    x = np.linspace(-5, 5, 400)
    axes.plot(x, norm.pdf(x), "--", color=THEORY, lw=1.2, label="target")
    axes.plot(
        x, norm.pdf(x, scale=np.sqrt(temperature(eta))), ":", color=THEORY, lw=1.2, label=r"target at temperature $T$"
    )
    axes.set(xlim=(-5, 5), xlabel="$w$", ylabel="density")
    axes.legend()
    return figure


def digits(found: Mapping[str, Found]):
    """Each replicate a dot, the mean a bar; settings from top to bottom."""
    shown = (("accuracy", "test accuracy"), ("nll", "negative log-likelihood"), ("calibration", "calibration error"))
    shown += (("variance", "variance of the weights"),)
    figure, panels = plt.subplots(1, 4, figsize=(10, 0.36 * len(found) + 1.2), sharey=True)
    for axes, (what, title) in zip(panels, shown):
        for row, (name, one) in enumerate(found.items()):
            values = getattr(one, what)
            colour = next((c for kind, c in _COLOURS.items() if kind in name), THEORY)
            axes.plot(values, np.full(values.size, row), "o", color=colour, ms=4, alpha=0.5, mew=0)
            axes.plot(values.mean(), row, "|", color=colour, ms=13, mew=2)
        axes.set_xlabel(title, fontsize=9)
        axes.tick_params(axis="x", labelsize=8)
        axes.locator_params(axis="x", nbins=3)
    panels[0].set_yticks(range(len(found)), list(found))
    panels[0].invert_yaxis()
    return figure
