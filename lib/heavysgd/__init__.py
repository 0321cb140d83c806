"""Truncated heavy-tailed SGD: simulation and limit theory.

    X_{n+1} = phi_L( X_n + phi_b( -eta f'(X_n) + eta Z_{n+1} ) )

Rooms, each importing only from those before it: `compiling`, `noise`, `landscape`, `recursion`, `inference`, `simulate`,
`exact`, `theory`. `deep`, for networks, lies beside them. Names are imported when they are first asked for: networks need
neither Numba nor SymPy.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heavysgd import exact, inference, theory
    from heavysgd.checks import (
        AssumptionError,
        AssumptionWarning,
        CacheWarning,
        LostPathError,
        PrecisionWarning,
        ResonanceWarning,
        StabilityWarning,
    )
    from heavysgd.landscape import Landscape
    from heavysgd.landscape import named as landscapes
    from heavysgd.noise import Angular, Gaussian, Independent, Isotropic, Lomax, Noise, Pareto, StudentT, SymmetricStable
    from heavysgd.recursion import (
        SGD,
        AdaptiveSGD,
        AveragedRegression,
        ConventionSGD,
        HessianShapedSGD,
        LabelNoiseSGD,
        LowPrecisionSGLD,
        MiniBatchRegression,
        Recursion,
        StateDependentSGD,
        TwoSampleSGD,
    )
    from heavysgd.simulate import (
        ExitRate,
        FirstExit,
        Hops,
        Occupation,
        exit_rate,
        first_exit,
        hops,
        load,
        occupation,
        sample_path,
        save,
    )
    from heavysgd.simulate.stored import run_study

__version__ = "0.1.0"

__all__ = [
    "AdaptiveSGD",
    "Angular",
    "AssumptionError",
    "AssumptionWarning",
    "AveragedRegression",
    "CacheWarning",
    "ConventionSGD",
    "ExitRate",
    "FirstExit",
    "Gaussian",
    "HessianShapedSGD",
    "Hops",
    "Independent",
    "Isotropic",
    "Landscape",
    "Lomax",
    "LostPathError",
    "LabelNoiseSGD",
    "LowPrecisionSGLD",
    "MiniBatchRegression",
    "Noise",
    "Occupation",
    "Pareto",
    "PrecisionWarning",
    "Recursion",
    "ResonanceWarning",
    "SGD",
    "StabilityWarning",
    "StateDependentSGD",
    "StudentT",
    "SymmetricStable",
    "TwoSampleSGD",
    "exact",
    "exit_rate",
    "first_exit",
    "hops",
    "inference",
    "landscapes",
    "load",
    "occupation",
    "run_study",
    "sample_path",
    "save",
    "theory",
]

_HOMES = {
    "heavysgd.checks": ("AssumptionError", "AssumptionWarning", "CacheWarning", "LostPathError", "PrecisionWarning")
    + ("ResonanceWarning", "StabilityWarning"),
    "heavysgd.landscape": ("Landscape",),
    "heavysgd.noise": ("Angular", "Gaussian", "Independent", "Isotropic", "Lomax", "Noise", "Pareto", "StudentT")
    + ("SymmetricStable",),
    "heavysgd.recursion": ("AdaptiveSGD", "AveragedRegression", "ConventionSGD", "HessianShapedSGD")
    + ("LabelNoiseSGD", "LowPrecisionSGLD", "MiniBatchRegression", "SGD", "Recursion", "StateDependentSGD", "TwoSampleSGD"),
    "heavysgd.simulate": ("ExitRate", "FirstExit", "Hops", "Occupation", "exit_rate", "first_exit", "hops", "load")
    + ("occupation", "sample_path", "save"),
    "heavysgd.simulate.stored": ("run_study",),
}
_WHERE = {name: home for home, names in _HOMES.items() for name in names}
_ROOMS = {name: f"heavysgd.{name}" for name in ("exact", "inference", "theory")} | {
    "landscapes": "heavysgd.landscape.named"
}
_ROOMS |= {name: f"heavysgd.{name}" for name in ("bars", "checks", "compiling", "elementary", "expression", "landscape")}
_ROOMS |= {name: f"heavysgd.{name}" for name in ("noise", "philox", "recursion", "simulate")}


def __getattr__(name: str):
    if name in _ROOMS:
        found = _import_module(_ROOMS[name])
    elif name in _WHERE:
        found = getattr(_import_module(_WHERE[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
