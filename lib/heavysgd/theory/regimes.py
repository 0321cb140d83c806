"""Ranges of the truncation threshold over which the typical transition graph stays the same.

Jump numbers and edges of G_b change where b passes the distance from a minimum to the end of some basin (in R^d, to some
other field), divided by a whole number of jumps; between two such thresholds everything that Theorems 2 to 4 say is
constant, but for the rates.

Source: sections 2 and 3 of the paper; the bookkeeping is this book's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.theory.arguments import checked_landscape
from heavysgd.theory.classes import CommunicationClass, communication_classes
from heavysgd.theory.jumps import jump_numbers


class Regime(NamedTuple):
    """For low < b < high: jump numbers (k,), communication classes, and the minima that survive."""

    low: float
    high: float
    jumps: np.ndarray
    classes: list[CommunicationClass]
    survivors: np.ndarray


def regimes(f: Landscape, low: float, high: float) -> list[Regime]:
    """The regimes of `f` for thresholds between `low` and `high`, ascending; neighbours differ in more than rates.

    In R^d for isotropic noise; where distances are known to about 1e-3 only, symmetry may show as narrow regimes.

    Raises `ValueError` unless 0 < low < high, and `AssumptionError` for a landscape that nothing leaves.
    """
    checked_landscape(f)
    low, high = checks.positive("low", low), checks.positive("high", high)
    if low >= high:
        raise ValueError(f"low = {low:g}: must be less than high = {high:g}")
    found: list[Regime] = []
    cuts = _thresholds(f, low, high)
    for left, right in zip(cuts[:-1], cuts[1:]):
        regime = _regime(f, left, right)
        if found and _same(found[-1], regime):
            regime = regime._replace(low=found.pop().low)
        found.append(regime)
    return found


def _thresholds(f: Landscape, low: float, high: float) -> np.ndarray:
    distances = f.distances[np.isfinite(f.distances)]
    most = max(1, int(np.ceil(distances.max() / low))) if distances.size else 1
    cuts = (distances[:, None] / np.arange(1, most + 1)).ravel()
    cuts = np.unique([low, *cuts[(low < cuts) & (cuts < high)], high])
    # Equal distances differ in their last digits: what is left between them is rounding, not a regime.
    return np.append(cuts[:-1][np.diff(cuts) > 1e-9 * high], high)


def _regime(f: Landscape, low: float, high: float) -> Regime:
    b = (low + high) / 2
    classes = communication_classes(f, b)
    kept = [c.widest for c in classes if c.absorbing]
    return Regime(low, high, jump_numbers(f, b), classes, np.sort(np.concatenate(kept)) if kept else np.array([], int))


def _same(a: Regime, b: Regime) -> bool:
    groups = lambda r: [(c.members.tolist(), c.absorbing) for c in r.classes]  # noqa: E731 - said twice otherwise
    return np.array_equal(a.jumps, b.jumps) and groups(a) == groups(b)
