"""Recursions on a landscape, one short file each: `SGD` is the paper's; `Recursion` says how to write another."""

from heavysgd.recursion.base import Recursion
from heavysgd.recursion.truncated import SGD

__all__ = ["SGD", "Recursion"]
