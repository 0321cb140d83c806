"""A normal law sampled with eight bits: the variance of each kind of chain, exact and simulated.

Rounding adds, in every step, the variance r (D - r) of a number that lies r above the grid; of a normal step of variance
2 eta much smaller than D^2 that is about D E|step| = 2 D sqrt(eta / pi), so that the naive chain samples at the temperature

    T = D / sqrt(pi eta).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy.stats import norm

BITS = 8
SPACING, SPREAD = 1 / 8, 0.1  # of the grid; standard deviation of the gradient's own noise
_SETTLED, _THINNED = 10.0, 0.25  # flow times that are left out, and between positions that are kept


class Chain(NamedTuple):
    """Langevin dynamics of a standard normal target on numbers of eight bits."""

    kind: str
    eta: float
    spacing: float = SPACING

    @property
    def sgld(self) -> hs.LowPrecisionSGLD:
        """The recursion."""
        ends = -(2 ** (BITS - 1)) * self.spacing, (2 ** (BITS - 1) - 1) * self.spacing
        target = hs.Landscape("x**2/2", bounds=ends, name="a normal target")
        return hs.LowPrecisionSGLD(target, hs.Gaussian(1.0), self.eta, self.spacing, self.kind, SPREAD)

    def law(self) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the grid and their chances in the long run."""
        return _law(self)

    def variance(self) -> float:
        """In the long run: of the transition matrix; of the accumulators by their balance, with D^2 / 6 for each
        rounding, which is its mean over a law much wider than D."""
        if self.kind != "full":
            positions, law = self.law()
            return float(law @ (positions - law @ positions) ** 2)
        added = 2 * self.eta + self.eta**2 * (self.spacing**2 / 3 + SPREAD**2)
        return added / (1 - (1 - self.eta) ** 2)

    def simulated(self, flow_times: float, n_paths: int, seed: int) -> Measured:
        """Mean square of paths from 0 over so many times 1 / eta; the error is that of independent paths."""
        every = max(1, int(_THINNED / self.eta))
        n_steps = every * int((flow_times + _SETTLED) / _THINNED)
        how = {"n_steps": n_steps, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
        path = hs.sample_path(self.sgld, 0.0, **how)[:, int(_SETTLED / _THINNED) :]
        return hs.inference.mean((path**2).mean(axis=1))

    def distance(self) -> float:
        """Wasserstein's distance of second order between the law on the grid and the normal one."""
        positions, law = self.law()
        ends = norm.ppf(np.clip(np.concatenate([[0.0], np.cumsum(law)]), 0, 1))
        inner = norm.pdf(ends)  # integral of the normal quantile over a cell of chances is a difference of densities
        cross = positions @ -np.diff(inner)
        return float(np.sqrt(max(law @ positions**2 + 1 - 2 * cross, 0.0)))


@lru_cache(maxsize=128)
def _law(chain: Chain) -> tuple[np.ndarray, np.ndarray]:
    found = hs.exact.grid_chain(chain.sgld)
    return found.positions, found.stationary()


def temperature(eta: float, spacing: float = SPACING) -> float:
    """T = D / sqrt(pi eta), at which the naive chain samples."""
    return float(spacing / np.sqrt(np.pi * eta))
