"""Recursions on a landscape, one short file each: `SGD` is the paper's, `StateDependentSGD` that of the framework papers;
`Recursion` says how to write another."""

from heavysgd.recursion.adaptive import AdaptiveSGD
from heavysgd.recursion.amplitude import Amplitude
from heavysgd.recursion.averaged import AveragedRegression
from heavysgd.recursion.base import Recursion
from heavysgd.recursion.convention import ConventionSGD
from heavysgd.recursion.hessian_shaped import HessianShapedSGD
from heavysgd.recursion.label_noise import LabelNoiseSGD
from heavysgd.recursion.low_precision import LowPrecisionSGLD
from heavysgd.recursion.regression import MiniBatchRegression
from heavysgd.recursion.state_dependent import StateDependentSGD
from heavysgd.recursion.truncated import SGD, Truncated
from heavysgd.recursion.two_sample import TwoSampleSGD

__all__ = [
    "AdaptiveSGD",
    "Amplitude",
    "AveragedRegression",
    "ConventionSGD",
    "HessianShapedSGD",
    "LabelNoiseSGD",
    "LowPrecisionSGLD",
    "MiniBatchRegression",
    "Recursion",
    "SGD",
    "StateDependentSGD",
    "Truncated",
    "TwoSampleSGD",
]
