"""The first column of the paper's Figure A.1 (page 26): gradient noise at initialisation, accuracies seed by seed."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from heavysgd.deep import ParetoFactor
from heavysgd.inference import Measured

from companion.press.style import HEAVY, LIGHT, THEORY
from companion.subjects.networks import ablation, gradient_noise

# Read off the printed figure, to half a bar or half a dot.
MEDIAN, RANGE = 0.62, (0.37, 1.45)  # of the norms
ACCURACIES = {  # of SB, Our 1 and Our 2, a row a replication
    "SB": (0.682, 0.6875, 0.6885, 0.700, 0.7035),
    "Our 1": (0.689, 0.7015, 0.6825, 0.696, 0.7045),
    "Our 2": (0.706, 0.699, 0.698, 0.695, 0.704),
}


def median(samples: Sequence[Sequence[float]]) -> Measured:
    """Median norm, averaged over initialisations, with the error of that average; samples one for each of n > 1."""
    middle = np.array([np.median(sample) for sample in samples])
    return Measured(float(middle.mean()), float(middle.std(ddof=1) / np.sqrt(middle.size)), middle.size - 1)


def scaled(samples: Sequence[Sequence[float]]) -> np.ndarray:
    """All norms, each over the median of its own initialisation, shape (n,)."""
    return np.concatenate([np.asarray(sample) / np.median(sample) for sample in samples])


def shapes(samples: Sequence[Sequence[float]], alpha: float, c: float, seed: int) -> tuple[Measured, Measured]:
    """1 / alpha in the tail of the scaled norms, and of the same once (1 + Z) multiplies them."""
    norms = scaled(samples)
    heavy = gradient_noise.injected(norms, ParetoFactor(alpha, c), seed)
    return gradient_noise.tail_shape(norms), gradient_noise.tail_shape(heavy)


def picture(norms: dict[str, list[list[float]]], runs: ablation.Runs):
    """Histograms of norms by initialisation, the reported range beside; accuracies against SB's, reported ones hollow."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.5))
    for (name, samples), colour in zip(norms.items(), (HEAVY, LIGHT)):
        left.hist(np.concatenate(samples), bins=60, density=True, color=colour, alpha=0.7, label=name)
    left.axvspan(*RANGE, color=THEORY, alpha=0.12, lw=0)
    left.axvline(MEDIAN, color=THEORY, ls="--", lw=1.2, label="reported: median, range")
    left.set(xlabel=r"$|g_{SB} - g_{LB}|$ at initialisation", ylabel="density", xlim=(0, 1.5))
    left.legend(fontsize=9, frameon=True, framealpha=0.9)
    sb = ablation.of(runs, "SB", "test_accuracy")
    for method, colour in (("Our 1", HEAVY), ("Our 2", LIGHT)):
        ours = ablation.of(runs, method, "test_accuracy")
        both = sorted(sb.keys() & ours.keys())
        right.plot([sb[k] for k in both], [ours[k] for k in both], "o", color=colour, label=method)
        right.plot(ACCURACIES["SB"], ACCURACIES[method], "o", mfc="none", color=colour)
    right.axline((0.69, 0.69), slope=1, color=THEORY, ls=":", lw=1.2)
    right.plot([], [], "o", mfc="none", color=THEORY, label="reported")
    right.set(xlabel="test accuracy of SB", ylabel="of ours", xlim=(0.67, 0.71), ylim=(0.67, 0.71))
    right.legend(fontsize=9)
    return figure
