"""Adam and AMSGrad, without correction of the first steps, on two samples.

    g = grad (f + s g)(X),   M <- beta1 M + (1 - beta1) g,   V <- beta2 V + (1 - beta2) g^2,   U <- max(U, V)
    X <- phi_L( X - eta M / (sqrt(U) + epsilon) )

coordinate by coordinate, all of M, V and U zero at first. AMSGrad keeps the greatest V; Adam has U = V.

Source: Kingma and Ba (arXiv:1412.6980); Reddi, Kale and Kumar (International Conference on Learning Representations, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.two_sample import TwoSampleSGD

KINDS = ("amsgrad", "adam")


@dataclass(frozen=True)
class AdaptiveSGD(TwoSampleSGD):
    """`TwoSampleSGD` with adapted learning rates.

    beta1, beta2 : in [0, 1). kind : "amsgrad" or "adam". epsilon : > 0. Other parameters as there. Raises `ValueError` for
    what is outside this.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("w**4/4 - w**2/4", bounds=(-2, 2))
    >>> sgd = AdaptiveSGD(f, hs.Lomax(2.0), 1.25 * f.symbol**2, eta=0.1, beta1=0.0, beta2=0.9)
    >>> hs.sample_path(sgd, 0.3, n_steps=100, every=100, progress=False).shape
    (1, 2)
    """

    landscape: Landscape
    noise: Noise
    apart: sympy.Expr
    eta: float
    beta1: float = 0.9
    beta2: float = 0.999
    kind: str = "amsgrad"
    epsilon: float = 1e-300
    radius: float | None = None

    constants = "eta", "beta1", "beta2", "epsilon"
    memory = {"mean": "0*x", "square": "0*x", "scale": "0*x"}

    def __post_init__(self):
        checks.one_of("kind", self.kind, KINDS)
        object.__setattr__(self, "epsilon", checks.positive("epsilon", self.epsilon))
        for name in ("beta1", "beta2"):
            value = checks.real(name, getattr(self, name))
            if not 0 <= value < 1:
                raise ValueError(f"{name} = {value:g}: must lie in [0, 1)")
            object.__setattr__(self, name, value)
        super().__post_init__()

    @property
    def step(self) -> str:
        """One step; see `Recursion`."""
        return f"""
            side = 1.0 if dot(z, first) > 0.0 else -1.0
            slope = gradient + side*further
            mean = beta1*mean + (1.0 - beta1)*slope
            square = beta2*square + (1.0 - beta2)*slope*slope
            scale = {"max(scale, square)" if self.kind == "amsgrad" else "square + 0.0*scale"}
            x = x - eta*mean/(sqrt(scale) + epsilon)
            x = project(x)
        """
