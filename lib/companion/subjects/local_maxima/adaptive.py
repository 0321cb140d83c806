"""AMSGrad and Adam at a maximum: near it AMSGrad is SGD with momentum at the learning rate s = eta / sqrt(greatest V).

    M <- beta1 M + (1 - beta1) x w,   w <- w - s M

is a product of random 2 x 2 matrices; its Lyapunov exponent says whether w -> 0. With beta1 = 0 it is that of SGD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.local_maxima.study import DRAW, GONE, Maximum

CONTROL = Change(
    "2026-11-27",
    "the rule is the same; its control was the window without momentum",
    "no run came to an s at which the two windows differ, so that the control told nothing",
)


@dataclass(frozen=True)
class Scales(hs.AdaptiveSGD):
    """The same recursion, looked at through its greatest V."""

    observed = "scale"


class Runs(NamedTuple):
    """Runs of all learning rates together: s at the end, and whether w is at the maximum, both (n,)."""

    s: np.ndarray
    at_maximum: np.ndarray

    def agree(self, window: tuple[float, float]) -> Measured:
        """Share of the runs that are at the maximum just if s is in a window."""
        return hs.inference.share(self.at_maximum == ((self.s > window[0]) & (self.s < window[1])))


def runs(
    one: Maximum, etas: Sequence[float], beta1: float, n_steps: int, n_paths: int, seed: int, kind: str = "amsgrad"
) -> Runs:
    """From w = 0.3, `n_paths` a learning rate, with beta2 = 0.9."""
    scales, ends = [], []
    for eta in etas:
        given = {"beta1": beta1, "beta2": 0.9, "kind": kind}
        how: dict[str, Any] = {"n_steps": n_steps, "every": n_steps, "n_paths": n_paths, "seed": derived(seed, "rate", eta)}
        scale, end = (
            hs.sample_path(kind_of(one.f, DRAW, one.apart, eta, **given), 0.3, progress=False, **how)[:, -1]
            for kind_of in (Scales, hs.AdaptiveSGD)
        )
        scales.append(eta / np.sqrt(scale))
        ends.append(np.abs(end) < GONE)
    return Runs(np.concatenate(scales), np.concatenate(ends))


def exponents(one: Maximum, s: np.ndarray, beta1: float, n_steps: int, n_chains: int, seed: int) -> np.ndarray:
    """Lyapunov exponents of the momentum map at each s, shape of s, over chains, the first fifth of the steps left out."""
    rng = np.random.default_rng(seed)
    w, m, total = np.ones((s.size, n_chains)), np.zeros((s.size, n_chains)), np.zeros(s.size)
    for step in range(n_steps):
        x = np.where(rng.random(n_chains) < 0.5, one.a, -(one.a + 1))
        m = beta1 * m + (1 - beta1) * x * w
        w = w - s[:, None] * m
        size = np.hypot(w, m)
        w, m = w / size, m / size
        if step >= n_steps // 5:
            total += np.log(size).mean(axis=1)
    return total / (n_steps - n_steps // 5)


def window_of(s: np.ndarray, exponent: np.ndarray) -> tuple[float, float]:
    """The first and the last s with a negative exponent; (0, 0) where there is none."""
    found = s[exponent < 0]
    return (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)
