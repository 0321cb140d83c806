"""Formulas written once, as compiled Python functions of doubles, made over for other machines.

What can be translated is small on purpose: functions of numbers made of assignments, arithmetic, comparisons,
conditional expressions, bit casts, `math`, and calls of other such functions. The step of the recursion, the gradient of
a landscape and the draw of a law are all of this kind, a reader's own included.
"""

from heavysgd.translate.cpp import cpp_source
from heavysgd.translate.flat import flat_source
from heavysgd.translate.formula import TranslationError, function_from_source
from heavysgd.translate.precision import in_single

__all__ = ["TranslationError", "cpp_source", "flat_source", "function_from_source", "in_single"]
