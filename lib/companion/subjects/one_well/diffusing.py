"""Noise that spreads like a diffusion: of constant variance, shaped like the Hessian, growing with the distance."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
import sympy
from scipy.special import gammaln

from companion.subjects.one_well.noise import Noise, Setting, at_the_rim, by_the_kernel, well

_NORMAL = hs.Gaussian(1.0)


class LabelNoise(Noise):
    """Noise of spread s on the label of the output sqrt(k) x: C = k s^2, the Hessian times s^2."""

    title, paper = "label noise", "damian2021"
    key = "label-noise"
    hard = "wide wells: $e^{w^2/\\eta s^2}$"
    does_not = "the barrier beside the width"
    own_name, own = "spread $s$ of the labels", 2.9
    around = (0.7, 0.85, 1.0, 1.2, 1.4)

    def sgd(self, s: Setting) -> hs.LabelNoiseSGD:
        """X <- X - eta (k X + s sqrt(k) Z)."""
        f = well(s.width, s.curvature)
        output = sympy.sqrt(sympy.Float(s.curvature)) * f.symbol
        return hs.LabelNoiseSGD(f, hs.Gaussian(s.own), outputs=(output,), eta=s.eta)

    def alike(self, s: Setting) -> hs.SGD:
        """The same recursion as one of additive noise, which here it is: the slope of the output is constant."""
        return hs.SGD(well(s.width, s.curvature), hs.Gaussian(s.own * float(np.sqrt(s.curvature))), s.eta)

    def exact(self, s: Setting) -> float:
        """Of the same recursion, as one of additive noise."""
        return by_the_kernel(self.alike(s))

    def theory(self, s: Setting) -> float:
        """The diffusion's."""
        return at_the_rim(s, s.own**2 * s.curvature)


class HessianShaped(Noise):
    """Gradient noise whose covariance is the Hessian over the batch B."""

    title, paper = "noise shaped like the Hessian", "xie2021"
    key = "hessian"
    hard = "wide wells: $e^{B w^2/\\eta}$"
    does_not = "the barrier beside the width"
    own_name, own = "batch $B$", 0.12

    def sgd(self, s: Setting) -> hs.HessianShapedSGD:
        """C = k / B."""
        return hs.HessianShapedSGD(well(s.width, s.curvature), _NORMAL, s.eta, s.own)

    def theory(self, s: Setting) -> float:
        """The diffusion's: its exponent 2 B (barrier) / (eta k) is B w^2 / eta."""
        return at_the_rim(s, s.curvature / s.own)


class Injected(Noise):
    """Normal noise of eta^(1/2 + beta) in every step, beside a gradient of which what is large is kept: here all."""

    title, paper = "injected noise", "zhou2021"
    key = "injected"
    hard = "deep wells: $e^{k w^2 / s^2 \\eta^{2\\beta}}$"
    does_not = "the width beside the barrier"
    own_name, own = r"exponent $\beta$", 0.25
    around = (0.4, 0.7, 1.0, 1.3, 1.6)
    _spread = 1.09

    def sgd(self, s: Setting) -> hs.SGD:
        """X <- X - eta k X + eta^(1/2 + beta) s Z, s = 1.09."""
        return hs.SGD(well(s.width, s.curvature), hs.Gaussian(self._spread * s.eta ** (s.own - 0.5)), s.eta)

    def theory(self, s: Setting) -> float:
        """The diffusion's, of temperature s^2 eta^(2 beta) / 2."""
        return at_the_rim(s, self._spread**2 * s.eta ** (2 * s.own - 1))


class PowerLaw(Noise):
    """Mini-batch noise that grows with the distance: C = c (1 + 4 x^2) / B, with kappa = k B / (4 c eta) = 3 at first."""

    title, paper = "noise that grows with the distance", "meng2020"
    key = "power-law"
    hard = "deep wells, by a power: $(C(w)/C(0))^{\\kappa + 1}$"
    does_not = "nothing, here"
    own_name, own = "batch $B$", 1.0
    _growth, _level = 4.0, 25 / 6

    def sgd(self, s: Setting) -> hs.StateDependentSGD:
        """Ito's convention, which is that of SGD."""
        f = well(s.width, s.curvature)
        sigma = sympy.sqrt(sympy.Float(self._level / s.own) * (1 + self._growth * f.symbol**2))
        return hs.StateDependentSGD(f, _NORMAL, sigma, s.eta)

    def theory(self, s: Setting) -> float:
        """A power of the barrier: (C(w) / C(0))^(kappa + 1) sqrt(pi / g) Gamma(kappa + 1/2) / (2 k w eta Gamma(kappa + 1)),
        g = 4; the diffusion's, as it grows long."""
        kappa = s.curvature * s.own / (self._growth * self._level * s.eta)
        ratio = 1 + self._growth * s.width**2
        front = np.sqrt(np.pi / self._growth) / (2 * s.curvature * s.width * s.eta)
        return float(front * np.exp((kappa + 1) * np.log(ratio) + gammaln(kappa + 0.5) - gammaln(kappa + 1)))
