"""What theory is of: landscapes that Assumption 1 holds for, and truncated SGD on them. Else it refuses, by name."""

from __future__ import annotations

from typing import Any

from heavysgd.checks import AssumptionError
from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.recursion import Amplitude, Recursion, Truncated


def checked_landscape(f: Any, name: str = "f") -> Landscape:
    """`f` if theory can speak of it.

    Raises `ValueError` for anything but a landscape, a recursion among it, and `AssumptionError` for one that breaks
    Assumption 1 on purpose.
    """
    if isinstance(f, Recursion):
        raise ValueError(f"{name} = {type(f).__name__}(...): is a recursion and must be a landscape, such as its own")
    if not isinstance(f, Landscape):
        raise ValueError(f"{name} = {f!r}: must be a heavysgd.Landscape")
    if not f.regular:
        raise AssumptionError(
            f"{name} = {f.name}: breaks Assumption 1 on purpose (allow={f.allow!r}), and no theorem speaks of it"
        )
    return f


def checked_recursion(sgd: Any) -> Truncated:
    """`sgd` if the theorems are of it: `SGD` or `StateDependentSGD`. Raises `ValueError` for any other recursion."""
    if not isinstance(sgd, Truncated):
        what = f"{type(sgd).__name__}(...)" if isinstance(sgd, Recursion) else repr(sgd)
        raise ValueError(
            f"sgd = {what}: must be a heavysgd.SGD or a heavysgd.StateDependentSGD, the recursions that the theorems are of"
        )
    checked_landscape(sgd.landscape, "sgd.landscape")
    return sgd


def checked_noise(z: Any, name: str = "z") -> Noise:
    """`z` if it is a law. Raises `ValueError` for anything else."""
    if not isinstance(z, Noise):
        what = f"{type(z).__name__}(...)" if isinstance(z, Recursion) else repr(z)
        raise ValueError(f"{name} = {what}: must be one of heavysgd's noise laws")
    return z


def checked_sigma(f: Landscape, sigma: Any) -> Amplitude | None:
    """sigma(x) on a line; None where the amplitude is one. Raises `ValueError` in R^d, and as `Amplitude` does."""
    if sigma is None:
        return None
    if f.dimension > 1:
        raise ValueError(f"sigma = {sigma!r}: is for landscapes on a line; in R^d amplitudes are one")
    return Amplitude(f, sigma)
