"""sigma(x), an amplitude of the noise that depends on where a path is: sigma(X_n) Z_{n+1}.

Source: the framework papers (Wang and Rhee, Large deviations and metastability analysis for heavy-tailed dynamical
systems, May 2024), Assumptions 2 and 3 on pages 9 and 10: sigma is positive and Lipschitz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy

from heavysgd.compiling import points_inside, vectorised_over
from heavysgd.expression import real_formula
from heavysgd.landscape import Landscape


@dataclass(frozen=True)
class Amplitude:
    """A positive function of the position of a landscape, one number in any dimension.

    landscape, expr : the expression is in the landscape's symbols, x and x(real=True) being one, or a number.

    Raises `ValueError` for what is no such expression, and where it is not finite and positive inside the bounds.

    >>> from heavysgd import landscapes
    >>> sigma = Amplitude(landscapes.two_wells(), 1 + sympy.Symbol("x") / 4)
    >>> sigma([-1.0, 0.0, 1.0]).tolist()
    [0.75, 1.0, 1.25]
    """

    landscape: Landscape
    expr: sympy.Expr

    def __post_init__(self):
        f = self.landscape
        try:
            expr = sympy.sympify(self.expr)
        except (sympy.SympifyError, TypeError) as error:
            raise ValueError(f"sigma = {self.expr!r}: must be a SymPy expression or a number") from error
        own = {symbol.name: symbol for symbol in f.symbols}
        if not isinstance(expr, sympy.Expr) or any(symbol.name not in own for symbol in expr.free_symbols):
            raise ValueError(f"sigma = {self.expr!r}: must be an expression of {', '.join(own)} or a number")
        expr = real_formula(expr.xreplace({s: own[s.name] for s in expr.free_symbols}), f.symbols, f.intervals)
        object.__setattr__(self, "expr", expr)
        points = points_inside(f.intervals)
        with np.errstate(all="ignore"):
            values = vectorised_over(f.symbols, expr)(points)
        wrong = ~(np.isfinite(values) & (values > 0))
        if wrong.any():
            at = np.squeeze(points[wrong][0])
            raise ValueError(f"sigma = {expr}: is {values[wrong][0]:g} at x = {at}, and must be positive inside the bounds")

    def __call__(self, x) -> np.ndarray:
        """sigma at positions, (...) on a line and (..., d) beyond; shape (...)."""
        x = np.asarray(x, float)
        return self._values(x[..., None] if self.landscape.dimension == 1 else x)

    @cached_property
    def _values(self):
        return vectorised_over(self.landscape.symbols, self.expr)

    @cached_property
    def most(self) -> float:
        """Its largest value at points spread over the bounds."""
        return float(self._values(points_inside(self.landscape.intervals)).max())
