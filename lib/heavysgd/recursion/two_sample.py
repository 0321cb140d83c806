"""SGD on two samples, one of which is drawn in each step: noise that vanishes where both are at rest.

    X_{n+1} = phi_L( X_n - eta grad (f + s_n g)(X_n) ),    s_n = 1 or -1

The losses of the samples are f + g and f - g, so that f is the mean loss where they are drawn alike. Near a point where
both gradients vanish the recursion is a product of random matrices 1 - eta (Hess f + s Hess g), and what it does in the
long run is decided by the Lyapunov exponent of that product (`theory.lyapunov_exponent`).

Source: Ziyin, Li, Simon and Ueda (arXiv:2107.11774).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.base import Recursion


@dataclass(frozen=True)
class TwoSampleSGD(Recursion):
    """SGD on two samples, on a line and in R^d.

    landscape : the mean loss f. noise : its sign, or that of its first coordinate, draws the sample: any law, whose
    `p_plus` is the share of f + g. apart : g, an expression of the landscape's symbols.

    Raises `ValueError` as `Recursion` does.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("w**4/4 - w**2/4", bounds=(-2, 2))
    >>> sgd = TwoSampleSGD(f, hs.Lomax(2.0), 1.25 * f.symbol**2, eta=0.3)
    >>> bool(abs(hs.sample_path(sgd, 0.3, n_steps=2000, progress=False)[0, -1]) < 1e-60)  # the maximum at 0
    True
    """

    landscape: Landscape
    noise: Noise
    apart: sympy.Expr
    eta: float
    radius: float | None = None

    constants = ("eta",)
    step = """
        side = 1.0 if dot(z, first) > 0.0 else -1.0
        x = x - eta*(gradient + side*further)
        x = project(x)
    """

    def functions(self) -> dict:
        """grad g, and the first unit vector, for the step."""
        symbols = {s.name: s for s in self.landscape.symbols}
        g = sympy.sympify(self.apart)
        g = g.xreplace({s: symbols.get(s.name, s) for s in g.free_symbols})
        slopes = tuple(sympy.diff(g, s) for s in self.landscape.symbols)
        return {"further": slopes, "first": (1, *[0] * (self.dimension - 1))}
