"""SGD with noise on the labels: it has the shape of the outputs' gradients, and vanishes along the minima of zero loss.

    X_{n+1} = phi_L( X_n - eta (grad L(X_n) + sum_i Z_{n+1,i} grad f_i(X_n)) ),    L = sum_i (f_i - y_i)^2 / 2

which is a step of gradient descent on the loss with the labels y_i - Z_{n+1,i}. On the set of zero loss the mean step is
zero, and the position creeps along it, eta^2 Var Z times slower than descent, down the regulariser

    R(x) = - tr log(1 - (eta / 2) Hess L(x)) / (2 eta),

which is the trace of the Hessian over four for small eta, and its largest eigenvalue where eta comes near 2 over that.

Source: Damian, Ma and Lee (arXiv:2106.06530), whose Z_i are signs times sigma; what is of second order in eta depends on
their variance alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy

from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.base import Recursion


@dataclass(frozen=True)
class LabelNoiseSGD(Recursion):
    """SGD on a loss of squares with fresh noise on every label in every step, on a line and in R^d.

    landscape : L; minima that are no points, as sets of zero loss are, need `allow="anything"`. noise : in d dimensions,
    whose coordinate i is the noise of label i: `Independent` makes it so. outputs : f_1, ..., f_m, m <= d, expressions of
    the landscape's symbols.

    Raises `ValueError` for no outputs, more of them than parameters, and as `Recursion` does.

    >>> import heavysgd as hs
    >>> f = hs.landscapes.two_wells()  # f = (x^2 - 1)^2 / 2, the loss of the output x^2 with the label 1
    >>> sgd = LabelNoiseSGD(f, hs.Gaussian(0.1), f.symbol**2, eta=0.05)
    >>> hs.sample_path(sgd, f.minima[1], n_steps=100, every=50, progress=False).shape
    (1, 3)
    """

    landscape: Landscape
    noise: Noise
    outputs: Sequence[sympy.Expr]
    eta: float
    radius: float | None = None

    constants = ("eta",)

    def __post_init__(self):
        self._check_parts()
        outputs = tuple(self.outputs) if isinstance(self.outputs, (tuple, list)) else (self.outputs,)
        if not 0 < len(outputs) <= self.dimension:
            raise ValueError(
                f"outputs = {self.outputs!r}: must be one to {self.dimension} expressions, as many as there are numbers in "
                "a draw of the noise"
            )
        object.__setattr__(self, "outputs", tuple(map(self._in_own_symbols, outputs)))
        super().__post_init__()

    @property
    def step(self) -> str:
        """One step; see `Recursion`."""
        pushes = "".join(f" + dot(z, unit{i})*slope{i}" for i in range(len(self.outputs)))
        return f"""
        x = x - eta*(gradient{pushes})
        x = project(x)
        """

    def functions(self) -> dict:
        """grad f_i, and the unit vectors, for the step."""
        found = {}
        for i, output in enumerate(self.outputs):
            found[f"unit{i}"] = tuple(int(j == i) for j in range(self.dimension))
            found[f"slope{i}"] = tuple(sympy.diff(output, symbol) for symbol in self.landscape.symbols)
        return found

    def _in_own_symbols(self, output: sympy.Expr) -> sympy.Expr:
        own = {symbol.name: symbol for symbol in self.landscape.symbols}
        output = sympy.sympify(output)
        if unknown := sorted(s.name for s in output.free_symbols if s.name not in own):
            raise ValueError(f"outputs hold {', '.join(unknown)}: must be expressions of {', '.join(own)}")
        return output.xreplace({s: own[s.name] for s in output.free_symbols})
