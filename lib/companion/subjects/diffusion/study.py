"""Escape times from wells of parabolas: theory's formulas, exact values, and moves between wells counted in simulation.

Along a line, with noise of variance |f''| / B the diffusion has D(x) = eta |f''| / (2 B), and

    tau = (2 pi / H) exp[ (2 B dL / eta) (s / H_a + (1 - s) / H_b) ] / eta    in steps,

dL the barrier, H_a the curvature of the well, H_b that of the pass, s the share of the barrier below the join. H is H_b in
the paper and H_a by Ito's calculus. With white noise of variance 2 D / eta, tau = 2 pi exp(dL / D) / (eta sqrt(H_a H_b)).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from numpy.typing import ArrayLike
from scipy.integrate import cumulative_trapezoid, trapezoid

from companion.ledger.claims import Change
from companion.ledger.seeds import derived
from companion.subjects.common.approach import Approach

ETA, EXPONENT, WHITE = 0.02, 6.0, 4.0
BARRIER = EXPONENT * ETA / 2  # 2 B dL / eta = 6 at B = 1
D_WHITE = BARRIER / WHITE
_NORMAL, _TOLERANCE, _PATHS, _NEAR = hs.Gaussian(1.0), 1e-4, 256, 0.1
_OVERSHOOT, _POINTS = 0.5826, 40_001
QUADRATURE = Change(
    "2026-11-27",
    "was compared with 2 over the exact gap, and moves were counted at the join of the other side",
    "at low barriers the time between visits is another number, 0.95 of that at the join and 1.08 near the minimum",
)


@lru_cache(maxsize=64)
def wells(bottom: float, top: float, barrier: float = BARRIER) -> hs.Landscape:
    """Two like wells of parabolas; made once, since making one takes a second."""
    return hs.landscapes.parabolic_wells((bottom, top), barrier=barrier)


class Well(NamedTuple):
    """Two like wells, curvature `bottom` at the minima and `top` at the pass; learning rate and batch of the SGD in them.

    white : whether the noise is white, of D = `D_WHITE` at learning rate `ETA`, and not shaped by the Hessian.
    """

    bottom: float
    top: float
    eta: float = ETA
    batch: float = 1.0
    barrier: float = BARRIER
    white: bool = False

    @property
    def f(self) -> hs.Landscape:
        """The landscape."""
        return wells(self.bottom, self.top, self.barrier)

    @property
    def sgd(self):
        """The recursion."""
        if self.white:
            return hs.SGD(self.f, hs.Gaussian(float(np.sqrt(2 * D_WHITE / ETA))), self.eta)
        return hs.HessianShapedSGD(self.f, _NORMAL, self.eta, self.batch)

    @property
    def exponent(self) -> float:
        """Of theory's escape time."""
        if self.white:
            return self.barrier / D_WHITE
        share = self.top / (self.bottom + self.top)
        return 2 * self.batch * self.barrier / self.eta * (share / self.bottom + (1 - share) / self.top)

    def theory(self, convention: str = "ito") -> float:
        """Mean escape time in steps by the formula; `convention` "ito", or "paper"."""
        h = np.sqrt(self.bottom * self.top) if self.white else {"ito": self.bottom, "paper": self.top}[convention]
        return float(2 * np.pi / (h * self.eta) * np.exp(self.exponent))

    def exact(self) -> float:
        """The same without sampling: 2 over the gap of the chain on both wells, of which each is left at the rate 1/tau."""
        return float(2 / hs.exact.spectrum(self.sgd, 2, tolerance=_TOLERANCE)[1])

    def between_visits(self) -> float:
        """Mean steps from a visit of one minimum to the next of the other, by quadrature; bottom and top must be alike.

        int_x0^x1 dy e^(f/D) int_(-inf)^y e^(-f/D) dz / D, from a visit's edge to the other's, each 0.5826 of a step
        sqrt(2 D eta) further on: by so much, in the mean, a step goes beyond what it crosses.
        """
        f, d = self.f, D_WHITE if self.white else self.eta * self.bottom / (2 * self.batch)
        near, over = _NEAR * np.ptp(f.minima), _OVERSHOOT * np.sqrt(2 * d * self.eta)
        y = np.linspace(f.bounds[0], f.minima[1] - near + over, _POINTS)
        level = f.value(y) / d
        inner = cumulative_trapezoid(np.exp(-level), y, initial=0)
        return float(trapezoid(np.where(y >= f.minima[0] + near - over, np.exp(level) * inner, 0), y) / (d * self.eta))

    def simulated(self, moves: int, seed: int) -> Measured:
        """Steps for each move between the wells. A path has moved when it comes near the other minimum."""
        return sojourn(self.sgd, self.f.minima, self.exact(), moves, seed)


def sojourn(sgd, minima: np.ndarray, expected: float, moves: int, seed: int) -> Measured:
    """Steps of all paths over their moves, from runs in which about `moves` are expected; exponential times' error.

    A path has moved when it is within a tenth of the distance of the minima from the other: from further out it may well
    come back before it has forgotten where it was, and would count twice.
    """
    near = float(np.linalg.norm(np.atleast_1d(minima[1] - minima[0]))) * _NEAR
    n_steps = int(np.ceil(moves * expected / _PATHS))
    how = {"n_steps": n_steps, "n_paths": _PATHS, "distance": near, "seed": seed, "progress": False}
    count = hs.hops(sgd, minima[0], **how).path.size
    return Measured(_PATHS * n_steps / count, _PATHS * n_steps / count**1.5)


def times(found: dict[float, Well], moves: int, seed: int) -> dict[float, Measured]:
    """Simulated escape times, each with its own draws."""
    return {at: well.simulated(moves, derived(seed, "escape", at)) for at, well in found.items()}


def log_slope(x: ArrayLike, found: dict[float, Measured], factor: ArrayLike) -> hs.inference.Slope:
    """Slope of log(factor tau) against x."""
    values = np.array([m.value for m in found.values()])
    errors = np.array([m.stderr for m in found.values()]) / values
    return hs.inference.slope(np.asarray(x), np.log(values * np.asarray(factor)), errors)


def power(found: dict[float, Measured]) -> hs.inference.Slope:
    """Power of k in tau, found by k."""
    return log_slope(np.log(list(found)), found, np.ones(len(found)))


def first_exits(well: Well, n_exits: int, seed: int) -> Measured:
    """Mean steps until a path has passed the top: what the exact kernel knows as `first_exit`."""
    run = hs.first_exit(well.sgd, well.f.minima[0], n_paths=n_exits, max_steps=10**8, seed=seed, progress=False)
    return hs.inference.mean(run.steps)


def past_the_top(well: Well) -> float:
    """The same, exactly."""
    return hs.exact.first_exit(well.sgd, well.f.minima[0], tolerance=_TOLERANCE).mean


def prefactor(bottom: float, top: float, etas: Sequence[float], exponent: float = 12.0) -> Approach:
    """Exact escape times over Ito's formula as the learning rate falls, the exponent of the formula kept."""
    values = []
    for eta in etas:
        unit = Well(bottom, top, eta, barrier=1.0)
        well = unit._replace(barrier=exponent / unit.exponent)
        values.append(well.exact() / well.theory())
    return Approach(np.array(etas), np.array(values), np.full(len(values), _TOLERANCE))


class Shares(NamedTuple):
    """Time in the flat well over time in the sharp one, of one depth: exactly, by sharpness k of the sharp one; the flat
    one has curvature one."""

    sharpness: np.ndarray
    shaped: np.ndarray
    white: np.ndarray

    def slope(self) -> Measured:
        """Of log(ratio / k) against 1 - 1/k; its error is how far the last two points alone have it elsewhere."""
        return _slope(1 - 1 / self.sharpness, np.log(self.shaped / self.sharpness))

    def power(self) -> Measured:
        """Exponent of the ratio in k with white noise."""
        return _slope(np.log(self.sharpness), np.log(self.white))


def _slope(x: np.ndarray, y: np.ndarray) -> Measured:
    whole, end = np.polyfit(x, y, 1)[0], (y[-1] - y[-2]) / (x[-1] - x[-2])
    return Measured(float(whole), float(abs(end - whole)))


def shares(sharpness: Sequence[float]) -> Shares:
    """From the exact stationary laws."""
    found = []
    for k in sharpness:
        f = hs.landscapes.parabolic_wells((1.0, 1.0), (k, k), barrier=BARRIER)
        white = hs.SGD(f, hs.Gaussian(float(np.sqrt(2 * D_WHITE / ETA))), ETA)
        both = (hs.HessianShapedSGD(f, _NORMAL, ETA), white)
        laws = [hs.exact.stationary(sgd, tolerance=_TOLERANCE).basin_fraction for sgd in both]
        found.append([law[0] / law[1] for law in laws])
    return Shares(np.array(sharpness), *np.array(found).T)
