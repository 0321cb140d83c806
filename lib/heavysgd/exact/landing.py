"""Where one step lands: masses of intervals and atoms, from the tails of the noise alone.

    Y = phi_L( x + phi_b( drift + amplitude Z ) ),    drift = -eta f'(x),   amplitude = eta sigma(x)

Y has a law on the line between x - b and x + b, as far as the projection reaches, and an atom where a cut step or the
projection ends.

Source: section 2 of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heavysgd.exact.jump_law import JumpLaw, jump_law
from heavysgd.recursion import Truncated

_APART = 1e-11  # of the region: more than the rounding of sums of b, less than any length of a mesh


@dataclass(frozen=True, eq=False)
class Landing:
    """One step from each of the points x, shape (N,), as are `side`, `drift` and `amplitude`; walls = (lo, hi).

    side : a point is the limit from the right (1), from the left (-1) or itself (0), and so is the end of its cut steps.
    """

    x: np.ndarray
    side: np.ndarray
    drift: np.ndarray
    amplitude: np.ndarray
    b: float
    walls: tuple[float, float]
    law: JumpLaw

    @property
    def centre(self) -> np.ndarray:
        """Displacement by the drift and the centre of the noise, shape (N,)."""
        return self.drift + self.amplitude * self.law.centre

    @property
    def nudge(self) -> np.ndarray:
        """The side as a length that is nothing but tells the two sides of a break apart, shape (N,)."""
        return self.side * _APART * (self.x.max() - self.x.min())

    def reach(self, side: int) -> np.ndarray:
        """How far a step goes to the right (side = 1) or to the left (-1), shape (N,); infinite where nothing stops it."""
        return np.minimum(self.b, self.walls[1] - self.x if side > 0 else self.x - self.walls[0])

    def mass(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """P(Y in the cell from left_m to right_m), atoms included, shape (N, cells)."""
        return self.law.mass(self._level(left), self._level(right))

    def atom(self, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where steps to one side are stopped, the same to the side of a break on which it is, and with what probability;
        all of shape (N,)."""
        reach, wall = self.reach(side), self.walls[(1 + side) // 2]
        end = np.where(reach < self.b, wall, self.x + side * reach)
        past = (side * reach - self.centre) / self.amplitude
        infinite = np.full(past.shape, side * np.inf)
        mass = self.law.mass(past, infinite) if side > 0 else self.law.mass(infinite, past)
        return end, np.clip(end + np.where(reach < self.b, 0.0, self.nudge), *self.walls), mass

    def _level(self, y: np.ndarray) -> np.ndarray:
        """(Z - c) that lands on each y, shape (N, m); infinite where y is as far as steps go, or farther."""
        away = y[None] - self.x[:, None]
        level = (away - self.centre[:, None]) / self.amplitude[:, None]
        level = np.where(away >= (self.reach(1) + self.nudge)[:, None], np.inf, level)
        return np.where(away <= (-self.reach(-1) + self.nudge)[:, None], -np.inf, level)


def landing(sgd: Truncated, x: np.ndarray, side: np.ndarray) -> Landing:
    """One step of the recursion from each of the points."""
    low, high = sgd.clip
    return Landing(x, side, sgd.drift(x), sgd.eta * sgd.amplitude(x), sgd.threshold, (low, high), jump_law(sgd.noise))
