"""Noise that is more than a number added to the gradient: batches of a regression, samples that disagree, few bits."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from scipy.special import ndtr, roots_genlaguerre

from companion.subjects.common.random_walk import steps_beyond
from companion.subjects.one_well.kernel import mean_steps, of_cells
from companion.subjects.one_well.noise import Noise, Setting, at_the_rim, past_the_rim, well

_NODES = 48  # of the law of a batch's curvature


class Regression(Noise):
    """Batches of a regression, whose curvature is drawn with them: the clone of a number in behaviour cloning."""

    title, paper = "batches of a regression", "block2024"
    key = "regression"
    hard = "wide wells: about $e^{B w^2/\\eta \\ell^2}$"
    does_not = "the barrier beside the width"
    own_name, own, eta = "batch $B$", 4, 0.1
    around = (0.25, 0.5, 1.0, 1.5, 2.0)
    _labels = 2.4

    def sgd(self, s: Setting) -> hs.MiniBatchRegression:
        """Features of variance k, labels of spread 2.4."""
        spread = self._labels * float(np.sqrt(s.curvature))
        return hs.MiniBatchRegression(well(s.width, s.curvature), hs.Gaussian(spread), s.eta, round(s.own))

    def theory(self, s: Setting) -> float:
        """That of the normal law of the weight, of variance eta l^2 / (B (2 - eta k (1 + 2 / B))), l the labels' spread."""
        batch = round(s.own)
        inflation = 2 / (2 - s.eta * s.curvature * (1 + 2 / batch))
        return at_the_rim(s, s.curvature * self._labels**2 / batch * inflation)

    def exact(self, s: Setting) -> float:
        """A batch of curvature q k, q chi^2_B / B, makes of x a normal number of mean (1 - eta k q) x, variance
        eta^2 l^2 k q / B."""
        batch = round(s.own)
        nodes, weights = roots_genlaguerre(_NODES, batch / 2 - 1)
        q = 2 * nodes / batch

        def below(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            total = np.zeros((x.size, y.size))
            for one, weight in zip(q, weights / weights.sum()):
                centre = (1 - s.eta * s.curvature * one) * x[:, None]
                spread = s.eta * self._labels * np.sqrt(s.curvature * one / batch)
                total += weight * (ndtr((y - centre) / spread) - ndtr((-y - centre) / spread))
            return total

        return of_cells(below, s.width)


class TwoSamples(Noise):
    """Two samples of curvatures k (1 + c) and k (1 - c), drawn alike: noise that vanishes at the minimum."""

    title, paper = "samples that disagree", "ziyin2022"
    key = "two-samples"
    hard = "wells at whose bottom $\\Lambda < 0$: flat ones, or where samples agree"
    does_not = "barrier; the width, but for its logarithm"
    own_name, own, eta = "disagreement $c$", 2.5, 0.5
    around = (0.85, 0.92, 1.0, 1.2, 1.4)
    start = 1e-3

    def sgd(self, s: Setting) -> hs.TwoSampleSGD:
        """From 0.001, since 0 is never left."""
        f = well(s.width, s.curvature)
        return hs.TwoSampleSGD(f, hs.Lomax(2.0), sympy.Float(s.own * s.curvature) * f.symbol**2 / 2, s.eta)

    def factors(self, s: Setting) -> np.ndarray:
        """By which a step multiplies x."""
        return 1 - s.eta * s.curvature * (1 + s.own * np.array([1, -1]))

    def theory(self, s: Setting) -> float:
        """log(w / 0.001) / Lambda where the Lyapunov exponent Lambda is positive; else never, infinity."""
        exponent = hs.theory.lyapunov_exponent(self.factors(s))
        return float(np.log(s.width / self.start) / exponent) if exponent > 0 else np.inf

    def exact(self, s: Setting) -> float:
        """Of the random walk log|x|."""
        if self.theory(s) == np.inf:
            return np.inf
        return steps_beyond(np.log(np.abs(self.factors(s))), np.log(s.width / self.start))


class LowPrecision(Noise):
    """Langevin dynamics at temperature 1/20 whose weights are rounded to multiples of 2^-m."""

    title, paper = "numbers of few bits", "zhang2022"
    key = "few-bits"
    hard = "deep wells: $e^{20 k w^2/2T}$, $T$ the temperature of rounding"
    does_not = "the width beside the barrier"
    own_name, own = "binary places $m$", 3
    around = (2 / 3, 1.0, 4 / 3, 5 / 3, 2.0)
    _count = 20.0
    _beyond = 2.0

    def sgd(self, s: Setting) -> hs.LowPrecisionSGLD:
        """The naive chain of the target exp(-20 f), in steps of eta / 20, on a grid to twice the rim."""
        spacing = 2.0 ** -round(s.own)
        end = np.ceil(self._beyond * s.width / spacing) * spacing
        x = sympy.Symbol("x", real=True)
        f = hs.Landscape(sympy.Float(self._count * s.curvature) * x**2 / 2, bounds=(-end, end), name="one well, many times")
        return hs.LowPrecisionSGLD(f, hs.Gaussian(1.0), s.eta / self._count, spacing, "naive")

    def theory(self, s: Setting) -> float:
        """The diffusion's, at the temperature of rounding, D / sqrt(pi eta / 20) over 20, where that is above 1/20."""
        hotter = max(2.0 ** -round(s.own) / np.sqrt(np.pi * s.eta / self._count), 1.0)
        return at_the_rim(s, 2 * hotter / (self._count * s.eta))

    def exact(self, s: Setting) -> float:
        """From the chain on the numbers of the grid."""
        chain = hs.exact.grid_chain(self.sgd(s))
        inside = np.abs(chain.positions) < s.width * (1 - 1e-12)
        times = mean_steps(chain.matrix[np.ix_(inside, inside)])
        return float(times[np.flatnonzero(chain.positions[inside] == 0)[0]])

    def simulated(self, s: Setting, n_exits: int, seed: int) -> Measured:
        """Until a number of the grid at the rim or past it is met."""
        return past_the_rim(self.sgd(s), s.width, self.exact(s), n_exits, seed)
