"""The page "choose your b": maps over threshold and tail index, and their check by simulation."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured


class Map(NamedTuple):
    """`theory.consequences` on a grid, arrays of shape (n_alpha, n_b); nan where all survive, or nothing is elsewhere."""

    thresholds: np.ndarray
    alphas: np.ndarray
    settling: np.ndarray
    leaving: np.ndarray
    share_elsewhere: np.ndarray


def chart(f, scale: float, eta: float, thresholds: np.ndarray, alphas: np.ndarray) -> Map:
    """Consequences of every (b, alpha) for Lomax noise; thresholds at which a width is a multiple of b are left out."""
    clear = np.array([hs.recursion.truncated.resonant_basins(f, b).size == 0 for b in thresholds])
    thresholds = thresholds[clear]
    cells = [[hs.theory.consequences(f, hs.Lomax(alpha, scale), eta, b) for b in thresholds] for alpha in alphas]
    columns = (np.array([[getattr(c, name) for c in row] for row in cells]) for name in Map._fields[2:])
    # 0 stands for "everything survives": no colour for it on a logarithmic scale.
    return Map(thresholds, alphas, *(np.where(values > 0, values, np.nan) for values in columns))


class Settled(NamedTuple):
    """Settling time of one choice: predicted, and its measured mean, in steps.

    neighbour : predicted over the prediction for a tail index smaller by 0.05. worst : the minimum the paths start at.
    most_common_end : the one most paths end with.
    """

    predicted: float
    measured: Measured
    neighbour: float
    worst: int
    most_common_end: int

    @property
    def ratio(self) -> Measured:
        """Measured over predicted."""
        return self.measured.scaled(1 / self.predicted)


def settling_time(f, noise, eta: float, b: float, n_paths: int, distance: float, seed: int) -> Settled:
    """Time from the worst start until a survivor is reached, over `n_paths` paths given five times what is expected."""
    survivors, chain = hs.theory.survivors(f, b), hs.theory.finite_rates(f, noise, eta, b)
    times = chain.mean_hitting_time(survivors)
    worst = int(np.argmax(times))
    n_steps = int(5 * times[worst])
    found = hs.hops(
        hs.SGD(f, noise, eta, b), f.minima[worst], n_steps=n_steps, distance=distance, n_paths=n_paths, seed=seed
    )
    arrived = np.flatnonzero(np.isin(found.basin, survivors))
    paths, first = np.unique(found.path[arrived], return_index=True)
    steps, censored = np.full(n_paths, n_steps), np.ones(n_paths, bool)
    steps[paths], censored[paths] = found.step[arrived][first], False
    mean = hs.inference.censored_mean(steps, censored)
    ends = np.bincount(found.at(n_steps)[:, 0])
    heavier = hs.theory.finite_rates(f, dataclasses.replace(noise, alpha=noise.alpha - 0.05), eta, b)
    neighbour = float(times[worst] / heavier.mean_hitting_time(survivors)[worst])
    return Settled(float(times[worst]), mean, neighbour, worst, int(ends.argmax()))
