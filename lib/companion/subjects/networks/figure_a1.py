"""The paper's Figure A.1, page 26, for its first task: lengths of gradient noise, and accuracies seed by seed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.deep import ParetoFactor
from heavysgd.inference import Measured, pooled

from companion.press.style import HEAVY, LIGHT, THEORY
from companion.subjects.networks import ablation
from companion.subjects.networks.gradient_noise import injected, tail_shape


def norms(record: dict, steps: int) -> list[np.ndarray]:
    """|g_SB - g_LB| after so many steps of plain SGD, one array for each initialisation."""
    return [np.array(run["norms"]) for run in record["runs"] if run["steps"] == steps]


def tail(samples: list[np.ndarray], factor: ParetoFactor | None = None) -> Measured:
    """1 / alpha of the largest tenth, pooled over initialisations; with a factor, of the noise that it has multiplied."""
    return pooled([tail_shape(x if factor is None else injected(x, factor, k)) for k, x in enumerate(samples)])


def histograms(record: dict):
    """Lengths of gradient noise at initialisation, and where plain SGD has begun to learn."""
    stages = sorted({run["steps"] for run in record["runs"]})
    figure, panels = plt.subplots(1, len(stages), figsize=(7.2, 3.2), sharey=True)
    for axes, steps in zip(panels, stages):
        for sample, colour in zip(norms(record, steps), (HEAVY, LIGHT, THEORY)):
            axes.hist(sample, bins=40, histtype="step", color=colour)
        title = "at initialisation" if steps == 0 else f"after {steps:,} steps of SB"
        axes.set(title=title.replace(",", "\u202f"), xlabel=r"$|g_{SB} - g_{LB}|$", xlim=(0, None))
    panels[0].set_ylabel("mini-batches")
    return figure


def accuracies(runs: ablation.Runs):
    """Test accuracy of Our 1 and Our 2 against that of SB at the same seed."""
    figure, axes = plt.subplots(figsize=(4.6, 4.4))
    base = ablation.of(runs, "SB", "test_accuracy")
    for method, colour, marker in (("Our 1", HEAVY, "o"), ("Our 2", LIGHT, "s")):
        found = ablation.of(runs, method, "test_accuracy")
        seeds = sorted(set(found) & set(base))
        axes.plot([base[s] for s in seeds], [found[s] for s in seeds], marker, color=colour, label=method)
    ends = np.array([min(base.values()) - 0.005, max(base.values()) + 0.02])
    axes.plot(ends, ends, ":", color=THEORY)
    axes.set(xlabel="accuracy of SB", ylabel="accuracy of ours", aspect="equal")
    axes.legend()
    return figure
