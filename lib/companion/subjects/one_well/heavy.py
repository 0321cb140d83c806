"""Heavy-tailed noise: one jump, several jumps with truncation, one jump in space."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from scipy.special import betainc

from companion.subjects.one_well.kernel import of_cells
from companion.subjects.one_well.noise import Noise, Setting, past_the_rim, well

_SCALE, _ALPHA = 0.3, 1.5
_NODES = 240  # of the law of jumps


class HeavyTails(Noise):
    """X <- X + eta (Z - k X), Z of tail index alpha."""

    title, paper = "heavy tails", "wang2022"
    key = "heavy-tails"
    hard = "wide wells: $w^\\alpha$"
    does_not = "barrier, curvature"
    own_name, own = r"tail index $\alpha$", _ALPHA
    around = (0.8, 0.9, 1.0, 1.1, 1.2)

    def sgd(self, s: Setting) -> hs.SGD:
        """Without truncation."""
        return hs.SGD(well(s.width, s.curvature), hs.Lomax(s.own, _SCALE), s.eta)

    def theory(self, s: Setting) -> float:
        """1 / (q lambda(eta)), Theorem 1."""
        return hs.theory.mean_exit_time(self.sgd(s), 0)


class Truncated(HeavyTails):
    """The same with steps cut at b."""

    title = "truncated heavy tails"
    key = "truncated"
    hard = "wells many thresholds wide: $\\lceil w/b \\rceil$ jumps"
    does_not = "the barrier; the curvature has a part in the constant alone"
    own_name, own = "threshold $b$", 0.6
    around = (0.45, 0.6, 0.7, 1.0, 1.35, 1.9, 2.4)

    def sgd(self, s: Setting) -> hs.SGD:
        """With b the variable of its own."""
        return hs.SGD(well(s.width, s.curvature), hs.Lomax(_ALPHA, _SCALE), s.eta, s.own)


class InSpace(Noise):
    """The same as `HeavyTails` in d dimensions: the well is a ball of radius w, jumps go in every direction alike."""

    title, paper = "heavy tails in space", "wang2025"
    key = "space"
    hard = "wide wells: $w^\\alpha$"
    does_not = "barrier, curvature, dimension"
    own_name, own = "dimension $d$", 3
    around = (1 / 3, 2 / 3, 1.0, 2.0, 4.0)

    def sgd(self, s: Setting) -> hs.SGD:
        """In a box far wider than the ball."""
        d, far = round(s.own), 1e6
        symbols = sympy.symbols(f"x:{d}", real=True)
        loss = sympy.Float(s.curvature) / 2 * sum(x**2 for x in symbols)
        f = hs.Landscape(loss, ((-far, far),) * d if d > 1 else (-far, far), symbols=symbols, name="one well in space")
        law = hs.Lomax(_ALPHA, _SCALE)
        return hs.SGD(f, hs.Isotropic(law, d) if d > 1 else law, s.eta)

    def theory(self, s: Setting) -> float:
        """One jump longer than w does it, whatever its direction: 1 / H(1/eta) w^-alpha."""
        law = hs.Lomax(_ALPHA, _SCALE)
        return float(s.width**_ALPHA / hs.theory.exit_scale(law, s.eta, 1))

    def exact(self, s: Setting) -> float:
        """From the law of |X|, which is a chain of its own: its step r is the third side of a triangle,

        |X|^2 = a^2 + r^2 + 2 a r u,    a = (1 - eta k) |X|,  r = eta |Z|,  u a coordinate of a random direction.
        """
        d, law = round(s.own), hs.Lomax(_ALPHA, _SCALE)
        if d == 1:
            return HeavyTails().exact(s._replace(own=_ALPHA))
        r, masses = _lengths(law, s)

        def below(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            a = np.maximum((1 - s.eta * s.curvature) * x, 1e-12)[:, None]
            total = np.zeros((x.size, y.size))
            for length, mass in zip(r, masses):
                total += mass * _coordinate_below((y[None] ** 2 - a**2 - length**2) / (2 * a * length), d)
            return total

        return of_cells(below, s.width)

    def simulated(self, s: Setting, n_exits: int, seed: int) -> Measured:
        """In R^d, by the length of the position."""
        return past_the_rim(self.sgd(s), s.width, self.theory(s), n_exits, seed)


def _lengths(law: hs.Lomax, s: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of steps and their masses: by Gauss and Legendre in the logarithm of the length, from where nothing moves to
    where all are past the rim, whose mass is left out."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    low, high = np.log(1e-6 * s.width), np.log(2.5 * s.width)
    r, unit = np.exp(low + (nodes + 1) / 2 * (high - low)), s.eta * law.scale
    masses = weights * r / unit * (1 + r / unit) ** (-law.alpha - 1)
    return r, masses / masses.sum() * (1 - law.tail(2.5 * s.width / s.eta))


def _coordinate_below(u: np.ndarray, d: int) -> np.ndarray:
    """Chance that a coordinate of a random direction in R^d, d > 1, is below u."""
    u = np.clip(u, -1, 1)
    if d == 2:
        return 1 - np.arccos(u) / np.pi
    if d == 3:
        return (1 + u) / 2
    return np.where(u > 0, 1 - betainc((d - 1) / 2, 0.5, 1 - u * u) / 2, betainc((d - 1) / 2, 0.5, 1 - u * u) / 2)
