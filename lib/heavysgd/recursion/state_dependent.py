"""Truncated SGD with noise of an amplitude that depends on the position.

    X_{n+1} = phi_L( X_n + phi_b( -eta f'(X_n) + eta sigma(X_n) Z_{n+1} ) )

Source: the framework papers (Wang and Rhee 2024, sections 2.1 and 2.4), whose theorems are of this recursion; the paper's
own is sigma = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from numpy.typing import ArrayLike

from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.amplitude import Amplitude
from heavysgd.recursion.truncated import Truncated


@dataclass(frozen=True)
class StateDependentSGD(Truncated):
    """Truncated SGD on a landscape, with noise sigma(x) Z.

    Parameters are those of `SGD`, with
    sigma : a positive expression of the landscape's symbols, or a number: one factor for all coordinates.

    Raises and warns as `SGD` does; `ValueError` also where sigma is not positive inside the bounds.

    >>> import heavysgd as hs
    >>> f = hs.landscapes.two_wells()
    >>> sgd = StateDependentSGD(f, hs.Lomax(1.2, 0.1), 1 + f.symbol / 4, eta=0.01, b=0.7)
    >>> sgd.amplitude(f.minima).tolist()
    [0.75, 1.25]
    """

    landscape: Landscape
    noise: Noise
    sigma: sympy.Expr
    eta: float
    b: float | None = None
    radius: float | None = None

    step = """
        move = eta*(sigma*z - gradient)
        move = cut(move, b)
        x = x + move
        x = project(x)
    """

    def __post_init__(self):
        self._check_parts()
        object.__setattr__(self, "sigma", Amplitude(self.landscape, self.sigma).expr)
        super().__post_init__()

    def functions(self) -> dict:
        """sigma, for the step."""
        return {"sigma": self.sigma}

    def amplitude(self, x: ArrayLike) -> np.ndarray:
        """sigma at positions; shape (...)."""
        return self._amplitude(x)

    @cached_property
    def _amplitude(self) -> Amplitude:
        return Amplitude(self.landscape, self.sigma)

    def __getstate__(self):
        """The fields alone: what is made of them does not travel to other processes."""
        return {name: value for name, value in self.__dict__.items() if name != "_amplitude"}
