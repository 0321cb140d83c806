"""How often truncation acts: every step of a training run watched, and the chance that its update had of being cut.

Given a step's gradients, the update is cut when |g_SB + Z n| > G, n = g_SB - g_LB: a condition on Z alone, whose law is
known. So the chance is exact, for the threshold and the law at work and for any others.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from heavysgd.deep import ParetoFactor, TimesMedian, TruncatedHeavyTailed
from heavysgd.deep.data import Images
from heavysgd.inference import Measured
from torch.nn.functional import cross_entropy

from companion.subjects.networks.wrapper import batches, flat


class Watched(NamedTuple):
    """Arrays over the steps: |g_SB|^2, g_SB . n and |n|^2, and whether the update was cut."""

    small: np.ndarray
    both: np.ndarray
    noise: np.ndarray
    cut: np.ndarray


def watched(
    model: torch.nn.Module, optimizer: TruncatedHeavyTailed, images: Images, steps: int, seed: int, batch: int = 100
) -> Watched:
    """So many steps of "our 2" on plain SGD; a step was cut where its update is as long as b (to single precision).

    Raises `ValueError` for a bound that follows a running median.
    """
    parameters, rows, b = list(model.parameters()), [], optimizer.max_update
    if isinstance(b, TimesMedian):
        raise ValueError(f"max_update = {b!r}: must be a number, with which updates can be compared")
    for x, y in islice(batches(images, batch, seed), steps):
        small, large = cross_entropy(model(x), y), cross_entropy(model(images.train), images.train_labels)
        slopes = [flat(torch.autograd.grad(part, parameters, retain_graph=True)) for part in (small, large)]
        noise, before = slopes[0] - slopes[1], flat(parameters).clone()
        optimizer.zero_grad()
        optimizer.weigh(small, small, large).backward()
        optimizer.step()
        length = float((flat(parameters) - before).norm())
        rows.append([slopes[0] @ slopes[0], slopes[0] @ noise, noise @ noise, length > b * (1 - 1e-4)])
    small, both, noise, cut = np.array(rows, float).T
    return Watched(small, both, noise, cut.astype(bool))


def chances(steps: Watched, clip: float, factor: ParetoFactor) -> np.ndarray:
    """Chance of each step's update to be cut, for a threshold on the gradient's norm and a law of Z."""
    rest = np.maximum(steps.both**2 - steps.noise * (steps.small - clip**2), 0)  # 0: cut whatever Z is
    roots = [(-steps.both + sign * np.sqrt(rest)) / steps.noise for sign in (-1, 1)]
    low, high = ((1 + np.maximum(z, 0) / factor.c) ** -factor.alpha for z in roots)  # not cut between the roots
    return 1 - (low - high)


def share_cut(steps: Watched, expected: np.ndarray) -> Measured:
    """Share of steps that were cut; its error is that of independent trials with the chances given."""
    return Measured(float(steps.cut.mean()), float(np.sqrt((expected * (1 - expected)).sum()) / expected.size))
