"""The gradient of an expression as source code, made for loops over many paths.

From the symbolic expression come a few lines of straight arithmetic over `heavysgd.elementary`. Divisions are the dearest
part of a step, so that all that is divided by is multiplied first, as far as the products stay within the numbers' range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numba as nb
import numpy as np
import sympy
from sympy.printing.pycode import PythonCodePrinter

from heavysgd import elementary
from heavysgd.elementary import power_coefficients
from heavysgd.expression import inlined, points_inside, real_formula, vectorised_over
from heavysgd.translate import function_from_source

# Reassociation and contraction only: with "nnan" or "ninf" the compiler may drop the infinite bounds of open ends.
FASTMATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
OPTIONS = {"fastmath": FASTMATH, "error_model": "numpy"}

_VECTORISABLE = {name: getattr(elementary, name) for name in ("exp", "log", "sin", "cos", "tanh", "power", "fixed_power")}
_DECADES = 30.0  # of a product of divisors, up or down: eight short of the range of single precision
_NEAR_ZERO = 1e-4  # share of its largest value below which a divisor may come to zero between the points looked at


@lru_cache(maxsize=64)
def compiled_gradient(symbols: tuple, expr: sympy.Expr, bounds: tuple):
    """(x0, x1, ...) -> the gradient of `expr` for positions in a box: a number in one dimension, a tuple in more.

    bounds : (lo, hi) by coordinate. Raises `ValueError` for a function that compiled code does not know.
    """
    source = gradient_source(symbols, expr, bounds)
    made = function_from_source(source, "gradient", {"math": math, **_VECTORISABLE})
    return nb.njit(made, inline=inlined(len(symbols)), **OPTIONS)


@lru_cache(maxsize=64)
def compiled_function(symbols: tuple, exprs: tuple, bounds: tuple, name: str):
    """(x0, x1, ...) -> the values of `exprs` for positions in a box: a number for one expression, a tuple for more.

    `bounds` and what is raised as for `compiled_gradient`.
    """
    exprs = [real_formula(expr.xreplace(_by_name(expr, symbols)), symbols, bounds) for expr in exprs]
    places = sympy.symbols(f"x:{len(symbols)}", real=True)
    shared, reduced = sympy.cse(
        [expr.xreplace(dict(zip(symbols, places))) for expr in exprs],
        order="none",
        symbols=sympy.numbered_symbols("c"),
    )
    lines, values = _assignments(shared, reduced, _Values(places, points_inside(bounds)))
    source = "\n".join([f"def {name}({', '.join(map(str, places))}):", *lines, f"    return {', '.join(values)}", ""])
    made = function_from_source(source, name, {"math": math, **_VECTORISABLE})
    return nb.njit(made, inline=inlined(len(symbols)), **OPTIONS)


def _by_name(expr: sympy.Expr, symbols: tuple) -> dict:
    """The landscape's symbols in place of others of the same names, as x for x(real=True)."""
    own = {symbol.name: symbol for symbol in symbols}
    if unknown := sorted(symbol.name for symbol in expr.free_symbols if symbol.name not in own):
        raise ValueError(f"functions() has free symbols {unknown}: must be functions of {sorted(own)}")
    return {symbol: own[symbol.name] for symbol in expr.free_symbols}


def gradient_source(symbols: Sequence[sympy.Symbol], expr: sympy.Expr, bounds: tuple) -> str:
    """Python source of `gradient(x0, x1, ...)`, made of arithmetic and `heavysgd.elementary`.

    A number for one symbol, a tuple for more.
    """
    places = sympy.symbols(f"x:{len(symbols)}", real=True)
    expr = expr.xreplace(dict(zip(symbols, places)))
    values = _Values(places, points_inside(bounds))
    body = _slope_by_factors(places[0], expr, values) if len(places) == 1 else _partial_derivatives(places, expr, values)
    return "\n".join([f"def gradient({', '.join(map(str, places))}):", *body, ""])


class _Values:
    """What expressions come to on points of the box, shape (n, d)."""

    def __init__(self, symbols: Sequence[sympy.Symbol], points: np.ndarray):
        self.symbols, self.points = symbols, points

    def of(self, exprs: Sequence[sympy.Expr]) -> np.ndarray:
        """Shape (n, number of expressions)."""
        with np.errstate(all="ignore"):
            return vectorised_over(self.symbols, list(exprs))(self.points)

    def keeps_off_zero(self, expr: sympy.Expr) -> bool:
        """Whether `expr` is positive, and nowhere small beside what it is elsewhere."""
        values = self.of([expr])[:, 0]
        return bool(values.min() > 1e-9 * values.max())


def _slope_by_factors(symbol: sympy.Symbol, expr: sympy.Expr, known: _Values) -> list[str]:
    """The derivative of a product, cheaply: value and slope run through the factors g_i of `expr`.

    (F, F') <- (F g, F' g + F g'). A factor h^p with p no integer has g' = p h' g / h, so that one general power (as
    dear as the rest of a step) serves value and derivative; integer powers are products.
    """
    factors = sympy.Mul.make_args(expr)
    values = sympy.symbols(f"g:{len(factors)}", real=True)
    slopes = [_factor_slope(symbol, factor, value, known) for factor, value in zip(factors, values)]
    shared, reduced = sympy.cse([*factors, *slopes], order="none", symbols=sympy.numbered_symbols("c"))
    terms, slopes = [*shared, *zip(values, reduced)], reduced[len(factors) :]
    lines, slopes = _assignments(terms, slopes, known)
    lines += ["    value, slope = 1.0, 0.0"]
    for value, slope in zip(values, slopes):
        lines.append(f"    value, slope = value*{value}, slope*{value} + value*({slope})")
    return [*lines, "    return slope"]


def _factor_slope(symbol: sympy.Symbol, factor: sympy.Expr, value: sympy.Symbol, known: _Values) -> sympy.Expr:
    base, exponent = factor.as_base_exp()
    if exponent.is_number and not exponent.is_Integer and known.keeps_off_zero(base):
        return exponent * sympy.diff(base, symbol) * value / base
    return sympy.diff(factor, symbol)


def _partial_derivatives(symbols: Sequence[sympy.Symbol], expr: sympy.Expr, known: _Values) -> list[str]:
    derivatives = [sympy.diff(expr, symbol) for symbol in symbols]
    shared, reduced = sympy.cse(derivatives, order="none", symbols=sympy.numbered_symbols("c"))
    lines, slopes = _assignments(shared, reduced, known)
    return [*lines, f"    return {', '.join(slopes)}"]


def _assignments(terms, results, known: _Values) -> tuple[list[str], list[str]]:
    """Lines that define the terms, each after those it uses, and the results written with them.

    With few divisions if that does not lead in circles.
    """
    for rewrite in (_few_divisions, _as_they_are):
        rewritten, found = rewrite(terms, results, known)
        ordered = _defined_in_order(rewritten)
        if ordered is not None:
            return [f"    {target} = {_written(value)}" for target, value in ordered], [
                _written(result) for result in found
            ]
    raise AssertionError("the terms of a common subexpression elimination use each other")


def _as_they_are(terms, slopes, known: _Values):
    return terms, slopes


def _few_divisions(terms, slopes, known: _Values):
    """The terms with every 1/d_k of a group written as r times the other d_j, where r = 1/(d_1 d_2 ...)."""
    powers = {p for e in [*(value for _, value in terms), *slopes] for p in e.atoms(sympy.Pow)}
    negative = {p for p in powers if p.exp.is_Integer and p.exp < 0 and p.free_symbols}
    divisors = sorted({p.base for p in negative}, key=sympy.default_sort_key)
    groups = _groups(divisors, terms, known)
    inverse_of = dict(zip([d for group in groups for d in group], sympy.numbered_symbols("i", real=True)))
    replaced = {p: inverse_of[p.base] ** -p.exp for p in negative if p.base in inverse_of}
    terms = [(target, value.xreplace(replaced)) for target, value in terms]
    for number, group in enumerate(groups):
        common = sympy.Symbol(f"r{number or ''}", real=True)
        terms.append((common, 1 / sympy.Mul(*group, evaluate=False)))
        terms += [(inverse_of[d], sympy.Mul(common, *(other for other in group if other != d))) for d in group]
    return terms, [slope.xreplace(replaced) for slope in slopes]


def _groups(divisors: list[sympy.Expr], terms, known: _Values) -> list[list[sympy.Expr]]:
    """The divisors in groups whose products, and those of any of them, stay within the range of single precision.

    One that may come to zero, as it may where a piecewise term does not divide by it, is in a group of its own.
    """
    if len(divisors) < 2:
        return []
    values = known.of([_spelt_out(d, terms) for d in divisors])
    least, most = np.abs(values).min(axis=0), np.abs(values).max(axis=0)
    alone = ~((least > _NEAR_ZERO * most) & (values.min(axis=0) * values.max(axis=0) > 0) & np.isfinite(most))
    groups: list[list[sympy.Expr]] = []
    up = down = math.inf
    for divisor, low, high, by_itself in zip(divisors, least, most, alone):
        more, less = (math.inf, math.inf) if by_itself else (max(math.log10(high), 0.0), max(-math.log10(low), 0.0))
        if max(up + more, down + less) > _DECADES:
            groups.append([])
            up = down = 0.0
        groups[-1].append(divisor)
        up, down = up + more, down + less
    return groups


def _spelt_out(expr: sympy.Expr, terms) -> sympy.Expr:
    """`expr` with the names of terms replaced by what they stand for."""
    meaning = dict(terms)
    while used := expr.free_symbols & set(meaning):
        expr = expr.xreplace({name: meaning[name] for name in used})
    return expr


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


def _written(expr: sympy.Expr) -> str:
    try:
        return _ScalarPrinter({"fully_qualified_modules": True}).doprint(expr)
    except NotImplementedError as error:
        known = "exp, log, powers, trigonometric and hyperbolic functions, erf, erfc and Piecewise"
        names = ", ".join(sorted({type(part).__name__ for part in expr.atoms(sympy.Function)}))
        raise ValueError(f"expr: its gradient needs {names}, which compiled code has not; it has {known}") from error


class _ScalarPrinter(PythonCodePrinter):
    def _print_Pow(self, expr, rational=False):
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer and 2 <= abs(exponent) <= 8:
            product = "*".join([self.parenthesize(base, 100)] * abs(int(exponent)))
            return f"({product})" if exponent > 0 else f"(1.0/({product}))"
        if exponent == -1:
            return f"(1.0/{self.parenthesize(base, 100)})"
        if exponent.is_Integer or exponent in (sympy.Rational(1, 2), sympy.Rational(-1, 2)):
            return super()._print_Pow(expr, rational=rational)
        if not exponent.is_number or not -2 <= exponent <= 4:
            return f"power({self._print(base)}, {self._print(exponent)})"
        # The base is nowhere negative: that was looked at when the landscape was made.
        coefficients = ", ".join(map(repr, power_coefficients(float(exponent))))
        return f"fixed_power({self._print(base)}, {float(exponent)!r}, ({coefficients}))"

    def _print_vectorisable(self, expr):
        return f"{type(expr).__name__}({self._print(expr.args[0])})"

    _print_exp = _print_log = _print_sin = _print_cos = _print_tanh = _print_vectorisable

    def _print_And(self, expr):
        return "(" + " & ".join(self._print(part) for part in expr.args) + ")"

    def _print_Or(self, expr):
        return "(" + " | ".join(self._print(part) for part in expr.args) + ")"

    def _print_Integer(self, expr):
        return f"{int(expr)}.0"

    def _print_Rational(self, expr):
        return f"({int(expr.p)}.0/{int(expr.q)}.0)"
