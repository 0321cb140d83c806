"""Truncated heavy-tailed SGD: simulation and limit theory.

    X_{n+1} = phi_L( X_n + phi_b( -eta f'(X_n) + eta Z_{n+1} ) )

Rooms, each importing only from those before it: `compiling`, `noise`, `landscape`, `recursion`, `inference`, `simulate`,
`exact`, `theory`.
"""

import numba as _numba

if _numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set: heavysgd runs compiled code only; unset it")

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
from heavysgd.recursion import SGD, Recursion, StateDependentSGD
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
    "Angular",
    "AssumptionError",
    "AssumptionWarning",
    "CacheWarning",
    "ExitRate",
    "FirstExit",
    "Gaussian",
    "Hops",
    "Independent",
    "Isotropic",
    "Landscape",
    "Lomax",
    "LostPathError",
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
