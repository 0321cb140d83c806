"""The paper's tables of test accuracy (per cent) and expected sharpness, as transcribed from memory."""

from __future__ import annotations

METHODS = ("LB", "SB", "SB + Clip", "SB + Noise", "Our 1", "Our 2")
TASKS = {
    "fashion": "corrupted Fashion-MNIST, LeNet",
    "svhn": "SVHN, VGG11",
    "cifar10": "CIFAR-10, VGG11",
}
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
