"""Figures of the chapter without sampling."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.inference import Measured
from matplotlib.lines import Line2D

from companion.ledger.digits import number
from companion.press.style import HEAVY, JUMP_COLOURS, LIGHT, SHARP, THEORY, WIDE, plain_log
from companion.subjects.common.figures import threshold_label
from companion.subjects.without_sampling.classes import Leaving
from companion.subjects.without_sampling.correction import Compared, Crossings
from companion.subjects.without_sampling.study import Exits, Laws, Whole

_ETA = r"learning rate $\eta$"
_ALPHA = {1.2: HEAVY, 1.5: LIGHT, 1.8: SHARP}


def profiles(shapes: dict[float | None, tuple[np.ndarray, np.ndarray]], jumps: dict[float | None, int], ends):
    """By what share exits from x come sooner than from the minimum; dotted lines are whole cut steps before the ends."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for b, (x, values) in shapes.items():
        colour = JUMP_COLOURS[jumps[b]]
        axes.plot(x, values, color=colour, label=threshold_label(b))
        if b is not None:
            steps = [end + side * k * b for end, side in zip(ends, (1, -1)) for k in range(1, jumps[b] + 1)]
            for place in (s for s in steps if ends[0] < s < ends[1]):
                axes.axvline(place, color=colour, lw=0.8, ls=":")
    axes.set(xlabel="starting point $x$", ylabel=r"$1 - E_x \sigma \,/\, E_{m_2} \sigma$")
    axes.set(yscale="log", xlim=ends, ylim=(1e-4, 1.5))
    axes.legend(loc="upper center")
    return figure


def approach(found: list[Exits], limits: list[Measured]):
    """Exact mean exit time over the limit formula, and, at the left end, what the last three values tend to."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for exits, limit, marker in zip(found, limits, "osD"):
        colour = JUMP_COLOURS[exits.jumps]
        label = f"{threshold_label(exits.b)}, $l^* = {exits.jumps}$"
        axes.plot(exits.etas, exits.ratios.values, "-", marker=marker, color=colour, lw=1.2, label=label)
        place = exits.etas.min() / 4 / (1 + 0.5 * (exits.jumps - 1))
        bars = {"yerr": 3.29 * limit.stderr, "color": colour, "marker": marker, "mfc": "none", "capsize": 2}
        axes.errorbar(place, limit.value, **bars)
    axes.axhline(1, color=THEORY, lw=1)
    axes.set(xscale="log", xlabel=_ETA, ylabel=r"$E\sigma \; q_2 \lambda(\eta)$")
    axes.legend()
    return figure


def exponents(found: list[Exits]):
    """Local exponents of the mean exit time; lines at 1 + l (alpha - 1)."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for exits, marker in zip(found, "osD"):
        colour, local = JUMP_COLOURS[exits.jumps], exits.times.exponents
        axes.plot(local.etas, -local.values, "-", marker=marker, color=colour, lw=1.2, label=f"$l^* = {exits.jumps}$")
        axes.axhline(exits.exponent, color=colour, lw=0.9, ls="--")
    axes.set(xscale="log", xlabel=_ETA, ylabel=r"$-\mathrm{d}\log E\sigma \,/\, \mathrm{d}\log \eta$")
    axes.legend(ncols=3, loc="upper right", bbox_to_anchor=(1, 0.99))
    axes.set_ylim(1.15, 1.75)
    return figure


def shares(found: list[Exits], basin: int):
    """Share of exits that go to one basin; dashed lines are q_ij / q_i."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6))
    for exits, marker in zip(found, "osD"):
        colour = JUMP_COLOURS[exits.jumps]
        axes.plot(exits.etas, exits.share(basin).values, "-", marker=marker, color=colour, label=threshold_label(exits.b))
        axes.axhline(exits.location[basin], color=colour, lw=0.9, ls="--")
    axes.set(xscale="log", xlabel=_ETA, ylabel=rf"$P(X_\sigma \in \Omega_{basin + 1})$", ylim=(0.55, 1.02))
    axes.legend(loc="center right")
    return figure


def laws(found: dict[int, Laws]):
    """Distances from Exp(1) by jump number: of sigma over its own mean, and of q lambda sigma."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for jumps, both in found.items():
        colour = JUMP_COLOURS[jumps]
        axes.plot(both.scaled.etas, both.scaled.values, "s:", color=colour, mfc="none", lw=1.2)
        axes.plot(both.shape.etas, both.shape.values, "o-", color=colour, lw=1.2, label=f"$l^* = {jumps}$")
    lines = [Line2D([], [], color=THEORY, ls=ls, marker=m, mfc=c) for ls, m, c in ((":", "s", "none"), ("-", "o", THEORY))]
    first = axes.legend(lines, [r"$q_2 \lambda(\eta)\, \sigma$", r"$\sigma / E \sigma$"], loc="center left")
    axes.add_artist(first)
    axes.set(xscale="log", yscale="log", xlabel=_ETA, ylabel="distance from Exp(1)")
    axes.legend(loc="lower right")
    return figure


def spectrum(found: Whole):
    """Eigenvalues of I - P over lambda*, and the limit's."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    kinds = (("between wide basins", WIDE), ("out of sharp basins", SHARP), (None, SHARP))
    for column, marker, (label, colour) in zip(found.rates.T, "oDs", kinds):
        axes.plot(found.share.etas, column, "-", marker=marker, color=colour, lw=1.2, label=label)
    axes.axhline(found.gap, color=THEORY, lw=1, ls="--", label="limit chain")
    axes.set(xscale="log", yscale="log", xlabel=_ETA, ylabel=r"eigenvalues of $I - P$ over $\lambda^*(\eta)$")
    axes.legend(loc="center right")
    return figure


def sharp_share(found: Whole):
    """Share of the sharp basins in the long run against rho, and that of finite rates."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8))
    axes.plot(found.rarity, found.share.values, "o", color=SHARP, label="exact")
    axes.plot(found.rarity, found.predicted, "-", color=THEORY, lw=1, label="finite rates")
    axes.set(xscale="log", yscale="log", xlabel=r"$\rho = H(1/\eta)/\eta$", ylabel=r"$\pi(\Omega_1 \cup \Omega_3)$")
    for axis in (axes.xaxis, axes.yaxis):
        plain_log(axis)
    axes.legend()
    return figure


def leaving(found: dict[str, Leaving]):
    """Time to leave a closed class on its own clock (points), and by the jumps that it takes (lines)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for (name, times), colour, marker in zip(found.items(), (HEAVY, SHARP, LIGHT), "osD"):
        clock, unit = times.clock, times.times.values / times.clock.values
        axes.plot(clock.etas, clock.values, marker, color=colour, label=name)
        axes.plot(clock.etas, times.predicted / unit, "--", color=colour, lw=1)
    axes.set(xscale="log", yscale="log", xlabel=_ETA, ylabel=r"mean time until it has left, in $1/\lambda^*_{\mathcal{G}}$")
    axes.set_ylim(top=1500)
    axes.legend(loc="upper right")
    return figure


def visits(thresholds, found: dict[float, np.ndarray], closed_below: float):
    """Exits from a minimum until its class is left, against the threshold; shaded where the limit says never."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    for (eta, values), colour, marker in zip(found.items(), (LIGHT, HEAVY, SHARP), "osD"):
        axes.plot(thresholds, values, "-", marker=marker, color=colour, lw=1.2, label=rf"$\eta$ = {number(eta, 1)}")
    axes.axvspan(min(thresholds), closed_below, color=THEORY, alpha=0.08, lw=0)
    axes.set(yscale="log", xlabel="truncation threshold $b$", ylabel=r"exits from $m_4$ until $\{m_3, m_4\}$ is left")
    plain_log(axes.yaxis)
    axes.legend()
    return figure


def crossings(found: list[Crossings]):
    """Probability of being carried across from a distance u inside the boundary; C_alpha is the area below."""
    figure, axes = plt.subplots(figsize=(7.2, 3.8))
    u = np.linspace(0, 10, 400)
    for one in found:
        label = rf"$\alpha = {one.alpha}$: $C_\alpha = {one.constant.value:.2f}$"
        axes.plot(u, one.probability(u), color=_ALPHA[one.alpha], label=label)
    axes.set(xlabel="$u$", ylabel=r"$P(U \mathrm{\ crosses\ } 0 \mid U_0 = u)$", xlim=(0, 10), ylim=(0, 1))
    axes.legend()
    return figure


def corrections(found: dict[str, list[Compared]]):
    """Excess of the exit rate over the limit (points) and the first correction (lines); one panel a landscape."""
    figure, panels = plt.subplots(1, len(found), figsize=(7.2, 4.2), sharey=True)
    for axes, (name, cases) in zip(panels, found.items()):
        for case in cases:
            exits, colour = case.exits, _ALPHA[case.exits.noise.alpha]
            style = {"marker": "o" if exits.b is None else "s", "mfc": colour if exits.b is None else "none", "ls": "none"}
            axes.plot(exits.etas, exits.excess.values, color=colour, **style)
            axes.plot(exits.etas, case.predicted, color=colour, lw=1, ls="-" if exits.b is None else "--")
        axes.set(xscale="log", yscale="log", xlabel=_ETA)
        axes.set_title(name, loc="left")
    panels[0].set(ylabel=r"$1 / (E\sigma\, q \lambda) - 1$", ylim=(1e-4, 1.5))
    keys = [Line2D([], [], color=c, label=rf"$\alpha = {a}$") for a, c in _ALPHA.items()]
    kinds = (("no truncation", "o", THEORY), ("two jumps", "s", "none"))
    keys += [Line2D([], [], color=THEORY, ls="none", marker=m, mfc=c, label=label) for label, m, c in kinds]
    panels[-1].legend(handles=keys, fontsize=9.5, loc="lower right")
    return figure
