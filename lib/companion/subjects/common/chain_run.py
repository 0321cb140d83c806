"""SGD on the clock t / lambda*(eta) of its limiting Markov chain: a run, and when its paths first move."""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats


class Run(NamedTuple):
    """Hops of paths from minimum `start` up to time `horizon` on the limit's clock, `unit` steps per unit of time."""

    sgd: hs.SGD
    chain: hs.theory.LimitChain
    start: int
    unit: float
    horizon: float
    hops: hs.Hops

    def steps(self, t) -> np.ndarray:
        """floor(t / lambda*)."""
        return np.floor(np.atleast_1d(t) * self.unit).astype(np.int64)

    @property
    def wide(self) -> Run:
        """The same run watched on the widest minima only: what happens on passage is skipped."""
        return self._replace(hops=self.hops.among(self.chain.states))


def run(f, noise, eta: float, b, start: int, t: float, n_paths: int, distance: float, seed: int) -> Run:
    """Simulates `n_paths` paths from minimum `start` for t units of the clock of its communication class."""
    sgd, chain = hs.SGD(f, noise, eta, b), hs.theory.limit_chain(f, noise.alpha, b, noise.p_plus)
    jumps = next(c.jumps for c in chain.classes if start in c.members)
    unit = float(1 / hs.theory.exit_scale(noise, eta, jumps))
    found = hs.hops(sgd, f.minima[start], n_steps=int(t * unit), distance=distance, n_paths=n_paths, seed=seed)
    return Run(sgd, chain, start, unit, t, found)


class FirstMoves(NamedTuple):
    """First moves between widest minima: times on the limit's clock and destinations; times at `horizon` are cut off."""

    times: np.ndarray
    ended: np.ndarray
    destinations: np.ndarray
    horizon: float

    def against(self, rate: float) -> Measured:
        """p-value of Kolmogorov-Smirnov against Exp(rate) cut off at the horizon, nothing fitted."""
        uniform = np.expm1(-rate * self.times[self.ended]) / np.expm1(-rate * self.horizon)
        return Measured(float(stats.kstest(uniform, stats.uniform.cdf).pvalue))

    def power(self, rate: float, true: float, seed: int, level: float = 0.001, tries: int = 400) -> float:
        """The chance that `against(rate)` is at most `level` where as many times are of Exp(true), by simulation."""
        drawn = np.random.default_rng(seed).exponential(1 / true, (tries, self.times.size))
        found = [self._replace(times=times, ended=times < self.horizon).against(rate).value for times in drawn]
        return float(np.mean(np.array(found) <= level))

    def rate(self) -> Measured:
        """Maximum-likelihood rate of leaving."""
        rate = self.ended.sum() / self.times.sum()
        return Measured(float(rate), float(rate / np.sqrt(self.ended.sum())))
