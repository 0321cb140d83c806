"""The first correction to the limit of exit times: boundaries move inwards.

A path that lands just inside the boundary s may still be carried across while it leaves the unstable point. On the length

    l = (rho / |f''(s)|)^(1/alpha),   rho = H(1/eta) / eta,

and in time units of 1 / (eta |f''(s)|), its distance from s is dU = U dt + dL, with L the stable process whose jumps have
the measure nu. So the boundary moves inwards by C_alpha l, where C_alpha = int_0^infinity P(U crosses 0 | U_0 = u) du.

U_t = e^t (u - M_t) with M_t = - int_0^t e^-s dL_s, so that U crosses when M exceeds u, and C_alpha = E sup_t M_t. Since L
is stable, M_t is L at the time (1 - e^(-alpha t)) / alpha, up to sign; and Spitzer's identity gives the mean of its
supremum,

    C_alpha = alpha^(1 - 1/alpha) E L_1^+,     E L_1^+ = Gamma(1 - 1/alpha) sigma / pi,
    sigma^alpha = Gamma(1 - alpha) cos(pi alpha / 2)     (p_+ = 1/2).

Source: this book's; Spitzer's identity, "A combinatorial lemma and its application to probability theory", 1956.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple, cast

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from heavysgd.landscape import Line
from heavysgd.theory.exit_measure_line import one_side
from scipy.special import gamma

from companion.subjects.common.approach import Approach
from companion.subjects.without_sampling.study import Exits, exits

_STEP = 1e-3  # of a shift, for derivatives


def stable_scale(alpha: float) -> float:
    """sigma: L_1 has the characteristic function exp(-|sigma t|^alpha) where nu has tails x^-alpha / 2 on either side."""
    return float((gamma(1 - alpha) * np.cos(np.pi * alpha / 2)) ** (1 / alpha))


def positive_part(alpha: float) -> float:
    """E L_1^+."""
    return float(gamma(1 - 1 / alpha) * stable_scale(alpha) / np.pi)


def crossing_constant(alpha: float) -> float:
    """C_alpha for symmetric noise, 1 < alpha < 2."""
    return float(alpha ** (1 - 1 / alpha) * positive_part(alpha))


class Crossings(NamedTuple):
    """Suprema of M over a grid of times, one a path, shape (n,), and what they say of C_alpha."""

    alpha: float
    suprema: np.ndarray
    constant: Measured

    def probability(self, u: np.ndarray) -> np.ndarray:
        """P(U crosses 0 | U_0 = u), seen on the grid; shape of u."""
        return 1 - np.searchsorted(np.sort(self.suprema), u, side="right") / self.suprema.size


def simulate_crossings(alpha: float, n_paths: int, n_times: int, seed: int) -> Crossings:
    """Paths of U from every starting point at once: U crosses from u exactly if the supremum of M exceeds u.

    M is looked at where e^(-alpha t) = 1 - k / n_times, between which its steps are alike and stable. What such a grid
    misses of the supremum's mean is known: the sum over k of k^(1/alpha - 1) stands for its integral. The supremum has no
    variance, and neither has the largest step; their difference has one, and the mean of the largest step is a quadrature.
    """
    steps = hs.SymmetricStable(alpha, stable_scale(alpha) * (alpha * n_times) ** (-1 / alpha))
    drawn = steps.sample(n_paths * n_times, seed=seed).reshape(n_paths, n_times)
    suprema = np.maximum(np.cumsum(drawn, axis=1).max(axis=1), 0.0)
    rest = suprema - np.maximum(drawn.max(axis=1), 0.0)
    share = alpha * n_times ** (1 / alpha) / np.sum(np.arange(1, n_times + 1) ** (1 / alpha - 1))
    value = share * (rest.mean() + mean_largest(steps, n_times))
    return Crossings(alpha, suprema, Measured(float(value), float(share * rest.std(ddof=1) / np.sqrt(n_paths))))


def mean_largest(steps: hs.SymmetricStable, count: int) -> float:
    """E max(0, Z_1, ..., Z_count) = int_0^infinity (1 - (1 - H(x)/2)^count) dx, in y = log x, where it is smooth."""
    middle = np.log(steps.scale) + np.log(count) / steps.alpha
    y = np.linspace(middle - 40, middle + 40 / (steps.alpha - 1), 4001)
    above = -np.expm1(count * np.log1p(-steps.tail(np.exp(y)) / 2))
    return float(np.trapezoid(above * np.exp(y), y))


def next_order(alpha: float) -> float:
    """The power of eta by which the next correction is smaller than the first.

    A big jump may be followed by another, which is of order eta^(alpha - 1); and noise of finite eta is not yet stable,
    its body counting as a second moment does, which is of relative order eta^((2 - alpha) / alpha).
    """
    return float(min((alpha - 1) ** 2, 2 - alpha) / alpha)


def lengths(f, noise, eta: float) -> np.ndarray:
    """l at every maximum, shape (k - 1,)."""
    rarity = float(hs.theory.rarity(noise, eta))
    return (rarity / np.abs(f.curvature(f.maxima))) ** (1 / noise.alpha)


def rate_with_boundaries_moved(f, alpha: float, b: float | None, basin: int, shifts: np.ndarray) -> float:
    """q of one basin when its boundaries, the maxima next to it, lie further in by `shifts`, shape (k - 1,)."""
    edges, sides = f.edges.copy(), f.sides.copy()
    for side, maximum in ((0, basin - 1), (1, basin)):
        if 0 <= maximum < f.maxima.size:
            edges[maximum + 1] += (1 - 2 * side) * shifts[maximum]
            sides[basin, side] -= shifts[maximum]
    known = {"size": f.size, "minima": f.minima, "open_ends": f.open_ends, "gradient": f.gradient}
    moved = cast(Line, SimpleNamespace(**known, edges=edges, sides=sides))  # all of a line that `one_side` reads
    jumps, b = int(hs.theory.jump_numbers(f, b)[basin]), np.inf if b is None else b
    return float(sum(one_side(moved, basin, side, jumps, alpha, b, 0.5)[0].sum() for side in (1, -1)))


def predicted_excess(f, noise, b: float | None, basin: int, etas) -> np.ndarray:
    """C_alpha sum_s l_s dq/ds / q at each learning rate, shape (n,): by what share the exit rate exceeds q lambda."""
    found = []
    for eta in etas:
        shift = _STEP * crossing_constant(noise.alpha) * lengths(f, noise, eta)
        further, nearer = (rate_with_boundaries_moved(f, noise.alpha, b, basin, sign * shift) for sign in (1, -1))
        found.append((further - nearer) / (2 * _STEP) / rate_with_boundaries_moved(f, noise.alpha, b, basin, 0 * shift))
    return np.array(found)


class Compared(NamedTuple):
    """Exits from one minimum beside the first correction; `predicted` is the excess of the rate, shape (n,)."""

    exits: Exits
    predicted: np.ndarray

    @property
    def ratio(self) -> Approach:
        """Exact over predicted excess, which tends to 1."""
        return self.exits.excess.over(self.predicted)

    def limit(self) -> Measured:
        """What it tends to, with the next order taken out."""
        return self.ratio.limit(next_order(self.exits.noise.alpha))


def compared(f, noise, b: float | None, basin: int, etas) -> Compared:
    """Exact exits and the prediction at each learning rate."""
    return Compared(exits(f, noise, b, basin, etas), predicted_excess(f, noise, b, basin, etas))
