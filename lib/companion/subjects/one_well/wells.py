"""Four wells in the plane, each the flattest by another measure, and what four ways of staying make of them.

A well is h_1 x^2 / 2 + h_2 y^2 / 2 for |x| < w: its rim is met along x, the way out, and never along y.
"""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.one_well.counted import TwoSamples
from companion.subjects.one_well.heavy import Truncated
from companion.subjects.one_well.noise import Setting

_SPREAD, _ETA = 0.5, 0.02  # of the labels; learning rate with noise on them
_FAR, _SMALL = 50.0, 1e-3
_TWO, _HALVES = Setting(1.0, 1.0, 0.3, 5.0), 12


class Well(NamedTuple):
    """Width w, curvature h_1 along the way out and h_2 across it."""

    width: float
    out: float
    across: float

    @property
    def trace(self) -> float:
        """Of the Hessian."""
        return self.out + self.across

    @property
    def top(self) -> float:
        """Its largest eigenvalue."""
        return max(self.out, self.across)

    def under_truncated_tails(self) -> float:
        """Exact mean steps until a step leaves; steps are cut coordinate by coordinate, so that x is a recursion alone."""
        noise = Truncated()
        return noise.exact(noise.base._replace(width=self.width, curvature=self.out))

    def under_two_samples(self) -> float:
        """Exact mean steps until left by samples of curvatures 6 h_1 and -4 h_1 along x, at the learning rate 0.3; infinite
        where it is never left."""
        return TwoSamples().exact(_TWO._replace(width=self.width, curvature=self.out))

    def raised(self, n_steps: int, n_paths: int, seed: int) -> Measured:
        """Mean loss in the long run with noise of spread 0.5 on the labels of sqrt(h_1) x and sqrt(h_2) y."""
        every = 25
        how = {"n_steps": n_steps, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
        path = hs.sample_path(self._descent(_SPREAD, _ETA), np.zeros(2), **how)[:, 1000 // every :]
        return hs.inference.mean((path**2 @ (np.array([self.out, self.across]) / 2)).mean(axis=1))

    def stable_up_to(self, seed: int) -> float:
        """The largest learning rate at which descent comes nearer the minimum, by halving, from runs of 400 steps."""
        low, high = 0.1, 2.0
        for _ in range(_HALVES):
            eta = (low + high) / 2
            ends = hs.sample_path(
                self._descent(1e-12, eta), np.full(2, _SMALL), n_steps=400, every=400, seed=seed, progress=False
            )
            low, high = (eta, high) if np.abs(ends[0, -1]).max() < _SMALL else (low, eta)
        return (low + high) / 2

    def _descent(self, spread: float, eta: float) -> hs.LabelNoiseSGD:
        x, y = sympy.symbols("x y", real=True)
        roots = [sympy.sqrt(sympy.Float(h)) for h in (self.out, self.across)]
        loss = (sympy.Float(self.out) * x**2 + sympy.Float(self.across) * y**2) / 2
        f = hs.Landscape(loss, ((-_FAR, _FAR),) * 2, symbols=(x, y), name="a well in the plane")
        return hs.LabelNoiseSGD(f, hs.Independent(hs.Gaussian(spread), 2), outputs=(roots[0] * x, roots[1] * y), eta=eta)


WELLS = {"A": Well(1.9, 3.0, 3.0), "B": Well(0.55, 0.4, 6.0), "C": Well(1.3, 1.2, 2.2), "D": Well(0.9, 1.9, 1.9)}
WIDER = Change(
    "2026-11-28",
    "wells A, B and C were 1.6, 1.0 and 1.1 wide, so that B, C and D took two jumps each",
    "of those D, 0.9 wide, was left later than B, 1.0 wide: among wells of one jump number the curvature counts as well",
)
MEASURES = {
    "width": lambda well: -well.width,
    "curvature": lambda well: well.out,
    "trace": lambda well: well.trace,
    "top eigenvalue": lambda well: well.top,
}


class Stay(NamedTuple):
    """What each well makes of the four, by its letter."""

    tails: dict[str, float]
    samples: dict[str, float]
    loss: dict[str, Measured]
    stable: dict[str, float]

    def ranking(self, measure: str) -> list[str]:
        """Letters from the well that is hardest to leave, or costs least, on, by what belongs to a measure."""
        least = {
            "width": {k: -v for k, v in self.tails.items()},
            "curvature": {k: -v for k, v in self.samples.items()},
            "trace": {k: v.value for k, v in self.loss.items()},
            "top eigenvalue": {k: -v for k, v in self.stable.items()},
        }[measure]
        return sorted(least, key=least.__getitem__)


def stays(n_steps: int, n_paths: int, seed: int) -> Stay:
    """Of all four wells."""
    return Stay(
        {k: well.under_truncated_tails() for k, well in WELLS.items()},
        {k: well.under_two_samples() for k, well in WELLS.items()},
        {k: well.raised(n_steps, n_paths, derived(seed, "labels", k)) for k, well in WELLS.items()},
        {k: well.stable_up_to(derived(seed, "descent", k)) for k, well in WELLS.items()},
    )


def flattest(measure: str) -> list[str]:
    """Letters of the wells from the flattest by a measure on."""
    return sorted(WELLS, key=lambda letter: MEASURES[measure](WELLS[letter]))
