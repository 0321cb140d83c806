"""The paper's Table 2, test accuracy (per cent) and expected sharpness, and its settings (pages 20 to 22 and 25 to 26)."""

from __future__ import annotations

import numpy as np

METHODS = ("LB", "SB", "SB + Clip", "SB + Noise", "Our 1", "Our 2")
TASKS = {
    "fashion": "corrupted Fashion-MNIST, LeNet",
    "svhn": "SVHN, VGG11",
    "cifar10": "CIFAR-10, VGG11",
}
THRESHOLD = 5.0  # of LeNet, "gradient clipping threshold" in the text: read as one of the gradient's norm
SETTINGS = {"iterations": 10_000, "quiet": 5_000, "lr": 0.05, "alpha": 1.4, "c": 0.5, "b": 0.05 * THRESHOLD}  # LeNet
_REPORTED = {
    "test_accuracy": {
        "fashion": (68.66, 69.20, 68.77, 64.43, 69.47, 70.06),
        "svhn": (82.87, 85.92, 85.95, 38.85, 88.42, 88.37),
        "cifar10": (69.39, 74.42, 74.38, 40.50, 75.69, 75.87),
    },
    "sharpness": {
        "fashion": (0.032, 0.008, 0.009, 0.047, 0.003, 0.002),
        "svhn": (0.694, 0.037, 0.041, 0.012, 0.002, 0.005),
        "cifar10": (2.043, 0.050, 0.039, 2.046, 0.024, 0.037),
    },
}


def reported(task: str, what: str) -> dict[str, float]:
    """The paper's figures by method."""
    return dict(zip(METHODS, _REPORTED[what][task]))


def reported_gap(task: str, what: str, method: str, other: str = "SB") -> float:
    """The paper's method beside another as claims have it: a difference of shares, or decades of sharpness."""
    figures = reported(task, what)
    if what == "test_accuracy":
        return (figures[method] - figures[other]) / 100
    return float(np.log10(figures[method] / figures[other]))


def settings(runs: list[dict], method: str) -> dict[str, float | None]:
    """A method's settings in a record, by the names of SETTINGS; None where it has no such thing."""
    found = next(r["settings"] for r in runs if r["method"] == method)
    return {name: (found["noise"] or {}).get(name, found.get(name)) for name in SETTINGS}
