"""SGD with noise in the shape of the Hessian: along each coordinate of variance |f_ii| / B.

    X_{n+1} = phi_L( X_n + phi_b( -eta grad f(X_n) + eta s(X_n) Z_{n+1} ) ),    s_i(x)^2 = |f_ii(x)| / B

f_ii are the second derivatives along the coordinates, which are taken to be the axes of the Hessian; Z Gaussian of scale
one makes the recursion whose limit at small eta is the diffusion with D_i(x) = eta |f_ii(x)| / (2 B).

Source: Xie, Sato and Sugiyama (arXiv:2002.03495), whose assumption it is that the covariance of mini-batch noise is the
Hessian over the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.amplitude import Amplitude
from heavysgd.recursion.truncated import Truncated


@dataclass(frozen=True)
class HessianShapedSGD(Truncated):
    """SGD with noise s(x) Z, s_i^2 = |f_ii| / batch, on a line and in R^d.

    Parameters are those of `SGD`, with
    batch : B > 0, by which the variance of the noise is divided.
    hessian : f_11, ..., f_dd as d expressions, where they are not to be the landscape's own, such as those on the floor
        of a valley, taken for all of it; None for its own.

    Raises and warns as `SGD` does; `ValueError` also where f_ii vanishes, as it does between a smooth minimum and a smooth
    maximum: no noise crosses there. Landscapes made of parabolas (`landscapes.parabolic_wells`) have no such place.

    >>> import heavysgd as hs
    >>> f = hs.landscapes.parabolic_wells(left=(1.0, 4.0), barrier=0.06)
    >>> HessianShapedSGD(f, hs.Gaussian(1.0), eta=0.02, batch=4).amplitude([f.minima[0], 0.0]).tolist()
    [0.5, 1.0]
    """

    landscape: Landscape
    noise: Noise
    eta: float
    batch: float = 1.0
    hessian: tuple[sympy.Expr, ...] | None = None
    b: float | None = None
    radius: float | None = None

    constants = "eta", "b", "batch"
    step = """
        move = eta*(shape*z/sqrt(batch) - gradient)
        move = cut(move, b)
        x = x + move
        x = project(x)
    """

    def __post_init__(self):
        object.__setattr__(self, "batch", checks.positive("batch", self.batch))
        self._check_parts()
        if self.hessian is not None and len(self.hessian) != self.dimension:
            raise ValueError(f"hessian = {self.hessian!r}: must be {self.dimension} expressions, one a coordinate")
        _ = self._amplitudes  # each must be positive
        super().__post_init__()

    def functions(self) -> dict:
        """sqrt(|f_ii|), for the step."""
        return {"shape": tuple(part.expr for part in self._amplitudes)}

    def amplitude(self, x: ArrayLike) -> np.ndarray:
        """s at positions of a line; shape (...). Raises `ValueError` beyond, where every coordinate has its own."""
        if self.dimension > 1:
            raise ValueError(
                f"{self.landscape.name} has {self.dimension} dimensions: each coordinate has its own amplitude"
            )
        return self._amplitudes[0](x) / np.sqrt(self.batch)

    @cached_property
    def _amplitudes(self) -> tuple[Amplitude, ...]:
        f = self.landscape
        bends = self.hessian or [sympy.diff(f.expr, symbol, 2) for symbol in f.symbols]
        return tuple(Amplitude(f, sympy.piecewise_fold(sympy.sqrt(sympy.Abs(bend)))) for bend in bends)

    def __getstate__(self):
        """The fields alone: what is made of them does not travel to other processes."""
        return {name: value for name, value in self.__dict__.items() if name != "_amplitudes"}
