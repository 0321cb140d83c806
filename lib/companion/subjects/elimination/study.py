"""Theorem 2: the share of time spent in sharp basins, measured and predicted, against eta and against b."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, pooled

from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.common.measurements import mean_over_groups


class Shares(NamedTuple):
    """Share of the first n_steps spent in `basins`, paths started at every minimum alike; arrays of shape (n,).

    `etas` and `thresholds` say where (one of them constant, nan standing for no truncation); `predicted` is the
    expectation under the chain of finite rates over the same horizon, from the same starts.
    """

    noise: hs.Noise
    etas: np.ndarray
    thresholds: np.ndarray
    values: np.ndarray
    stderrs: np.ndarray
    predicted: np.ndarray

    @property
    def rarity(self) -> np.ndarray:
        """rho = H(1/eta) / eta: the order of the share, to the power of the jumps that set wide and sharp apart."""
        return hs.theory.rarity(self.noise, self.etas)

    def power_of(self, reference: Shares) -> Measured:
        """The power p in share ~ (predicted share of `reference`)^p, fitted over the learning rates both have."""
        predicted = reference._predictions(self.etas)
        fit = hs.inference.slope(np.log(predicted), np.log(self.values), self.stderrs / self.values)
        return fit

    def predicted_over(self, f, b, basins, t: float, beta: float) -> float:
        """The predictions over those for another threshold, averaged as `pooled_ratio` does."""
        other = [predicted_share(f, self.noise, basins, eta, b, horizon(eta, t, beta)) for eta in self.etas]
        return float(np.average(self.predicted / other, weights=(self.predicted / self.stderrs) ** 2))

    def pooled_ratio(self, reference: Shares) -> Measured:
        """Measured share over the one predicted for `reference`, averaged by inverse variance."""
        predicted = reference._predictions(self.etas)
        return pooled([Measured(*pair) for pair in zip(self.values / predicted, self.stderrs / predicted)])

    def upto(self, eta: float) -> Shares:
        """The part at learning rates of at most `eta`."""
        return self._where(self.etas <= eta)

    def at_eta(self, eta: float) -> Measured:
        """Measured over predicted share at one learning rate."""
        return self._where(self.etas == eta).pooled_ratio(self)

    def at_threshold(self, b: float) -> Measured:
        """Measured over predicted share at one threshold."""
        part = self._where(self.thresholds == b)
        return part.pooled_ratio(part)

    def _where(self, keep: np.ndarray) -> Shares:
        return Shares(self.noise, *(column[keep] for column in self[1:]))

    def _predictions(self, etas: np.ndarray) -> np.ndarray:
        known = dict(zip(self.etas, self.predicted))
        return np.array([known[eta] for eta in etas])


def horizon(eta: float, t: float, beta: float) -> int:
    """t / eta^beta steps, Theorem 2's horizon."""
    return int(round(t * eta**-beta))


def against_eta(f, noise, b, basins, etas: Sequence[float], t: float, beta: float, steps: int, seed: int) -> Shares:
    """Shares over t / eta^beta steps at each learning rate, with about `steps` steps in all at each."""
    cases = [(eta, b, horizon(eta, t, beta)) for eta in etas]
    return _shares(f, noise, basins, cases, steps, seed)


def against_b(f, noise, thresholds, basins, eta: float, t: float, beta: float, steps: int, seed: int) -> Shares:
    """The same at one learning rate for many thresholds."""
    n_steps = horizon(eta, t, beta)
    return _shares(f, noise, basins, [(eta, b, n_steps) for b in thresholds], steps, seed)


def predicted_share(f, noise, basins, eta: float, b, n_steps: int) -> float:
    """Expected share of `basins` under the finite rates, averaged over starts at every minimum."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)  # the chapter goes there on purpose
        chain = hs.theory.finite_rates(f, noise, eta, b)
    return float(np.mean([chain.share(basins, start=i, n_steps=n_steps) for i in range(f.size)]))


def predicted_line(f, noise, basins, eta: float, thresholds, t: float, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Expected shares along a grid of thresholds; nan where a width is a multiple of b."""
    n_steps = horizon(eta, t, beta)
    clear = [hs.recursion.truncated.resonant_basins(f, b).size == 0 for b in thresholds]
    pairs = zip(thresholds, clear)
    return thresholds, np.array([predicted_share(f, noise, basins, eta, b, n_steps) if ok else np.nan for b, ok in pairs])


def _shares(f, noise, basins, cases, steps: int, seed: int) -> Shares:
    rows = []
    for k, (eta, b, n_steps) in enumerate(cases):
        n_paths = f.size * max(8, steps // n_steps // f.size)  # a whole number at every minimum
        starts = np.resize(f.minima, n_paths)
        # Hops that count every crossing of a maximum: exactly the time in each basin, and cheaper than a histogram.
        own = derived(seed, "case", k)
        found = hs.hops(quiet_sgd(f, noise, eta, b), starts, n_steps=n_steps, distance=np.inf, n_paths=n_paths, seed=own)
        share = mean_over_groups(time_in(found, basins), f.size)
        predicted = predicted_share(f, noise, basins, eta, b, n_steps)
        rows.append((eta, np.nan if b is None else b, share.value, share.stderr, predicted))
    return Shares(noise, *np.array(rows).T)


def time_in(found: hs.Hops, basins: Sequence[int]) -> np.ndarray:
    """Share of its steps that each path spends in `basins`, shape (n_paths,)."""
    stays = found.stays()
    inside = np.isin(stays.basin, basins)
    spent = np.bincount(stays.path, weights=(stays.end - stays.begin) * inside, minlength=found.origin.size)
    return spent / found.n_steps
