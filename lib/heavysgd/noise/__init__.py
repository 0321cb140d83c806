"""Laws of the gradient noise Z: each knows its tail H, its tail index alpha, its right share p_plus, how to sample."""

from heavysgd.noise.base import Noise
from heavysgd.noise.gaussian import Gaussian
from heavysgd.noise.lomax import Lomax
from heavysgd.noise.pareto import Pareto
from heavysgd.noise.space import Angular, Independent, Isotropic, SpaceNoise
from heavysgd.noise.stable import SymmetricStable
from heavysgd.noise.student import StudentT

__all__ = [
    "Angular",
    "Gaussian",
    "Independent",
    "Isotropic",
    "Lomax",
    "Noise",
    "Pareto",
    "SpaceNoise",
    "StudentT",
    "SymmetricStable",
]
