"""State-dependent noise read by a convention other than Ito's: a drift that the noise brings.

    X_{n+1} = phi_L( X_n + phi_b( -eta f'(X_n) + a eta^2 sigma(X_n) sigma'(X_n) + eta sigma(X_n) Z_{n+1} ) )

The diffusion dX = -f' dt + sqrt(eta) sigma dB, its integral read at the point (1 - a) X + a X' of each step, is Ito's with
the drift a eta sigma sigma' added: a = 0 is Ito's own, 1/2 Stratonovich's, 1 the anti-Ito one. SGD is a = 0, since a batch
is drawn where the step begins.

Source: Meng et al. (arXiv:2006.13719), whose stationary density is that of a = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.compiling import vectorised
from heavysgd.landscape import as_line
from heavysgd.recursion.state_dependent import StateDependentSGD


@dataclass(frozen=True)
class ConventionSGD(StateDependentSGD):
    """`StateDependentSGD` on a line with the drift of a convention.

    convention : a in [0, 1]. Other parameters, errors and warnings as there.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("x**2/2", bounds=(-4, 4))
    >>> sgd = ConventionSGD(f, hs.Gaussian(1.0), sympy.sqrt(1 + f.symbol**2), eta=0.1, convention=1.0)
    >>> sgd.drift([1.0]).round(6).tolist()
    [-0.09]
    """

    convention: float = 0.0

    constants = "eta", "b", "convention"
    step = """
        move = eta*(sigma*z - gradient + convention*eta*push)
        move = cut(move, b)
        x = x + move
        x = project(x)
    """

    def __post_init__(self):
        share = checks.real("convention", self.convention)
        if not 0 <= share <= 1:
            raise ValueError(f"convention = {self.convention!r}: must lie in [0, 1], from Ito to anti-Ito")
        object.__setattr__(self, "convention", share)
        super().__post_init__()

    def functions(self) -> dict:
        """sigma, and sigma sigma', for the step."""
        return super().functions() | {"push": self._push}

    def drift(self, x: ArrayLike) -> np.ndarray:
        """-eta f' + a eta^2 sigma sigma' at positions; shape of x."""
        x = np.asarray(x, float)
        return super().drift(x) + self.convention * self.eta**2 * self._pushes(x)

    @property
    def _push(self) -> sympy.Expr:
        return sympy.simplify(sympy.diff(self.sigma**2, as_line(self.landscape).symbol) / 2)

    @cached_property
    def _pushes(self):
        return vectorised(as_line(self.landscape).symbol, self._push)

    def __getstate__(self):
        """The fields alone: what is made of them does not travel to other processes."""
        return {name: value for name, value in super().__getstate__().items() if name != "_pushes"}
