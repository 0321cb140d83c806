"""Langevin dynamics with numbers of few bits: gradients and weights rounded to a grid.

    G = Q(f'(W) + s xi'),    Q(x) = D floor(x / D + U)   rounds up or down at random, with mean x

    full       X <- X - eta G + sqrt(2 eta) xi,    W <- Q(X)             accumulators keep all digits, the gradient is at W
    naive      W <- Q(W - eta G + sqrt(2 eta) xi)
    corrected  W <- a point of the grid with mean W - eta G and variance 2 eta, where there is one

The naive chain adds the variance of its rounding in every step. The corrected one counts it as a part of 2 eta: with
v = D^2 / 4, the most that rounding can add, and Cat(m, v) in {-D, 0, D} of mean m and second central moment v,

    2 eta > v :  Y = W - eta G + sqrt(2 eta - v) xi,   W <- near(Y) + Cat(Y - near(Y), v)
    else      :  M = W - eta G,   W <- Q(M) + Cat(0, (2 eta - r)^+),   r = (M - down(M)) (up(M) - M)

Source: Zhang, Wilson and De Sa (arXiv:2206.09909), Algorithms 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Gaussian, Noise
from heavysgd.recursion.base import Recursion

KINDS = ("full", "naive", "corrected")
_FULL_TURN = 6.283185307179586
_GRADIENT = f"""
    rough = gradient + spread*sqrt(-2.0*log(coin0))*cos({_FULL_TURN}*coin1)
    slope = spacing*floor(rough/spacing + coin2)
"""
_ROUNDED = {
    "full": """
    full = project(full - eta*slope + sqrt(2.0*eta)*z)
    x = spacing*floor(full/spacing + coin3)
    x = project(x)
""",
    "naive": """
    y = x - eta*slope + sqrt(2.0*eta)*z
    x = spacing*floor(y/spacing + coin3)
    x = project(x)
""",
    "wide": """
    y = x - eta*slope + sqrt(2.0*eta - spacing*spacing/4.0)*z
    near = spacing*floor(y/spacing + 0.5)
    rest = (y - near)/spacing
    up = (0.25 + rest*rest + rest)/2.0
    down = (0.25 + rest*rest - rest)/2.0
    turn = 1.0 if coin3 <= up else (-1.0 if coin3 <= up + down else 0.0)
    x = near + spacing*turn
    x = project(x)
""",
    "narrow": """
    y = x - eta*slope
    low = floor(y/spacing)
    rest = y/spacing - low
    share = max(2.0*eta/(spacing*spacing) - rest*(1.0 - rest), 0.0)
    turn = 1.0 if coin4 <= share/2.0 else (-1.0 if coin4 <= share else 0.0)
    x = spacing*(floor(y/spacing + coin3) + turn)
    x = project(x)
""",
}


@dataclass(frozen=True)
class LowPrecisionSGLD(Recursion):
    """Langevin dynamics on a grid, on a line; its exact law is `exact.grid_chain`.

    landscape : f, whose target is the density proportional to exp(-f); its bounds are the least and the largest number of
        the grid. noise : xi, `Gaussian(1.0)`. spacing : D > 0, between the numbers of the grid. kind : "full", "naive" or
        "corrected". spread : s >= 0, standard deviation of the gradient's own noise.

    Observed are the accumulators where there are such, else the weights. Starts belong on the grid.

    Raises `ValueError` for a noise that is not standard normal, parameters out of range, bounds that are no multiples of
    the spacing, more than one dimension, and as `Recursion` does.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("x**2/2", bounds=(-16, 15.875))
    >>> sgld = LowPrecisionSGLD(f, hs.Gaussian(1.0), eta=0.01, spacing=1 / 8, kind="naive")
    >>> path = hs.sample_path(sgld, 0.0, n_steps=100, progress=False)
    >>> bool((path == (path * 8).round() / 8).all())
    True
    """

    landscape: Landscape
    noise: Noise
    eta: float
    spacing: float
    kind: str = "corrected"
    spread: float = 0.0

    constants = "eta", "spacing", "spread"
    coins = 5

    def __post_init__(self):
        checks.one_of("kind", self.kind, KINDS)
        object.__setattr__(self, "spacing", checks.positive("spacing", self.spacing))
        spread = checks.real("spread", self.spread, "a number >= 0")
        if spread < 0:
            raise ValueError(f"spread = {spread:g}: must be a number >= 0")
        object.__setattr__(self, "spread", spread)
        super().__post_init__()
        if self.noise != Gaussian(1.0):
            raise ValueError(f"noise = {self.noise!r}: must be Gaussian(1.0), on a line")
        ends = [end / self.spacing for end in self.clip]
        if any(abs(end - round(end)) > 1e-9 for end in ends):
            raise ValueError(f"bounds of {self.landscape.name} must be multiples of the spacing {self.spacing:g}")

    @property
    def memory(self) -> dict[str, str]:
        """Accumulators, where the kind has some."""
        return {"full": "x"} if self.kind == "full" else {}

    @property
    def observed(self) -> str:
        """What is looked at."""
        return "full" if self.kind == "full" else "x"

    @property
    def step(self) -> str:
        """One step; see `Recursion`."""
        wide = 2 * self.eta > self.spacing**2 / 4
        return _GRADIENT + _ROUNDED[self.kind if self.kind != "corrected" else "wide" if wide else "narrow"]
