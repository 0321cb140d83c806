"""Two wide wells, alike but for the amplitude of the noise, and a narrow one: exits and shares, limit and exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from heavysgd.landscape import Line

from companion.subjects.common.approach import Approach

ALPHA, B = 1.5, 1.0
LAW = hs.Lomax(ALPHA, 0.3)
WIDE = (0, 2)
_TOLERANCE = 1e-4


class Setting(NamedTuple):
    """A landscape, symmetric about its narrow middle well, and sigma(x), which is not."""

    f: Line
    sigma: sympy.Expr

    def sgd(self, eta: float, louder: float = 1.0) -> hs.StateDependentSGD:
        """The recursion, its noise louder by a factor."""
        return hs.StateDependentSGD(self.f, LAW, louder * self.sigma, eta, B)

    def frozen(self, basin: int) -> float:
        """sigma(m_i)."""
        return float(self.sgd(0.01).amplitude(self.f.minima[basin]))

    def chain(self) -> hs.theory.LimitChain:
        """The limit chain, sigma taken where each jump begins."""
        return hs.theory.limit_chain(self.f, ALPHA, B, sigma=self.sigma)


def setting() -> Setting:
    """Wells of widths 1.2, 0.48 and 1.2 with sigma(x) = 1 + tanh(x) / 2: the right is some three times as loud."""
    f = hs.landscapes.alternating_wells(1.2, 0.48, count=2)
    return Setting(f, 1 + sympy.tanh(f.symbol) / 2)


def constants(s: Setting, basin: int) -> dict[str, float]:
    """q_i by what amplitude a jump has: that of where it begins, of the minimum throughout, or one."""
    jumps = int(hs.theory.jump_numbers(s.f, B)[basin])
    plain = float(hs.theory.exit_rates(s.f, ALPHA, B)[basin])
    own = float(hs.theory.exit_rates(s.f, ALPHA, B, sigma=s.sigma)[basin])
    return {"origin": own, "minimum": plain * s.frozen(basin) ** (ALPHA * jumps), "one": plain}


def approach(s: Setting, basin: int, etas: Sequence[float]) -> Approach:
    """Exact mean exit time over 1 / (q lambda(eta)), along falling learning rates."""
    exits = [hs.exact.first_exit(s.sgd(eta), s.f.minima[basin], tolerance=_TOLERANCE) for eta in etas]
    limits = [hs.theory.mean_exit_time(s.sgd(eta), basin) for eta in etas]
    values = np.array([exit.mean for exit in exits]) / limits
    return Approach(np.array(etas), values, np.array([exit.error for exit in exits]))


class Exits(NamedTuple):
    """Mean exit time from one well: simulated, exact, and exact with the amplitude of its minimum everywhere."""

    simulated: Measured
    exact: float
    frozen: float


def exits(s: Setting, basin: int, eta: float, n_paths: int, seed: int) -> Exits:
    """Exits from minimum `basin`, none censored."""
    start = s.f.minima[basin]
    how = {"n_paths": n_paths, "max_steps": 10**10, "seed": seed, "progress": False}
    steps = hs.first_exit(s.sgd(eta), start, **how).steps
    still = hs.SGD(s.f, hs.Lomax(ALPHA, LAW.scale * s.frozen(basin)), eta, B)
    exact = [hs.exact.first_exit(sgd, start, tolerance=_TOLERANCE).mean for sgd in (s.sgd(eta), still)]
    return Exits(hs.inference.mean(steps), *exact)


class Shares(NamedTuple):
    """Shares of time in the long run, along falling learning rates: of the left well among the wide ones, of the narrow."""

    left: Approach
    narrow: Approach


def shares(s: Setting, etas: Sequence[float]) -> Shares:
    """Exactly, from the stationary law."""
    found = [hs.exact.stationary(s.sgd(eta), tolerance=_TOLERANCE) for eta in etas]
    law, errors = np.array([one.basin_fraction for one in found]), np.array([one.error for one in found])
    left = law[:, 0] / law[:, WIDE].sum(axis=1)
    return Shares(Approach(np.array(etas), left, errors), Approach(np.array(etas), law[:, 1], errors))


def frozen_law(s: Setting) -> float:
    """Share of the left well among the wide ones in the limit, were every jump of the amplitude of its minimum."""
    rate = {basin: constants(s, basin)["minimum"] for basin in WIDE}
    return rate[2] / (rate[0] + rate[2])  # from the narrow well both sides are alike, so that half of all exits move on
