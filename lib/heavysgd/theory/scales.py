"""The clock of an exit: lambda(eta) = H(1/eta) (H(1/eta) / eta)^(l - 1).

Source: section 2 of the paper. For a pure power tail lambda is of order eta^(1 + l (alpha - 1)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.noise import Noise
from heavysgd.theory.arguments import checked_noise


def exit_scale(z: Noise, eta: ArrayLike, jumps: ArrayLike) -> np.ndarray:
    """lambda(eta) for a law of the noise, per step; `eta` and `jumps` broadcast against each other.

    Raises `ValueError` for eta <= 0, jumps < 1, or a light-tailed law.
    """
    rare, jumps = rarity(z, eta), np.asarray(jumps)
    for value in jumps.flat:
        checks.count("jumps", value.item())
    return z.tail(1 / np.asarray(eta, float)) * rare ** (jumps - 1)


def rarity(z: Noise, eta: ArrayLike) -> np.ndarray:
    """rho(eta) = H(1/eta) / eta: how much rarer an exit with one jump more is, up to a constant; `eta` of any shape.

    Of order eta^(alpha - 1). The share of a minimum that is left with one jump less than the widest is of this order.

    Raises `ValueError` for eta <= 0, or a light-tailed law.
    """
    require_heavy(z)
    eta = np.asarray(eta, float)
    for value in eta.flat:
        checks.positive("eta", float(value))
    return z.tail(1 / eta) / eta


def exponent(alpha: float, jumps: ArrayLike) -> np.ndarray:
    """1 + l (alpha - 1): the order of the mean exit time is eta to the minus this. Source: Theorem 1."""
    return 1 + np.asarray(jumps) * (checks.tail_index("alpha", alpha) - 1)


def require_heavy(z: Noise) -> None:
    """Raises `ValueError` unless Assumption 2's regular variation holds for `z`."""
    checked_noise(z)
    if not z.is_heavy:
        raise ValueError(f"noise = {z!r}: the exit theory needs a heavy tail (Assumption 2), and this law has none")
