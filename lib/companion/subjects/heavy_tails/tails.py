"""Tails, counted."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy.optimize import brentq

_MILLION = 1_000_000


def index_beyond(z: hs.Noise, factor: float, level: float, draws: int, seed: int) -> Measured:
    """alpha from the share of the |draws| beyond x, H(x) = level, that are beyond factor * x too: -log(share) / log factor.

    The error is that of a binomial share. Draws are counted and not kept. Raises `ValueError` where so few draws leave none
    of either kind.
    """
    x = brentq(lambda t: float(z.tail(t)) - level, 1e-6, 1e12)
    beyond, far = np.sum([_counts(z, (x, factor * x), *piece, seed) for piece in _pieces(draws)], axis=0)
    if not 0 < far < beyond:
        raise ValueError(f"draws = {draws}: {beyond} lie beyond {x:.3g} and {far} beyond {factor:g} times that; take more")
    share = far / beyond
    error = np.sqrt((1 - share) / (share * beyond))
    return Measured(float(-np.log(share) / np.log(factor)), float(error / np.log(factor)))


def _pieces(draws: int) -> list[tuple[int, int]]:
    """(number of the piece, draws in it): millions, and the rest."""
    return [(k, min(_MILLION, draws - k * _MILLION)) for k in range(-(-draws // _MILLION))]


def _counts(z: hs.Noise, levels: tuple[float, float], path: int, draws: int, seed: int) -> list[int]:
    magnitudes = np.abs(z.sample(draws, seed, path))
    return [int(np.count_nonzero(magnitudes > level)) for level in levels]


def exceedances(sample: np.ndarray, x: float) -> Measured:
    """How many |draws| exceed x, with its Poisson standard error."""
    count = int(np.count_nonzero(np.abs(sample) > x))
    return Measured(count, float(np.sqrt(count)))
