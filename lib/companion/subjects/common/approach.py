"""What a sequence of exact values tells about its limit as the learning rate falls.

Values carry no sampling error. What stands between them and the limit is their own eta; where the first correction is of
order eta^p, two of them, a factor 1/c apart in eta, cancel it:

    y(0) ~ (y(c eta) - c^p y(eta)) / (1 - c^p)

How far this moves when one starts one value earlier is taken as its standard error, with the numerical error added.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from heavysgd.inference import Measured


class Approach(NamedTuple):
    """Positive values along falling learning rates, and their relative numerical errors; arrays of shape (n,)."""

    etas: np.ndarray
    values: np.ndarray
    errors: np.ndarray

    @property
    def middles(self) -> np.ndarray:
        """Geometric means of neighbouring learning rates, shape (n - 1,)."""
        return np.sqrt(self.etas[1:] * self.etas[:-1])

    @property
    def exponents(self) -> Approach:
        """d log value / d log eta between neighbours."""
        width = np.diff(np.log(self.etas))
        slopes = np.diff(np.log(self.values)) / width
        return Approach(self.middles, slopes, np.hypot(self.errors[1:], self.errors[:-1]) / np.abs(width * slopes))

    def powers_of(self, other: np.ndarray) -> Approach:
        """d log value / d log other between neighbours, `other` known exactly, shape (n,)."""
        slopes = self.exponents
        return slopes._replace(values=slopes.values / (np.diff(np.log(other)) / np.diff(np.log(self.etas))))

    def over(self, other: np.ndarray) -> Approach:
        """The values divided by others known exactly, shape (n,)."""
        return self._replace(values=self.values / other)

    def last(self) -> Measured:
        """The last value; its error is how far it is from the one before."""
        moved = abs(self.values[-1] - self.values[-2])
        return Measured(float(self.values[-1]), float(np.hypot(moved, self._numerical[-1])))

    def at(self, k: int) -> Measured:
        """Value k with its numerical error."""
        return Measured(float(self.values[k]), float(self._numerical[k]))

    def limit(self, power: float) -> Measured:
        """The limit as eta falls, where the first correction is of order eta^power; from the last three values.

        Raises `ValueError` where there are fewer.
        """
        if self.etas.size < 3:
            raise ValueError(f"etas = {self.etas.tolist()}: a limit and its error take three learning rates or more")
        shrunk = (self.etas[1:] / self.etas[:-1]) ** power
        found = (self.values[1:] - shrunk * self.values[:-1]) / (1 - shrunk)
        numerical = np.hypot(self._numerical[-1], shrunk[-1] * self._numerical[-2]) / (1 - shrunk[-1])
        return Measured(float(found[-1]), float(np.hypot(found[-1] - found[-2], numerical)))

    @property
    def _numerical(self) -> np.ndarray:
        return np.abs(self.values) * self.errors
