"""One symbolic expression, and what every backend needs of it.

f is written once in SymPy. From it come exact derivatives, vectorised NumPy functions and the scalar source that the
simulation compiles; nothing about a landscape is written twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import numba as nb
import numpy as np
import sympy
from sympy.printing.pycode import PythonCodePrinter

from heavysgd import elementary
from heavysgd.checks import AssumptionError
from heavysgd.elementary import power_coefficients
from heavysgd.translate import function_from_source

# Reassociation and contraction only: with "nnan" or "ninf" the compiler may drop the infinite bounds of open ends.
FASTMATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
OPTIONS = {"fastmath": FASTMATH, "error_model": "numpy"}
UNROLLED = 8  # coordinates up to which everything is inlined into one straight line

_VECTORISABLE = {name: getattr(elementary, name) for name in ("exp", "log", "sin", "cos", "tanh", "power", "fixed_power")}


def one_symbol(expr) -> sympy.Expr:
    """`expr` as a SymPy expression of one real symbol; raises `ValueError` for anything else."""
    try:
        expr = sympy.sympify(expr)
    except (sympy.SympifyError, TypeError) as error:
        raise ValueError(f"expr = {expr!r}: must be a SymPy expression") from error
    if not isinstance(expr, sympy.Expr):
        raise ValueError(f"expr = {expr!r}: must be a SymPy expression")
    if len(expr.free_symbols) > 1:
        names = sorted(map(str, expr.free_symbols))
        raise ValueError(f"expr has free symbols {names}: must have one, the position; substitute the others")
    # Real-valued from here on, so that the derivative of |x| is sign(x) and not a complex expression.
    return expr.xreplace({s: sympy.Symbol(s.name, real=True) for s in expr.free_symbols})


def coordinates(expr, dimension: int, symbols=None) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    """`expr` as a SymPy expression of real coordinates, and these in order; raises `ValueError` for anything else."""
    try:
        expr = sympy.sympify(expr)
    except (sympy.SympifyError, TypeError) as error:
        raise ValueError(f"expr = {expr!r}: must be a SymPy expression") from error
    if not isinstance(expr, sympy.Expr):
        raise ValueError(f"expr = {expr!r}: must be a SymPy expression")
    free = sorted(expr.free_symbols, key=lambda s: _natural(s.name))
    names = [s.name for s in (free if symbols is None else symbols)]
    if left := [s.name for s in free if s.name not in names]:
        raise ValueError(f"expr has free symbols {left} beside the coordinates {names}: substitute them")
    if len(names) != dimension:
        advice = (
            "substitute symbols that are no coordinates" if len(names) > dimension else "name all of them with symbols="
        )
        raise ValueError(f"expr has free symbols {names} and bounds {dimension} pairs: must be as many; {advice}")
    real = {name: sympy.Symbol(name, real=True) for name in names}
    return expr.xreplace({s: real[s.name] for s in free}), tuple(real.values())


def _natural(name: str) -> tuple[str, int]:
    """x2 before x10."""
    digits = re.search(r"\d*$", name)[0]
    return name[: len(name) - len(digits)], int(digits or -1)


def open_absolute_values(expr: sympy.Expr, symbol: sympy.Symbol, grid: np.ndarray) -> sympy.Expr:
    """Replaces |g| by g or -g where g keeps its sign on `grid`.

    Raises `AssumptionError` where it does not: |g| has a kink there, and the paper asks for a C^2 landscape.
    """
    for absolute in expr.atoms(sympy.Abs):
        inner = absolute.args[0]
        values = vectorised(symbol, inner)(grid)
        if values.min() < 0 < values.max():
            raise AssumptionError(f"expr has a kink: {absolute} changes sign inside bounds (the landscape must be C^2)")
        expr = expr.xreplace({absolute: inner if values.max() > 0 else -inner})
    return expr


def vectorised(symbol: sympy.Symbol, expr: sympy.Expr):
    """NumPy function of an array, returning floats of the array's shape."""
    function = sympy.lambdify(symbol, expr, modules="numpy", cse=True)
    return lambda x: np.asarray(function(x), float) + np.zeros_like(x)  # a constant expression ignores x's shape


def vectorised_over(symbols: Sequence[sympy.Symbol], parts):
    """NumPy function of points (..., d): an expression gives shape (...), a list of them (..., d), of lists (..., d, d)."""
    shape, flat = np.shape(parts), list(np.ravel(np.array(parts, dtype=object)))
    function = sympy.lambdify(list(symbols), flat, modules="numpy", cse=True)

    def evaluated(x):
        x = np.asarray(x, float)
        values = [np.broadcast_to(v, x.shape[:-1]) for v in function(*np.moveaxis(x, -1, 0))]
        return np.stack(values, axis=-1).reshape(*x.shape[:-1], *shape).astype(float)

    return evaluated


@lru_cache(maxsize=64)
def compiled_gradient(symbols: tuple, expr):
    """(x0, x1, ...) -> the gradient of `expr`: a number in one dimension, a tuple in more."""
    source = gradient_source(symbols, expr, "gradient")
    made = function_from_source(source, "gradient", {"math": math, **_VECTORISABLE})
    return nb.njit(made, inline=inlined(len(symbols)), **OPTIONS)


def inlined(dimension: int) -> str:
    """Numba's `inline` for formulas over so many coordinates; it cannot inline functions of very many arguments."""
    return "always" if dimension <= UNROLLED else "never"


def gradient_source(symbols: Sequence[sympy.Symbol], expr: sympy.Expr, name: str) -> str:
    """Python source of `name(x0, x1, ...)` = the gradient of `expr`, made of arithmetic and `heavysgd.elementary`.

    A number for one symbol, a tuple for more. All that is divided by is multiplied first, so that there is one division.
    """
    places = sympy.symbols(f"x:{len(symbols)}", real=True)
    expr = expr.xreplace(dict(zip(symbols, places)))
    body = _slope_by_factors(places[0], expr) if len(places) == 1 else _partial_derivatives(places, expr)
    return "\n".join([f"def {name}({', '.join(map(str, places))}):", *body, ""])


def _slope_by_factors(symbol: sympy.Symbol, expr: sympy.Expr) -> list[str]:
    """The derivative of a product, cheaply: value and slope run through the factors g_i of `expr`.

    (F, F') <- (F g, F' g + F g'). A factor h^p with p no integer has g' = p h' g / h, so that one general power (as
    dear as the rest of a step) serves value and derivative; integer powers are products.
    """
    factors = sympy.Mul.make_args(expr)
    values = sympy.symbols(f"g:{len(factors)}", real=True)
    slopes = [_factor_slope(symbol, factor, value) for factor, value in zip(factors, values)]
    shared, reduced = sympy.cse([*factors, *slopes], order="none", symbols=sympy.numbered_symbols("c"))
    terms, slopes = [*shared, *zip(values, reduced)], reduced[len(factors) :]
    lines, slopes = _assignments(terms, slopes)
    lines += ["    value, slope = 1.0, 0.0"]
    for value, slope in zip(values, slopes):
        lines.append(f"    value, slope = value*{value}, slope*{value} + value*({slope})")
    return [*lines, "    return slope"]


def _partial_derivatives(symbols: Sequence[sympy.Symbol], expr: sympy.Expr) -> list[str]:
    derivatives = [sympy.diff(expr, symbol) for symbol in symbols]
    shared, reduced = sympy.cse(derivatives, order="none", symbols=sympy.numbered_symbols("c"))
    lines, slopes = _assignments(shared, reduced)
    return [*lines, f"    return {', '.join(slopes)}"]


def _assignments(terms, results) -> tuple[list[str], list[str]]:
    """Lines that define the terms, each after those it uses, and the results written with them.

    With one division if that does not lead in circles.
    """
    write = _ScalarPrinter({"fully_qualified_modules": True}).doprint
    for rewrite in (_one_division, _as_they_are):
        rewritten, found = rewrite(terms, results)
        ordered = _defined_in_order(rewritten)
        if ordered is not None:
            return [f"    {target} = {write(value)}" for target, value in ordered], [write(result) for result in found]
    raise AssertionError("the terms of a common subexpression elimination use each other")


def _as_they_are(terms, slopes):
    return terms, slopes


def _one_division(terms, slopes):
    """The terms with every 1/d_k written as r times the other d_j, where r = 1/(d_1 d_2 ...)."""
    powers = {p for e in [*(value for _, value in terms), *slopes] for p in e.atoms(sympy.Pow)}
    negative = {p for p in powers if p.exp.is_Integer and p.exp < 0 and p.free_symbols}
    divisors = sorted({p.base for p in negative}, key=sympy.default_sort_key)
    if len(divisors) < 2:
        return terms, slopes
    inverses = sympy.symbols(f"i:{len(divisors)}", real=True)
    inverse_of, common = dict(zip(divisors, inverses)), sympy.Symbol("r", real=True)
    replaced = {p: inverse_of[p.base] ** -p.exp for p in negative}
    terms = [(target, value.xreplace(replaced)) for target, value in terms]
    terms.append((common, 1 / sympy.Mul(*divisors, evaluate=False)))
    for divisor, inverse in inverse_of.items():
        terms.append((inverse, sympy.Mul(common, *(d for d in divisors if d != divisor))))
    return terms, [slope.xreplace(replaced) for slope in slopes]


def _factor_slope(symbol, factor, value):
    base, exponent = factor.as_base_exp()
    if exponent.is_number and not exponent.is_Integer:
        return exponent * sympy.diff(base, symbol) * value / base
    return sympy.diff(factor, symbol)


def _defined_in_order(terms):
    """The assignments, each after the terms it uses; None where two of them need each other."""
    pending, ordered = list(terms), []
    while pending:
        unknown = {target for target, _ in pending}
        ready = [item for item in pending if not item[1].free_symbols & unknown]
        if not ready:
            return None
        ordered += ready
        pending = [item for item in pending if item not in ready]
    return ordered


class _ScalarPrinter(PythonCodePrinter):
    def _print_Pow(self, expr, rational=False):
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer and 2 <= abs(exponent) <= 8:
            product = "*".join([self.parenthesize(base, 100)] * abs(int(exponent)))
            return f"({product})" if exponent > 0 else f"(1.0/({product}))"
        if exponent.is_Integer or exponent in (sympy.Rational(1, 2), sympy.Rational(-1, 2)):
            return super()._print_Pow(expr, rational=rational)
        if not exponent.is_number or not -2 <= exponent <= 4:
            return f"power({self._print(base)}, {self._print(exponent)})"
        # The base is positive: f was found real on the whole domain.
        coefficients = ", ".join(map(repr, power_coefficients(float(exponent))))
        return f"fixed_power({self._print(base)}, {float(exponent)!r}, ({coefficients}))"

    def _print_vectorisable(self, expr):
        return f"{type(expr).__name__}({self._print(expr.args[0])})"

    _print_exp = _print_log = _print_sin = _print_cos = _print_tanh = _print_vectorisable

    def _print_Integer(self, expr):
        return f"{int(expr)}.0"

    def _print_Rational(self, expr):
        return f"({int(expr.p)}.0/{int(expr.q)}.0)"
