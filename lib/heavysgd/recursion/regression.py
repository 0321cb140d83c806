"""Mini-batch SGD of a linear regression with one weight: noise that multiplies the position.

    X_{n+1} = phi_L( (1 - eta q_n) X_n + eta sqrt(q_n / B) Z_{n+1} ),    q_n = (1/B) sum_{i <= B} a_i^2,   a_i ~ N(0, 1)

It is the recursion of the loss E(a x - y)^2 / 2 with fresh inputs a_i and labels y_i = s e_i, e_i normal: Z is Gaussian,
of scale s.

The mean loss is x^2 / 2, the gradient of a batch has the variance (s^2 + 2 x^2) / B. As a random affine map it has
a stationary law with a power tail, whose index kappa solves E|1 - eta q|^kappa = 1 (`theory.kesten_index`).

Source: Meng et al. (arXiv:2006.13719), whose power-law dynamics is a diffusion with this covariance; the index is Kesten's
(Acta Mathematica 131, 1973).
"""

from __future__ import annotations

from dataclasses import dataclass

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.base import Recursion

_FULL_TURN = 6.283185307179586


@dataclass(frozen=True)
class MiniBatchRegression(Recursion):
    """Multiplicative noise of mini-batches, on a line.

    landscape : x^2 / 2 is the regression's own; on another, q multiplies its gradient. noise : the law of the labels, s its
        scale. batch : B, 1 <= B <= 16.

    Raises `ValueError` for a batch out of range, more than one dimension, and as `Recursion` does.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("x**2/2", bounds=(-1e6, 1e6))
    >>> sgd = MiniBatchRegression(f, hs.Gaussian(1.0), eta=0.5, batch=2)
    >>> sgd.coins, hs.sample_path(sgd, 0.0, n_steps=10, progress=False).shape
    (1, (1, 11))
    """

    landscape: Landscape
    noise: Noise
    eta: float
    batch: int = 1
    radius: float | None = None

    constants = "eta", "batch"

    def __post_init__(self):
        object.__setattr__(self, "batch", checks.count("batch", self.batch, most=16))
        super().__post_init__()
        if self.dimension > 1:
            raise ValueError(f"{self.landscape.name} has {self.dimension} dimensions: must have one")

    @property
    def coins(self) -> int:
        """A uniform for two squares of normal numbers, and two for one that is left over."""
        return self.batch // 2 + 2 * (self.batch % 2)

    @property
    def step(self) -> str:
        """One step; see `Recursion`. The sum of two squares is exponential, -2 log(coin)."""
        names = ["coin"] if self.coins == 1 else [f"coin{i}" for i in range(self.coins)]
        pairs = [f"log({name})" for name in names[: self.batch // 2]]
        if self.batch % 2:
            turn = f"cos({_FULL_TURN}*{names[-1]})"
            pairs.append(f"log({names[-2]})*{turn}*{turn}")
        return f"""
            q = -2.0*({" + ".join(pairs)})/batch
            x = x + eta*(sqrt(q/batch)*z - q*gradient)
            x = project(x)
        """
