"""The law of Langevin dynamics whose weights lie on a grid: a Markov chain on finitely many numbers, exactly.

Rounding up or down at random is linear interpolation, so that a normal number, rounded, has probabilities that are second
differences of  H(t) = E (t - Y)^+;  a normal number rounded to the nearest and moved by a law that is quadratic in what was
cut off has partial moments of the normal law, cell by cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from heavysgd.landscape import as_line
from heavysgd.recursion.low_precision import LowPrecisionSGLD

_FAR = 9.0  # standard deviations beyond which a normal law has nothing


@dataclass(frozen=True)
class GridChain:
    """The chain on the numbers `positions`, shape (n,), with transition matrix `matrix`, shape (n, n), rows the start."""

    positions: np.ndarray
    matrix: np.ndarray

    def stationary(self) -> np.ndarray:
        """Its stationary law, shape (n,)."""
        n = self.positions.size
        system = np.vstack([self.matrix.T - np.eye(n), np.ones(n)])
        found = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
        return np.clip(found, 0, None) / np.clip(found, 0, None).sum()

    def moments(self) -> tuple[float, float]:
        """Mean and variance of the stationary law."""
        law = self.stationary()
        mean = float(law @ self.positions)
        return mean, float(law @ (self.positions - mean) ** 2)


def grid_chain(sgld: LowPrecisionSGLD) -> GridChain:
    """The chain of the weights W, for the kinds "naive" and "corrected".

    Raises `ValueError` for the kind "full", whose state is no number of the grid.

    >>> import heavysgd as hs
    >>> f = hs.Landscape("x**2/2", bounds=(-16, 15.875))
    >>> chain = grid_chain(hs.LowPrecisionSGLD(f, hs.Gaussian(1.0), eta=1e-3, spacing=1 / 8, kind="naive", spread=0.1))
    >>> round(chain.moments()[1], 2)  # where it should be 1
    2.24
    """
    if sgld.kind == "full":
        raise ValueError('kind = "full": accumulators are no numbers of the grid; simulate, or take another kind')
    spacing, (low, high) = sgld.spacing, sgld.clip
    numbers = np.arange(round(low / spacing), round(high / spacing) + 1)
    slopes = as_line(sgld.landscape).gradient(numbers * spacing) / spacing
    spread, first = sgld.spread / spacing, np.floor(slopes)
    reach = int(np.ceil(_FAR * spread)) + 1
    rounded = np.arange(-reach, reach + 2)
    chances = interpolated(slopes - first, spread, rounded)
    matrix = np.zeros((numbers.size, numbers.size))
    for offset, chance in zip(rounded, chances.T):
        if chance.max() > 0:
            matrix += chance[:, None] * _moved(sgld, numbers - sgld.eta * (first + offset), numbers)
    return GridChain(numbers * spacing, matrix)


def _moved(sgld: LowPrecisionSGLD, centres: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Chances of the numbers of the grid, in units of the spacing, after steps whose drifts lead to `centres`, as rows."""
    variance = 2 * sgld.eta / sgld.spacing**2
    if sgld.kind == "naive":
        return interpolated(centres, np.sqrt(variance), numbers)
    beyond = int(np.ceil(_FAR * np.sqrt(variance))) + 2
    wider = np.arange(numbers[0] - beyond, numbers[-1] + beyond + 1)
    if variance > 0.25:
        chances = _nearest_and_moved(centres[:, None], np.sqrt(variance - 0.25), wider)
    else:
        rest = (centres - np.floor(centres))[:, None]
        share = np.maximum(variance - rest * (1 - rest), 0.0)
        rounded = interpolated(centres, 0.0, wider)
        chances = (1 - share) * rounded + share / 2 * (np.roll(rounded, 1, axis=1) + np.roll(rounded, -1, axis=1))
    inside = chances[:, beyond:-beyond].copy()  # what is beyond the ends is projected on them
    inside[:, 0] += chances[:, :beyond].sum(axis=1)
    inside[:, -1] += chances[:, -beyond:].sum(axis=1)
    return inside


def interpolated(means: ArrayLike, deviation: float, numbers: np.ndarray) -> np.ndarray:
    """Chances of consecutive whole `numbers` once normal ones are rounded up or down at random, with their means; the ends
    have what is beyond them. Shape (*means.shape, n).

    >>> interpolated(0.25, 0.0, np.arange(-1, 3)).tolist()
    [0.0, 0.75, 0.25, 0.0]
    """
    ends = np.append(numbers, numbers[-1] + 1) - np.asarray(means, float)[..., None]
    if deviation > 0:
        below = ends * norm.cdf(ends / deviation) + deviation * norm.pdf(ends / deviation)
    else:
        below = np.maximum(ends, 0.0)
    cumulated = np.diff(below)
    cumulated[..., -1] = 1.0
    return np.diff(cumulated, prepend=0.0)


def _nearest_and_moved(mean: np.ndarray, deviation: float, numbers: np.ndarray) -> np.ndarray:
    """Chances once a normal number is rounded to the nearest and moved by -1, 0 or 1, with what was cut off for its mean
    and 1/4 for its variance."""
    edges = (np.append(numbers, numbers[-1] + 1) - 0.5 - mean) / deviation
    cdf, pdf = norm.cdf(edges), norm.pdf(edges)
    mass = np.diff(cdf)
    first = deviation * -np.diff(pdf)  # of Y - mean on each cell
    second = deviation**2 * (mass - np.diff(edges * pdf))
    shift = mean - numbers  # from the mean to the cell's number
    rest, square = first + shift * mass, second + 2 * shift * first + shift**2 * mass
    up, down = (0.25 * mass + square + rest) / 2, (0.25 * mass + square - rest) / 2
    found = mass - up - down
    found[:, 1:] += up[:, :-1]
    found[:, :-1] += down[:, 1:]
    return found
