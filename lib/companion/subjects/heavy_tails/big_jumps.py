"""One big jump or several: what a large displacement over one relaxation time is made of.

Windows of m = 1/eta steps of pure noise, S = sum of phi_b(eta Z_k); among those with |S| > x, how much of S the
largest steps carry.
"""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured


class LargeDisplacements(NamedTuple):
    """Windows with |S| > x: `largest` (n, 3) the three largest steps in the direction of S, over |S|; `windows` tried."""

    largest: np.ndarray
    windows: int


def large_displacements(z: hs.Noise, eta: float, b: float | None, x: float, windows: int, seed: int) -> LargeDisplacements:
    """Draws `windows` windows of round(1/eta) steps and keeps those with |S| > x."""
    length, bound = round(1 / eta), np.inf if b is None else b
    steps = np.clip(eta * z.sample(windows * length, seed), -bound, bound).reshape(windows, length)
    total = steps.sum(axis=1)
    far = np.abs(total) > x
    along = np.sort(steps[far] * np.sign(total[far])[:, None], axis=1)[:, :-4:-1]
    return LargeDisplacements(along / np.abs(total[far])[:, None], windows)


def median(sample: np.ndarray, seed: int, resamples: int = 400) -> Measured:
    """Median with its bootstrap standard error."""
    rng = np.random.default_rng(seed)
    draws = [np.median(rng.choice(sample, sample.size)) for _ in range(resamples)]
    return Measured(float(np.median(sample)), float(np.std(draws)))
