"""The page "choose your b": prices of a threshold from the exact kernel and from the limit, and a check by simulation."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.subjects.common.exit_study import quiet_sgd


class Prices(NamedTuple):
    """What each threshold costs, arrays of shape (n_b,); nan where every minimum survives, or a width is a multiple of b.

    settling : expected steps from the worst start until a survivor's basin is reached. leaving : expected steps in the most
    persistent of the other basins. share_elsewhere : share of time outside the survivors' basins in the long run.
    """

    thresholds: np.ndarray
    settling: np.ndarray
    leaving: np.ndarray
    share_elsewhere: np.ndarray


def limit_prices(f, noise, eta: float, thresholds: Sequence[float]) -> Prices:
    """`theory.consequences`: the limit theory's rates, read at this learning rate."""
    rows = np.full((len(thresholds), 3), np.nan)
    for row, b in zip(rows, thresholds):
        if hs.recursion.truncated.resonant_basins(f, b).size == 0:
            found = hs.theory.consequences(f, noise, eta, b)
            row[:] = found.settling, found.leaving, found.share_elsewhere
    rows[rows[:, 0] == 0] = np.nan  # everything survives
    return Prices(np.array(thresholds, float), *rows.T)


def exact_prices(f, noise, eta: float, thresholds: Sequence[float], tolerance: float = 1e-3) -> Prices:
    """The same for the process itself, by the exact kernel, to a relative error of `tolerance`.

    Survivors are those of the limit. Where these are of more than one absorbing class, the classes leak into each other at
    a finite learning rate, and the share is that of the one long run there is.
    """
    rows = []
    for b in thresholds:
        others = np.setdiff1d(np.arange(f.size), hs.theory.survivors(f, b))
        if others.size == 0:
            rows.append([np.nan] * 3)
            continue
        sgd = quiet_sgd(f, noise, eta, b)
        settling = hs.exact.killed(sgd, others, tolerance=tolerance).mean.max()
        leaving = max(hs.exact.first_exit(sgd, f.minima[i], tolerance=tolerance).mean for i in others)
        elsewhere = hs.exact.stationary(sgd, tolerance=tolerance).basin_fraction[others].sum()
        rows.append([settling, leaving, elsewhere])
    return Prices(np.array(thresholds, float), *np.array(rows).T)


class Settled(NamedTuple):
    """Settling time of one choice, in steps: exact, by the limit's rates, and its measured mean.

    neighbour : exact at a tail index larger by 0.05. worst : the minimum the paths start at. ends : share of the paths that
    are in a survivor's basin when their run of `n_steps` is over.
    """

    exact: float
    limit: float
    measured: Measured
    neighbour: float
    worst: int
    ends: Measured
    n_steps: int

    @property
    def ratio(self) -> Measured:
        """Measured over the limit's."""
        return self.measured.scaled(1 / self.limit)


def settling_time(f, noise, eta: float, b: float, n_paths: int, patience: float, seed: int) -> Settled:
    """Time from the worst start until a survivor's basin is reached, over `n_paths` paths.

    Every path is given `patience` exact settling times; every crossing of a maximum counts.
    """
    survivors, sgd = hs.theory.survivors(f, b), quiet_sgd(f, noise, eta, b)
    others = np.setdiff1d(np.arange(f.size), survivors)
    times = hs.exact.killed(sgd, others).mean
    worst, exact = int(others[np.argmax(times)]), float(times.max())
    n_steps, start = int(patience * exact), f.minima[worst]
    found = hs.hops(sgd, start, n_steps=n_steps, distance=np.inf, n_paths=n_paths, seed=seed)
    arrived = np.flatnonzero(np.isin(found.basin, survivors))
    paths, first = np.unique(found.path[arrived], return_index=True)
    steps, censored = np.full(n_paths, n_steps), np.ones(n_paths, bool)
    steps[paths], censored[paths] = found.step[arrived][first], False
    near = quiet_sgd(f, dataclasses.replace(noise, alpha=noise.alpha + 0.05), eta, b)
    return Settled(
        exact,
        float(hs.theory.finite_rates(f, noise, eta, b).mean_hitting_time(survivors)[worst]),
        hs.inference.censored_mean(steps, censored),
        float(hs.exact.killed(near, others, [start]).mean[0]),
        worst,
        hs.inference.share(np.isin(found.at(n_steps)[:, 0], survivors)),
        n_steps,
    )


def ends_with_survivors(f, noise, eta: float, b: float, case: Settled) -> float:
    """P(X_n in a survivor's basin) at the end of a run from the worst start."""
    found = hs.exact.transition(quiet_sgd(f, noise, eta, b), case.n_steps, [f.minima[case.worst]])
    return float(found.probability[0, hs.theory.survivors(f, b)].sum())
