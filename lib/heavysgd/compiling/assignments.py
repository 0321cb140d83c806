"""Terms as lines of assignments, with few divisions.

Divisions are the dearest part of a step, so that all that is divided by is multiplied first, as far as the products stay
within the numbers' range.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import sympy

from heavysgd.compiling.printer import written
from heavysgd.compiling.values import vectorised_over

_DECADES = 30.0  # of a product of divisors, up or down: eight short of the range of single precision
_NEAR_ZERO = 1e-4  # share of its largest value below which a divisor may come to zero between the points looked at


class Values:
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


def assignments(
    terms: Iterable[tuple[sympy.Symbol, sympy.Expr]], results: Iterable[sympy.Expr], known: Values
) -> tuple[list[str], list[str]]:
    """Lines that define the terms, each after those it uses, and the results written with them.

    With few divisions if that does not lead in circles.
    """
    for rewrite in (_few_divisions, _as_they_are):
        rewritten, found = rewrite(terms, results, known)
        ordered = _defined_in_order(rewritten)
        if ordered is not None:
            return [f"    {target} = {written(value)}" for target, value in ordered], [written(result) for result in found]
    raise AssertionError("the terms of a common subexpression elimination use each other")


def _as_they_are(terms, slopes, known: Values):
    return terms, slopes


def _few_divisions(terms, slopes, known: Values):
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


def _groups(divisors: list[sympy.Expr], terms, known: Values) -> list[list[sympy.Expr]]:
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
