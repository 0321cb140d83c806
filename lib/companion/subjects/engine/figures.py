"""Figures of the chapter on the engine: time per step, ours and peers', and what it depends on."""

from __future__ import annotations

import statistics

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator

from companion.press.style import HEAVY, LIGHT, plain_log


def peers(bench: dict):
    """Nanoseconds per trajectory-step, median with the minimum marked, on a logarithmic axis."""
    times = bench["nanoseconds_per_step"]
    names = sorted(times, key=lambda name: statistics.median(times[name]), reverse=True)
    figure, axes = plt.subplots(figsize=(7.2, 0.32 * len(names) + 0.8))
    medians = [statistics.median(times[name]) for name in names]
    colours = [HEAVY if name.startswith("heavysgd") else LIGHT for name in names]
    axes.barh(names, medians, color=colours, height=0.7)
    axes.plot([min(times[name]) for name in names], names, "|", color="black", ms=9)
    for name, value in zip(names, medians):
        axes.text(value * 1.06, name, f"{value:.3g}" if value < 1000 else f"{value:.0f}", va="center", fontsize=9)
    axes.set(xscale="log", xlabel="ns per trajectory-step", xlim=(1, 2 * max(medians)))
    plain_log(axes.xaxis)
    axes.xaxis.set_major_locator(LogLocator(base=10))
    axes.grid(axis="y", visible=False)
    return figure


def scaling(bench: dict, space: dict):
    """Nanoseconds per trajectory-step against the number of paths, of jumps an exit takes, of basins, of coordinates."""
    figure, panels = plt.subplots(2, 2, figsize=(7.2, 5.4))
    panels = panels.ravel()
    for axes, (by, curve) in zip(panels, (bench["scaling"] | {"coordinates": space["coordinates"]}).items()):
        sizes = [int(size) for size in curve]
        axes.plot(sizes, [statistics.median(values) for values in curve.values()], "o-", color=HEAVY)
        highest = max(statistics.median(values) for values in curve.values())
        axes.set(xlabel=f"number of {by}", ylim=(0, 1.08 * highest))
    panels[0].set(xscale="log", yscale="log", ylim=(1, 1.5 * panels[0].get_ylim()[1]))
    for axes in panels[::2]:
        axes.set_ylabel("ns per trajectory-step")
    panels[1].set(xticks=[1, 2, 3])
    panels[2].set_xscale("log", base=2)
    panels[2].set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
    return figure
