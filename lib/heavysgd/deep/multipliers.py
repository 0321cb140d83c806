"""The random factor Z by which gradient noise is inflated: one number a step, a function of (seed, step) alone.

Any object with `draw(seed, step)` is a law of Z (`Factor`); those here are the paper's and its controls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, is_dataclass
from typing import Protocol, runtime_checkable

from heavysgd import checks
from heavysgd.deep.uniforms import uniform_pair

CHOSEN = 2.0  # c on the map of (c, b): the highest validation accuracy of all cells


@runtime_checkable
class Factor(Protocol):
    """A law of Z: the same number whenever it is asked for the same seed and step, > -1, on the host."""

    def draw(self, seed: int, step: int) -> float:
        """Z of one step."""
        ...


def described(noise: Factor | None) -> str | None:
    """A law by its name and parameters, where it tells them; the same in every process."""
    told = is_dataclass(noise) or type(noise).__repr__ is not object.__repr__
    return None if noise is None else repr(noise) if told else f"{type(noise).__module__}.{type(noise).__qualname__}"


@dataclass(frozen=True)
class ParetoFactor:
    """Z = c (U^(-1/alpha) - 1), U uniform on (0, 1]: a Lomax law, P(Z > z) = (1 + z / c)^(-alpha), z >= 0.

    Parameters: `alpha` > 1, tail index; `c` > 0, scale, by default what validation images chose for the digits. The paper
    has c = 0.5, alpha = 1.4 (pages 20 to 22). Raises `ValueError` otherwise.

    >>> ParetoFactor(alpha=1.4, c=0.5).draw(seed=0, step=0) >= 0
    True
    """

    alpha: float = 1.4
    c: float = CHOSEN

    def __post_init__(self):
        object.__setattr__(self, "alpha", checks.tail_index("alpha", self.alpha))
        object.__setattr__(self, "c", checks.positive("c", self.c))

    def draw(self, seed: int, step: int) -> float:
        """Z of one step."""
        return self.c * (_uniforms(seed, step)[0] ** (-1 / self.alpha) - 1)


@dataclass(frozen=True)
class ParetoFromC:
    """Z = c U^(-1/alpha), U uniform on (0, 1]: a Pareto law that begins at c, P(Z > z) = (z / c)^(-alpha), z >= c.

    The other reading of the paper's "Pareto". Parameters and `ValueError` as for `ParetoFactor`.
    """

    alpha: float = 1.4
    c: float = CHOSEN

    def __post_init__(self):
        object.__setattr__(self, "alpha", checks.tail_index("alpha", self.alpha))
        object.__setattr__(self, "c", checks.positive("c", self.c))

    def draw(self, seed: int, step: int) -> float:
        """Z of one step."""
        return self.c * _uniforms(seed, step)[0] ** (-1 / self.alpha)


@dataclass(frozen=True)
class GaussianFactor:
    """Z = c |N|, N standard normal: the light-tailed control of matched role. Raises `ValueError` unless c > 0."""

    c: float = 0.5

    def __post_init__(self):
        object.__setattr__(self, "c", checks.positive("c", self.c))

    def draw(self, seed: int, step: int) -> float:
        """Z of one step."""
        u, v = _uniforms(seed, step)
        return self.c * abs(math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v))


def _uniforms(seed: int, step: int) -> tuple[float, float]:
    return uniform_pair(seed, 0, step)
