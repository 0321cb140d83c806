"""Formulas written once, as compiled Python functions of doubles, and made over for other machines.

From a symbolic expression to its gradient as source code (`gradient`, `assignments`, `printer`) and to NumPy functions
(`values`); from a compiled function to one flat module (`flat`) that is kept on disk (`cache`), to the same in single
precision (`single`) and in C++ (`cpp`).

What can be made over is small on purpose: functions of numbers made of assignments, arithmetic, comparisons, conditional
expressions, bit casts, `math`, and calls of other such functions. The step of a recursion, the gradient of a landscape and
the draw of a law are all of this kind, a reader's own included.
"""

import numba as _numba

if _numba.config.DISABLE_JIT:  # pyright: ignore[reportPrivateImportUsage, reportAttributeAccessIssue] - made at run time
    raise ImportError("NUMBA_DISABLE_JIT is set: heavysgd runs compiled code only; unset it")

from heavysgd.compiling.cache import cached
from heavysgd.compiling.cpp import cpp_source
from heavysgd.compiling.flat import shared
from heavysgd.compiling.formula import TranslationError, function_from_source
from heavysgd.compiling.gradient import compiled_function, compiled_gradient
from heavysgd.compiling.options import OPTIONS, UNROLLED, inlined
from heavysgd.compiling.single import in_single
from heavysgd.compiling.values import points_inside, vectorised, vectorised_over

__all__ = [
    "OPTIONS",
    "UNROLLED",
    "TranslationError",
    "cached",
    "compiled_function",
    "compiled_gradient",
    "cpp_source",
    "function_from_source",
    "in_single",
    "inlined",
    "points_inside",
    "shared",
    "vectorised",
    "vectorised_over",
]
