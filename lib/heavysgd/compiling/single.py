"""The same formula in single precision."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np

from heavysgd.compiling.formula import called_functions, formula, function_from_source
from heavysgd.elementary import double, single

# Functions that look at the bits of a number, and what to call in their place.
SINGLE = {getattr(double, name): getattr(single, name) for name in ("log2", "exp2", "fixed_power", "sin_half_turn")}


@lru_cache(maxsize=256)
def in_single(function: Any) -> Callable[..., Any]:
    """`function`, compiled for 32-bit floats: its literals shrink, and so does every formula that it calls.

    Without this a single literal, being a double, would carry the whole expression over to doubles.
    Raises `TranslationError` for a function whose source cannot be read.
    """
    function = SINGLE.get(function, function)
    found = formula(function)
    calls = {name: in_single(called) for name, called in called_functions(found).items()}
    tree = ast.fix_missing_locations(_Shrink().visit(found.tree))
    made = function_from_source(ast.unparse(tree), tree.name, {**found.namespace, **calls, "_real": np.float32})
    return nb.njit(made, inline="always", **_options(function))


def _options(function) -> dict:
    return {name: function.targetoptions[name] for name in ("fastmath", "error_model") if name in function.targetoptions}


class _Shrink(ast.NodeTransformer):
    def visit_Constant(self, node):
        if not isinstance(node.value, float):
            return node
        return ast.Call(ast.Name("_real", ast.Load()), [node], [])
