"""Two wells in the plane whose valley is wider or narrower at the pass: an entropic barrier.

    f(x, y) = V(x) + h(x) y^2 / 2,    h(x) = h_b + (h_a - h_b) (1 - cos(pi x / m)) / 2,    +-m the minima of V

Fast y has the variance v(x), and leaves a mean force h'(x) v / 2 along x: y gone, x moves in V + W with

    v = eta / (2 B (1 - eta h / 2)),      W = -log(1 - eta h / 2) / (2 B)              for noise shaped by the Hessian,
    v = D / (h (1 - eta h / 2)),          W = (D / 2) log(h / (1 - eta h / 2))         for white noise.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from heavysgd.landscape import Line, as_line

from companion.subjects.diffusion.study import D_WHITE, ETA, Well, sojourn, wells

K, EXPONENT = 1.0, 4.5
BARRIER = EXPONENT * ETA / 2
_NORMAL, _SIDE = hs.Gaussian(1.0), 2.0
_X, _Y = sympy.symbols("x y", real=True)


class Valley(NamedTuple):
    """Transverse curvature h_a at the minima and h_b at the pass; white noise, or noise shaped by the Hessian."""

    at_minima: float
    at_pass: float
    white: bool = False

    @property
    def line(self) -> Line:
        """V."""
        return as_line(wells(K, K, BARRIER))

    @property
    def h(self) -> sympy.Expr:
        """h(x)."""
        wave = (1 - sympy.cos(sympy.pi * _X / sympy.Float(float(self.line.minima[1])))) / 2
        return self.at_pass + (self.at_minima - self.at_pass) * wave

    @property
    def f(self) -> hs.Landscape:
        """The landscape in the plane."""
        return _plane(self.line, self.h)

    @property
    def sgd(self):
        """The recursion; the shape of the noise is the Hessian on the floor of the valley, y = 0."""
        if self.white:
            return hs.SGD(self.f, hs.Independent(hs.Gaussian(float(np.sqrt(2 * D_WHITE / ETA))), 2), ETA)
        floor = (sympy.diff(self.line.expr.xreplace({self.line.symbol: _X}), _X, 2), self.h)
        return hs.HessianShapedSGD(self.f, hs.Independent(_NORMAL, 2), ETA, hessian=floor)

    def without_y(self) -> float:
        """Exact escape time of x alone, in V + W."""
        v = self.line
        gone = 1 - ETA * self.h / 2
        w = D_WHITE / 2 * sympy.log(self.h / gone) if self.white else -sympy.log(gone) / 2
        expr = v.expr + w.xreplace({_X: v.symbol})
        f = hs.Landscape(expr, bounds=v.bounds, name="valley without y", allow=("curvature",))
        scale = float(np.sqrt(2 * D_WHITE / ETA)) if self.white else float(np.sqrt(K))
        return float(2 / hs.exact.spectrum(hs.SGD(f, hs.Gaussian(scale), ETA), 2, tolerance=1e-4)[1])

    def simulated(self, moves: int, seed: int) -> Measured:
        """Steps for each move between the wells."""
        return sojourn(self.sgd, self.f.minima, self.without_y(), moves, seed)

    def path(self, n_steps: int, seed: int) -> np.ndarray:
        """One path from the left minimum, every tenth step, shape (n, 2)."""
        return hs.sample_path(self.sgd, self.f.minima[0], n_steps=n_steps, every=10, seed=seed, progress=False)[0]


@lru_cache(maxsize=16)
def _plane(v: Line, h: sympy.Expr) -> hs.Landscape:
    expr, box = v.expr.xreplace({v.symbol: _X}) + h * _Y**2 / 2, (v.bounds, (-_SIDE, _SIDE))
    return hs.Landscape(expr, box, name="valley", symbols=(_X, _Y), allow=("curvature",))


class Gone(NamedTuple):
    """A valley's escape time, simulated; exactly without y, with W and without; each in steps."""

    simulated: Measured
    with_w: float
    line: float


def gone(valley: Valley, moves: int, seed: int) -> Gone:
    """All three."""
    line = Well(K, K, ETA, 1.0, BARRIER, valley.white)
    return Gone(valley.simulated(moves, seed), valley.without_y(), line.exact())
