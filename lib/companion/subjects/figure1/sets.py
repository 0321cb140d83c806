"""What chance does to the mean shares of a set of ten paths, and how likely reported ones are.

D^2 = (share - E share)^T C^{-1} (share - E share),    C the covariance of a path's shares over the size of the set
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.claims import Control
from companion.subjects.figure1.study import Paths

_TRIES = 2000  # sets drawn from the paths, from which a power is read off


class SetLaw(NamedTuple):
    """The mean shares of a set as a normal law: mean (k,), exact; covariance (k, k), from `n_paths` simulated paths.

    The last share is what the others leave, so k - 1 of them are looked at.
    """

    mean: np.ndarray
    covariance: np.ndarray
    n_paths: int

    def distance(self, shares) -> np.ndarray:
        """D^2 of shares (..., k)."""
        off = (np.asarray(shares) - self.mean)[..., :-1]
        return (off * np.linalg.solve(self.covariance[:-1, :-1], off[..., None])[..., 0]).sum(axis=-1)

    def pvalue(self, shares) -> float:
        """Of D^2 by Hotelling's law, which knows from how many paths the covariance is."""
        d, n = self.mean.size - 1, self.n_paths
        return float(stats.f.sf(self.distance(shares) * (n - d) / (d * (n - 1)), d, n - d))

    def log_density(self, shares) -> np.ndarray:
        """Logarithm of the density, up to a constant."""
        return -0.5 * (self.distance(shares) + np.linalg.slogdet(self.covariance[:-1, :-1])[1])

    def power(self, true: np.ndarray, level: float = 0.001) -> float:
        """The chance that `pvalue` is at most `level` where the mean shares are `true`."""
        d = self.mean.size - 1
        return float(stats.ncx2.sf(stats.chi2.isf(level, d), d, self.distance(true)))


def set_law(paths: Paths, exact: np.ndarray, size: int) -> SetLaw:
    """The law of sets of `size` paths with the exact mean shares."""
    return SetLaw(exact, np.cov(paths.by_path.T) / size, len(paths.positions))


def odds(shares, one: SetLaw, other: SetLaw) -> np.ndarray:
    """Logarithm of how much likelier shares (..., k) are under one law than under another."""
    return one.log_density(shares) - other.log_density(shares)


def sets_of(paths: Paths, size: int, one: SetLaw, other: SetLaw, bound: float, seed: int) -> Control:
    """Control of odds of at least `bound`: those of the first `size` paths, and how often sets of these paths have less."""
    by_path, rng = paths.by_path, np.random.default_rng(seed)
    drawn = np.array([by_path[rng.choice(len(by_path), size, replace=False)].mean(axis=0) for _ in range(_TRIES)])
    power = float(np.mean(odds(drawn, one, other) < bound))
    found = Measured(float(odds(by_path[:size].mean(axis=0), one, other)))
    return Control(f"the first {size} of our paths over as many steps as stated", found, power=power)
