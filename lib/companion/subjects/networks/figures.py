"""Figures of ablations: every run as a dot, methods as rows; maps of settings; measures against each other."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

from companion.press.style import HEAVY, LIGHT, SHARP, THEORY, ink_on, plain_log
from companion.subjects.common.labels import name_points
from companion.subjects.networks import ablation

_LOGARITHMIC = {"sharpness", "train_loss", "maximal_sharpness", "pac_bayes_sharpness", "top_eigenvalue", "trace"}


def colour(method: str) -> str:
    """Blue for the paper's two methods, orange for what should fail, yellow for other noise, grey for the rest."""
    if method.startswith("Our"):
        return HEAVY
    if method == "SB + Noise":
        return SHARP
    return LIGHT if method.startswith(("Z ", "Gaussian")) else THEORY


def strips(runs: ablation.Runs, methods: list[str], measurements: tuple[str, ...]):
    """Each run a dot, the mean a bar; methods from top to bottom, a panel for each measurement."""
    figure, panels = plt.subplots(1, len(measurements), figsize=(7.2, 0.34 * len(methods) + 1.0), sharey=True)
    for axes, what in zip(panels, measurements):
        for row, method in enumerate(methods):
            values = np.array(list(ablation.of(runs, method, what).values()))
            axes.plot(values, np.full(values.size, row), "o", color=colour(method), ms=4, alpha=0.45, mew=0)
            if what in _LOGARITHMIC:
                values = np.log(values)
            centre = np.nanmean(values) if np.isfinite(values).any() else np.nan
            axes.plot(np.exp(centre) if what in _LOGARITHMIC else centre, row, "|", color=colour(method), ms=13, mew=2)
        axes.set(xscale="log" if what in _LOGARITHMIC else "linear")
        axes.set_xlabel(ablation.TITLES[what], fontsize=10 if len(measurements) < 4 else 8.5)
        if what in _LOGARITHMIC:
            _log_ticks(axes.xaxis)
        axes.tick_params(axis="x", labelsize=9)
    panels[0].set_yticks(range(len(methods)), methods)
    panels[0].invert_yaxis()
    return figure


def _log_ticks(axis) -> None:
    """At most three or four numbers, for a narrow panel: powers of ten where there are two, else round numbers between."""
    low, high = axis.get_view_interval()
    plain_log(axis)
    exponents = np.arange(np.floor(np.log10(low)), np.log10(high) + 1)
    ticks = 10.0**exponents
    if ((ticks >= low) & (ticks <= high)).sum() < 2:
        ticks = np.outer(ticks, (1, 1.5, 2, 3, 5, 7)).ravel()
    ticks = ticks[(ticks >= low) & (ticks <= high)]
    axis.set_major_locator(ticker.FixedLocator(ticks[:: (len(ticks) + 2) // 3].tolist()))


def maps(runs: ablation.Runs):
    """Held-out accuracy, expected sharpness and wrong labels learnt over threshold and scale of Z."""
    figure, panels = plt.subplots(1, 3, figsize=(7.2, 3.4), sharey=True)
    shown = (("test_accuracy", "validation accuracy", "viridis"), ("sharpness", ablation.TITLES["sharpness"], "viridis_r"))
    shown += (("memorised", ablation.TITLES["memorised"], "viridis_r"),)
    for axes, (what, title, colours) in zip(panels, shown):
        clips, scales, found = ablation.grid(runs, what)
        image = axes.imshow(np.log(found) if what == "sharpness" else found, cmap=colours, origin="lower", aspect="auto")
        grounds = image.to_rgba(image.get_array())
        for i, j in np.ndindex(found.shape):
            shown_as = f"{found[i, j]:.3f}".lstrip("0") if what == "sharpness" else f"{100 * found[i, j]:.0f} %"
            axes.text(j, i, shown_as, ha="center", va="center", fontsize=8.5, color=ink_on(grounds[i, j]))
        axes.set(title=title, xlabel="scale $c$ of $Z$")
        axes.set_xticks(range(len(scales)), [f"{c:g}" for c in scales])
        axes.set_yticks(range(len(clips)), [f"{clip:g}" for clip in clips])
        axes.grid(visible=False)
    panels[0].set_ylabel(r"threshold $b/\eta$ on the gradient's norm")
    return figure


def against(runs: ablation.Runs, methods: list[str], x: str, y: str = "test_accuracy", axes=None):
    """One measurement against another: runs as dots, the methods' means named."""
    if axes is None:
        figure, axes = plt.subplots(figsize=(6.4, 4.2))
    means = {}
    for method in methods:
        xs, ys = (np.array(list(ablation.of(runs, method, what).values())) for what in (x, y))
        axes.plot(xs, ys, "o", color=colour(method), ms=3.5, alpha=0.35, mew=0)
        means[method] = (np.exp(np.mean(np.log(xs))) if x in _LOGARITHMIC else xs.mean(), ys.mean())
        axes.plot(*means[method], "o", color=colour(method), ms=7, mec="white")
    axes.set(xlabel=ablation.TITLES[x], ylabel=ablation.TITLES[y], xscale="log" if x in _LOGARITHMIC else "linear")
    if x in _LOGARITHMIC:
        plain_log(axes.xaxis)
    name_points(axes, means)
    return axes.figure


def measures(runs: ablation.Runs, methods: list[str], xs: tuple[str, ...]):
    """Test accuracy against each measure of sharpness."""
    figure, panels = plt.subplots(2, 2, figsize=(8.6, 7.0), sharey=True)
    for axes, x in zip(panels.flat, xs):
        against(runs, methods, x, axes=axes)
    for axes in panels[:, 1]:
        axes.set_ylabel("")
    return figure


def sensitivity(series: dict[str, tuple[list[str], list[ablation.Measured], list[ablation.Measured]]], held: str = "test"):
    """Accuracy on `held` images (above) and expected sharpness (below) as one setting varies: a column for each setting."""
    figure, panels = plt.subplots(2, len(series), figsize=(7.2, 4.4), sharey="row", sharex="col")
    for column, (name, (ticks, accuracy, sharpness)) in enumerate(series.items()):
        for axes, found in zip(panels[:, column], (accuracy, sharpness)):
            values, errors = [m.value for m in found], [m.stderr for m in found]
            axes.errorbar(range(len(ticks)), values, errors, fmt="o-", color=HEAVY, capsize=2, ms=4)
        panels[1, column].set_xticks(range(len(ticks)), ticks, fontsize=8)
        panels[1, column].set(xlabel=name, yscale="log")
    plain_log(panels[1, 0].yaxis)
    panels[0, 0].set_ylabel(f"{held} accuracy")
    panels[1, 0].set_ylabel("expected sharpness")
    return figure


def tails(before: np.ndarray, after: np.ndarray, truncated: np.ndarray):
    """Survival functions of the norm of gradient noise: as it comes, multiplied by Z, and cut."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0))
    shown = (("mini-batch noise", before, THEORY), ("times heavy-tailed $Z$", after, HEAVY), ("and cut", truncated, LIGHT))
    for label, values, drawn in shown:
        ordered = np.sort(values)[::-1]
        axes.plot(ordered, np.arange(1, ordered.size + 1) / ordered.size, color=drawn, label=label)
    axes.set(xscale="log", yscale="log", xlabel="norm of the noise in the gradient", ylabel="share of steps above")
    axes.legend()
    return figure
