"""Theorem 2: the share of the first floor(t / eta^beta) steps that is spent in sharp basins.

Exact shares are those of the exact kernel, from every minimum; finite rates are the chain with rate q_ij lambda_i(eta) from
m_i to m_j, which the limit theory gives; simulated paths are held against the former.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.common.measurements import mean_over_groups

ROUGH = 1e-3  # tolerance above stability, where meshes grow large; shares are of order 1e-2 and errors below it


class Expected(NamedTuple):
    """Expected shares from every minimum, arrays of shape (n_eta, n_beta, k): exact, and with finite rates.

    steps : floor(t / eta^beta), (n_eta, n_beta). error : the largest absolute error of `exact`.
    """

    etas: np.ndarray
    betas: np.ndarray
    steps: np.ndarray
    exact: np.ndarray
    finite: np.ndarray
    error: float

    def over_starts(self, beta: float) -> tuple[np.ndarray, np.ndarray]:
        """Exact and finite-rate shares at one beta, averaged over the starts, both of shape (n_eta,)."""
        k = int(np.flatnonzero(self.betas == beta)[0])
        return self.exact[:, k].mean(axis=-1), self.finite[:, k].mean(axis=-1)

    def from_start(self, beta: float, start: int) -> Approach:
        """The exact share at one beta from one minimum, along the learning rates."""
        values = self.exact[:, int(np.flatnonzero(self.betas == beta)[0]), start]
        return Approach(self.etas, values, self.error / values)


def horizon(eta: float, t: float, beta: float) -> int:
    """floor(t / eta^beta), Theorem 2's number of steps."""
    return int(np.floor(t * eta**-beta))


def expected(f, noise, b, basins, etas: Sequence[float], t: float, betas: Sequence[float], tolerance=5e-5) -> Expected:
    """Shares of `basins` in the first t / eta^beta steps at each learning rate and each beta."""
    steps = np.array([[horizon(eta, t, beta) for beta in betas] for eta in etas])
    found = [hs.exact.transition(quiet_sgd(f, noise, eta, b), n, tolerance=tolerance) for eta, n in zip(etas, steps)]
    exact = np.array([part.share[..., list(basins)].sum(axis=-1) for part in found])
    finite = [[finite_shares(f, noise, b, basins, eta, n) for n in row] for eta, row in zip(etas, steps)]
    error = max(part.error for part in found)
    return Expected(np.array(etas, float), np.array(betas, float), steps, exact, np.array(finite), error)


def finite_shares(f, noise, b, basins, eta: float, n_steps: int) -> np.ndarray:
    """The same under the finite rates, shape (k,)."""
    chain = _rates(f, noise, eta, b)
    return np.array([chain.share(basins, start=i, n_steps=int(n_steps)) for i in range(f.size)])


def in_the_long_run(f, noise, b, basins, etas: Sequence[float]) -> Approach:
    """Exact stationary share of `basins` at each learning rate."""
    found = [hs.exact.stationary(quiet_sgd(f, noise, eta, b)) for eta in etas]
    shares = [law.basin_fraction[list(basins)].sum() for law in found]
    return Approach(np.array(etas, float), np.array(shares), np.array([law.error for law in found]))


def along_b(f, noise, thresholds: Sequence[float], basins, eta: float) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds and the exact stationary share of `basins` at each."""
    return np.array(thresholds), np.array([in_the_long_run(f, noise, b, basins, [eta]).values[0] for b in thresholds])


def limit_along_b(f, noise, thresholds: np.ndarray, basins, eta: float) -> tuple[np.ndarray, np.ndarray]:
    """The same under the finite rates; nan where a width is a multiple of b."""
    clear = [hs.recursion.truncated.resonant_basins(f, b).size == 0 for b in thresholds]
    shares = [_rates(f, noise, eta, b).share(basins) if ok else np.nan for b, ok in zip(thresholds, clear)]
    return thresholds, np.array(shares)


def simulated(f, noise, b, basins, eta: float, n_steps: int, n_paths: int, seed: int, start=None) -> Measured:
    """Share of `basins` in n steps of simulated paths from one minimum, or from all alike (None; a multiple of k paths)."""
    starts = np.resize(f.minima, n_paths) if start is None else f.minima[start]
    # Hops that count every crossing of a maximum: exactly the time in each basin, and cheaper than a histogram.
    found = hs.hops(quiet_sgd(f, noise, eta, b), starts, n_steps=n_steps, distance=np.inf, n_paths=n_paths, seed=seed)
    return mean_over_groups(time_in(found, basins), f.size if start is None else 1)


def time_in(found: hs.Hops, basins: Sequence[int]) -> np.ndarray:
    """Share of its steps that each path spends in `basins`, shape (n_paths,)."""
    stays = found.stays()
    inside = np.isin(stays.basin, basins)
    spent = np.bincount(stays.path, weights=(stays.end - stays.begin) * inside, minlength=found.origin.size)
    return spent / found.n_steps


def _rates(f, noise, eta: float, b) -> hs.theory.FiniteRates:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)  # the chapter goes there on purpose
        return hs.theory.finite_rates(f, noise, eta, b)
