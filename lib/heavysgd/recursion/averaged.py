"""Mini-batch regression looked at through an exponential moving average of its weights.

    X_{n+1} = one step of mini-batch regression,    M_{n+1} = M_n + g (X_{n+1} - M_n)

Near the minimum X is an autoregressive sequence, so that with r = 1 - eta, v its variance and q = 1 - g

    Var M = (g^2 v + 2 g q r c) / (1 - q^2),    c = Cov(X, M) = g v / (1 - q r):

for g << eta about (g / 2 eta) (2 v), the variance of a mean over 1 / g steps.

Source: Block, Foster, Krishnamurthy, Simchowitz and Zhang (arXiv:2310.11428), who average so in behaviour cloning.
"""

from __future__ import annotations

from dataclasses import dataclass

from heavysgd import checks
from heavysgd.recursion.regression import MiniBatchRegression


@dataclass(frozen=True)
class AveragedRegression(MiniBatchRegression):
    """Parameters are those of `MiniBatchRegression`, with
    rate : g, in (0, 1], of the moving average, which is what is looked at and starts where the weights do.

    Raises `ValueError` for a rate out of range, and as `MiniBatchRegression` does.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("x**2/2", bounds=(-1e6, 1e6))
    >>> sgd = AveragedRegression(f, hs.Gaussian(1.0), eta=0.1, rate=0.01)
    >>> path = hs.sample_path(sgd, 0.0, n_steps=20_000, n_paths=8, progress=False)[:, 2000:]
    >>> bool(path.std() < 0.08)  # that of the weights is 0.24
    True
    """

    rate: float = 0.01

    constants = "eta", "batch", "rate"
    memory = {"mean": "x"}
    observed = "mean"

    def __post_init__(self):
        rate = checks.positive("rate", self.rate)
        if rate > 1:
            raise ValueError(f"rate = {rate:g}: must be at most 1, at which nothing is averaged")
        object.__setattr__(self, "rate", rate)
        super().__post_init__()

    @property
    def step(self) -> str:
        """One step; see `Recursion`."""
        return super().step + "    mean = mean + rate*(x - mean)\n"
