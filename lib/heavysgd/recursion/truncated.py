"""Truncated SGD, the recursion of the paper.

    X_{n+1} = phi_L( X_n + phi_b( -eta f'(X_n) + eta Z_{n+1} ) ),      phi_c(x) = (x / |x|) min(|x|, c)

On a line and in R^d, where |x| is the Euclidean norm; or, as often practised, phi_b cuts coordinate by coordinate.

Source: section 2 of the paper.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion.base import Recursion

TRUNCATIONS = ("norm", "coordinates")
_RESONANCE = 1e-9  # relative distance of width / b to an integer below which Assumption 3 counts as broken


class Truncated(Recursion):
    """What truncated SGD has, whatever its noise: updates cut at `b`, warnings where theory does not reach.

    `amplitude(x)` is the factor of the noise at positions, one for the paper's own recursion.
    """

    b: float | None  # of every truncated recursion, wherever among its fields

    constants = "eta", "b"

    def __post_init__(self):
        self._check_parts()
        object.__setattr__(self, "eta", checks.positive("eta", self.eta))
        b = checks.threshold("b", self.b)
        object.__setattr__(self, "b", None if np.isinf(b) else b)
        self._check_radius()
        warn_unstable(self.landscape, self.eta, stacklevel=5)
        self._warn_resonant()

    def amplitude(self, x: ArrayLike) -> np.ndarray:
        """The factor of the noise at positions, (...) on a line and (..., d) beyond; shape (...)."""
        return np.ones(np.shape(x) if self.dimension == 1 else np.shape(x)[:-1])

    def drift(self, x: ArrayLike) -> np.ndarray:
        """The step without noise, before it is cut, at positions: -eta f'(x); shape of x."""
        return -self.eta * self.landscape.gradient(x)

    @property
    def threshold(self) -> float:
        """b as a float, infinite without truncation."""
        return np.inf if self.b is None else self.b

    @property
    def by_coordinate(self) -> bool:
        """Whether b cuts the coordinates of an update one by one."""
        return False

    @property
    def unstable(self) -> np.ndarray:
        """Numbers of the minima at which eta f'' > 2."""
        return unstable_minima(self.landscape, self.eta)

    def _warn_resonant(self) -> None:
        for i in resonant_basins(self.landscape, self.b):
            warnings.warn(
                f"width {self.landscape.widths[i]:.6g} of basin {i} is a multiple of b = {self.b:g}: Assumption 3 "
                "fails and no limit theorem covers this b",
                checks.ResonanceWarning,
                stacklevel=5,
            )


@dataclass(frozen=True)
class SGD(Truncated):
    """Truncated SGD on a landscape.

    Parameters
    ----------
    landscape : Landscape.
    noise : Noise, the law of Z, in as many dimensions as the landscape.
    eta : learning rate, > 0.
    b : truncation threshold of the whole update, > 0; None for none.
    radius : L > 0, iterates are projected on |x| <= L, which must hold every critical point and lie inside the
        landscape's bounds. None projects on the bounds themselves, a box in R^d (with open ends: not at all).
    truncation : what b cuts in R^d: the Euclidean "norm" of an update, the paper's phi_b, or its "coordinates" one by one.

    Raises `ValueError` for anything outside this. Warns with `StabilityWarning` where eta f''(m) > 2 at a minimum m
    (plain gradient descent cannot stay there) and with `ResonanceWarning` where a width is a multiple of b.
    """

    landscape: Landscape
    noise: Noise
    eta: float
    b: float | None = None
    radius: float | None = None
    truncation: str = "norm"

    def __post_init__(self):
        checks.one_of("truncation", self.truncation, TRUNCATIONS)
        super().__post_init__()

    @property
    def step(self) -> str:
        """One step; see `Recursion`."""
        return f"""
            move = eta*(z - gradient)
            move = {"cut_coordinates" if self.by_coordinate else "cut"}(move, b)
            x = x + move
            x = project(x)
        """

    @property
    def by_coordinate(self) -> bool:
        """Whether b cuts the coordinates of an update one by one."""
        return self.dimension > 1 and self.truncation == "coordinates"


def unstable_minima(landscape: Landscape, eta: float) -> np.ndarray:
    """Numbers of the minima at which plain gradient descent cannot stay: eta f'' > 2. None where f'' need not exist."""
    if not landscape.regular:
        return np.array([], int)
    return np.flatnonzero(eta * landscape.curvature(landscape.minima) > 2)


def warn_unstable(landscape: Landscape, eta: float, stacklevel: int = 3) -> None:
    """Warns with `StabilityWarning`, once for each unstable minimum."""
    for i in unstable_minima(landscape, eta):
        bend, where = float(landscape.curvature(landscape.minima)[i]), np.round(landscape.minima[i], 4)
        warnings.warn(
            f"eta = {eta:g} times f'' = {bend:.4g} exceeds 2 at minimum {i} (x = {where}): plain "
            f"gradient descent cannot stay there; use eta < {2 / bend:.3g}",
            checks.StabilityWarning,
            stacklevel=stacklevel,
        )


def resonant_basins(landscape: Landscape, b: float | None) -> np.ndarray:
    """Numbers of the basins whose width is an integer multiple of b (Assumption 3 asks that there be none).

    None where widths are not known to the last digit, as in R^d unless the landscape is separable.
    """
    if not landscape.exact_widths:
        return np.array([], int)
    with np.errstate(invalid="ignore"):  # a single basin without an end, no truncation
        ratio = landscape.widths / checks.threshold("b", b)
    nearest = np.where(np.isfinite(ratio), np.round(ratio), 0)
    gap = np.where(nearest > 0, np.abs(ratio - nearest), np.inf)
    return np.flatnonzero(gap <= _RESONANCE * nearest)
