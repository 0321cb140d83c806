"""The gradient of an expression as source code, made for loops over many paths.

From the symbolic expression come a few lines of straight arithmetic over `heavysgd.elementary`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numba as nb
import sympy

from heavysgd import elementary
from heavysgd.compiling.assignments import Values, assignments
from heavysgd.compiling.formula import function_from_source
from heavysgd.compiling.options import OPTIONS, inlined
from heavysgd.compiling.values import points_inside

_VECTORISABLE = {name: getattr(elementary, name) for name in ("exp", "log", "sin", "cos", "tanh", "power", "fixed_power")}


@lru_cache(maxsize=64)
def compiled_gradient(symbols: tuple, expr: sympy.Expr, bounds: tuple) -> Callable[..., Any]:
    """(x0, x1, ...) -> the gradient of `expr` for positions in a box: a number in one dimension, a tuple in more.

    bounds : (lo, hi) by coordinate. Raises `ValueError` for a function that compiled code does not know.
    """
    source = gradient_source(symbols, expr, bounds)
    made = function_from_source(source, "gradient", {"math": math, **_VECTORISABLE})
    return nb.njit(made, inline=inlined(len(symbols)), **OPTIONS)


@lru_cache(maxsize=64)
def compiled_function(symbols: tuple, exprs: tuple, bounds: tuple, name: str) -> Callable[..., Any]:
    """(x0, x1, ...) -> the values of `exprs` for positions in a box: a number for one expression, a tuple for more.

    The expressions are as `expression.real_formula` gives them; `bounds` and what is raised as for `compiled_gradient`.
    """
    places = sympy.symbols(f"x:{len(symbols)}", real=True)
    shared, reduced = sympy.cse(
        [expr.xreplace(dict(zip(symbols, places))) for expr in exprs],
        order="none",
        symbols=sympy.numbered_symbols("c"),
    )
    lines, values = assignments(shared, reduced, Values(places, points_inside(bounds)))
    source = "\n".join([f"def {name}({', '.join(map(str, places))}):", *lines, f"    return {', '.join(values)}", ""])
    made = function_from_source(source, name, {"math": math, **_VECTORISABLE})
    return nb.njit(made, inline=inlined(len(symbols)), **OPTIONS)


def gradient_source(symbols: Sequence[sympy.Symbol], expr: sympy.Expr, bounds: tuple) -> str:
    """Python source of `gradient(x0, x1, ...)`, made of arithmetic and `heavysgd.elementary`.

    A number for one symbol, a tuple for more.
    """
    places = sympy.symbols(f"x:{len(symbols)}", real=True)
    expr = expr.xreplace(dict(zip(symbols, places)))
    values = Values(places, points_inside(bounds))
    body = _slope_by_factors(places[0], expr, values) if len(places) == 1 else _partial_derivatives(places, expr, values)
    return "\n".join([f"def gradient({', '.join(map(str, places))}):", *body, ""])


def _slope_by_factors(symbol: sympy.Symbol, expr: sympy.Expr, known: Values) -> list[str]:
    """The derivative of a product, cheaply: value and slope run through the factors g_i of `expr`.

    (F, F') <- (F g, F' g + F g'). A factor h^p with p no integer has g' = p h' g / h, so that one general power (as
    dear as the rest of a step) serves value and derivative; integer powers are products.
    """
    factors = sympy.Mul.make_args(expr)
    values = sympy.symbols(f"g:{len(factors)}", real=True)
    slopes = [_factor_slope(symbol, factor, value, known) for factor, value in zip(factors, values)]
    shared, reduced = sympy.cse([*factors, *slopes], order="none", symbols=sympy.numbered_symbols("c"))
    terms, slopes = [*shared, *zip(values, reduced)], reduced[len(factors) :]
    lines, slopes = assignments(terms, slopes, known)
    lines += ["    value, slope = 1.0, 0.0"]
    for value, slope in zip(values, slopes):
        lines.append(f"    value, slope = value*{value}, slope*{value} + value*({slope})")
    return [*lines, "    return slope"]


def _factor_slope(symbol: sympy.Symbol, factor: sympy.Expr, value: sympy.Symbol, known: Values) -> sympy.Expr:
    base, exponent = factor.as_base_exp()
    if exponent.is_number and not exponent.is_Integer and known.keeps_off_zero(base):
        return exponent * sympy.diff(base, symbol) * value / base
    return sympy.diff(factor, symbol)


def _partial_derivatives(symbols: Sequence[sympy.Symbol], expr: sympy.Expr, known: Values) -> list[str]:
    derivatives = [sympy.diff(expr, symbol) for symbol in symbols]
    shared, reduced = sympy.cse(derivatives, order="none", symbols=sympy.numbered_symbols("c"))
    lines, slopes = assignments(shared, reduced, known)
    return [*lines, f"    return {', '.join(slopes)}"]
