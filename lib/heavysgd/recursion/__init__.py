"""Recursions on a landscape, one short file each: `SGD` is the paper's, `StateDependentSGD` that of the framework papers;
`Recursion` says how to write another."""

from heavysgd.recursion.amplitude import Amplitude
from heavysgd.recursion.base import Recursion
from heavysgd.recursion.state_dependent import StateDependentSGD
from heavysgd.recursion.truncated import SGD, Truncated

__all__ = ["Amplitude", "Recursion", "SGD", "StateDependentSGD", "Truncated"]
