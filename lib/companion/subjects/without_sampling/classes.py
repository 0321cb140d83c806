"""How tight the classes of a transition graph are at a finite learning rate.

A closed class is left by more jumps than its clock counts. With one more than a basin's own number l, all in one direction,
the measure of the limit paths that leave is the integral of `heavysgd.theory.exit_measure_line` with l + 1 jumps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.theory.exit_measure_line import one_side

from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd

TOLERANCE = 1e-3  # of times to leave two basins, whose extrapolations move by a hundredth or more


class Leaving(NamedTuple):
    """Time until the chain has left a class, from its widest minimum, along falling learning rates.

    times : in steps. clock : the same in units of 1 / lambda_G(eta). predicted : in steps, (n,).
    """

    times: Approach
    clock: Approach
    predicted: np.ndarray

    @property
    def ratios(self) -> Approach:
        """Exact over predicted time."""
        return self.times.over(self.predicted)

    @property
    def rate(self) -> Approach:
        """One over the time on the clock: zero in the limit."""
        return self.clock._replace(values=1 / self.clock.values)


def way_out(f, alpha: float, b: float, basin: int, side: int, jumps: int, p: float = 0.5) -> float:
    """Measure of the limit paths from a minimum that leave to one side (1 or -1) in the least number of jumps for it."""
    return float(one_side(f, basin, side, jumps, alpha, b, p)[0].sum())


def left_class(f, alpha: float, b: float):
    """How {m_1, m_2} of the paper's landscape is left at b in (0.225, 0.3): rate and number of jumps, four from m_2."""
    return way_out(f, alpha, b, 1, 1, 4), 4


def right_class(f, alpha: float, b: float):
    """The same of {m_3, m_4}: m_4 is left in three jumps, and an exit from m_3 takes two instead of one to get out."""
    q = hs.theory.exit_measure(f, alpha, b)
    return q[3, 2] * way_out(f, alpha, b, 2, -1, 2) / q[2].sum(), 4


def leaving(
    f, noise, b: float, members: Sequence[int], start: int, etas: Sequence[float] | np.ndarray, rate: float, jumps: int
) -> Leaving:
    """Times to leave the class beside 1 / (rate lambda_jumps(eta)); the class's clock counts the jumps of `start`."""
    etas = np.array(etas, float)
    runs, begin = [quiet_sgd(f, noise, eta, b) for eta in etas], [f.minima[start]]
    found = [hs.exact.killed(sgd, members, begin, tolerance=TOLERANCE) for sgd in runs]
    times = Approach(etas, np.array([chain.mean[0] for chain in found]), np.array([chain.error for chain in found]))
    own = int(hs.theory.jump_numbers(f, b)[start])
    scale = np.array([[hs.theory.exit_scale(noise, eta, count) for eta in etas] for count in (own, jumps)])
    return Leaving(times, times.over(1 / scale[0]), 1 / (rate * scale[1]))


def killing_rates(f, noise, b: float, members: Sequence[int], state: int, etas: Sequence[float]) -> Approach:
    """Exact rate of leaving a transient class over the limit chain's rate of being killed in its only wide state."""
    chain, jumps = hs.theory.limit_chain(f, noise.alpha, b), int(hs.theory.jump_numbers(f, b)[state])
    killed = chain.killing[chain.row(state)]
    found = [hs.exact.killed(quiet_sgd(f, noise, eta, b), members) for eta in etas]
    scale = np.array([hs.theory.exit_scale(noise, eta, jumps) for eta in etas])
    rates, errors = np.array([chain.rate for chain in found]), np.array([chain.error for chain in found])
    return Approach(np.array(etas, float), rates / (killed * scale), errors)


def visits(f, noise, thresholds: Sequence[float], members: Sequence[int], start: int, eta: float, tolerance=1e-3):
    """Time to leave a class from a minimum over the time to leave that minimum's basin, at each threshold; shape (n,).

    Where the class is closed in the limit, this grows without bound as eta falls; where it is not, it settles.
    """
    found = []
    for b in thresholds:
        sgd = quiet_sgd(f, noise, eta, b)
        alone = hs.exact.first_exit(sgd, f.minima[start], tolerance=tolerance).mean
        found.append(hs.exact.killed(sgd, members, [f.minima[start]], tolerance=tolerance).mean[0] / alone)
    return np.array(found)
