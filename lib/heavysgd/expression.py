"""One symbolic expression in the form that every backend takes alike.

f is written once in SymPy. From it come exact derivatives, NumPy functions (`compiling.values`), and the source that the
simulation compiles (`compiling.gradient`); nothing about a landscape is written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy

from heavysgd.checks import AssumptionError
from heavysgd.compiling.values import points_inside, vectorised_over

_KINKS = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside)


def _sympified(expr: Any) -> sympy.Expr:
    try:
        read = sympy.sympify(expr)
    except (sympy.SympifyError, TypeError) as error:
        raise ValueError(f"expr = {expr!r}: must be a SymPy expression") from error
    if not isinstance(read, sympy.Expr):
        raise ValueError(f"expr = {read!r}: must be a SymPy expression")
    return read


def one_symbol(expr: Any) -> sympy.Expr:
    """`expr` as a SymPy expression of one real symbol; raises `ValueError` for anything else."""
    expr = _sympified(expr)
    names = sorted({s.name for s in expr.free_symbols})  # x and x(real=True) are one position
    if len(names) > 1:
        raise ValueError(f"expr has free symbols {names}: must have one, the position; substitute the others")
    # Real-valued from here on, so that the derivative of |x| is sign(x) and not a complex expression.
    return expr.xreplace({s: sympy.Symbol(s.name, real=True) for s in expr.free_symbols})


def coordinates(expr: Any, dimension: int, symbols: Any = None) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    """`expr` as a SymPy expression of real coordinates, and these in order; raises `ValueError` for anything else."""
    expr = _sympified(expr)
    free = sorted(expr.free_symbols, key=lambda s: _natural(s.name))
    unnamed = symbols is None or (isinstance(symbols, tuple) and not symbols)
    names = list(dict.fromkeys(s.name for s in free)) if unnamed else _distinct_names(symbols)
    if left := [s.name for s in free if s.name not in names]:
        raise ValueError(f"expr has free symbols {left} beside the coordinates {names}: substitute them")
    if len(names) != dimension:
        advice = (
            "substitute symbols that are no coordinates" if len(names) > dimension else "name all of them with symbols="
        )
        raise ValueError(f"expr has free symbols {names} and bounds {dimension} pairs: must be as many; {advice}")
    real = {name: sympy.Symbol(name, real=True) for name in names}
    return expr.xreplace({s: real[s.name] for s in free}), tuple(real.values())


def _distinct_names(symbols) -> list[str]:
    given = list(symbols) if np.iterable(symbols) else [symbols]
    names = [s.name for s in given if hasattr(s, "name")]
    if len(set(names)) < len(given):
        raise ValueError(f"symbols = {symbols!r}: must be SymPy symbols with names of their own, one a coordinate")
    return names


def _natural(name: str) -> tuple[str, int]:
    """x2 before x10."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or -1)


def real_formula(expr: sympy.Expr, symbols: Sequence[sympy.Symbol], bounds: Sequence[tuple[float, float]]) -> sympy.Expr:
    """`expr` in the form that every backend takes alike: exponents that are whole are integers, kinks are pieces.

    Raises `AssumptionError`, a `ValueError`, for functions that jump, and `ValueError` for a power that is not real
    somewhere in the box `bounds`.
    """
    points = points_inside(bounds)
    expr = _with_whole_exponents(expr)
    if jumping := sorted(map(str, expr.atoms(sympy.floor, sympy.ceiling, sympy.frac, sympy.Mod))):
        raise AssumptionError(f"expr has {jumping[0]}, which jumps: the landscape must be C^2; write out the piece in use")
    expr = _in_pieces(_open_absolute_values(expr, symbols, points))
    _refuse_powers_that_are_not_real(expr, symbols, points)
    return expr


def _with_whole_exponents(expr: sympy.Expr) -> sympy.Expr:
    """x**2.0 as x**2: as a power with a general exponent it would not be real for negative x."""
    while whole := [p for p in expr.atoms(sympy.Pow) if p.exp.is_Float and float(p.exp).is_integer()]:
        expr = expr.xreplace({p: p.base ** sympy.Integer(int(p.exp)) for p in whole})
    return expr


def _open_absolute_values(expr: sympy.Expr, symbols: Sequence[sympy.Symbol], points: np.ndarray) -> sympy.Expr:
    """Replaces |g| by g or -g where g keeps its sign on `points`."""
    for absolute in expr.atoms(sympy.Abs):
        inner = absolute.args[0]
        with np.errstate(all="ignore"):
            values = vectorised_over(symbols, inner)(points)
        if not values.min() < 0 < values.max():
            expr = expr.xreplace({absolute: inner if values.max() > 0 else -inner})
    return expr


def _in_pieces(expr: sympy.Expr) -> sympy.Expr:
    """|g|, max, min, sign and step functions as pieces, whose derivatives are those of the pieces; the last piece is the
    rest of the line."""
    while kinks := expr.atoms(*_KINKS):
        expr = _without_choices(expr.xreplace({kink: kink.rewrite(sympy.Piecewise) for kink in kinks}))
    open_ended = [p for p in expr.atoms(sympy.Piecewise) if p.args[-1][1] != sympy.true]
    return expr.xreplace({p: sympy.Piecewise(*p.args[:-1], (p.args[-1][0], True)) for p in open_ended})


def _without_choices(expr: sympy.Expr) -> sympy.Expr:
    """Conditions "b where a, else c", which SymPy makes of a comparison with pieces, as (a and b) or (not a and c)."""
    while choices := expr.atoms(sympy.ITE):
        spelt = {}
        for choice in choices:
            a, b, c = choice.args
            spelt[choice] = sympy.Or(sympy.And(a, b), sympy.And(sympy.Not(a), c))
        expr = expr.xreplace(spelt)
    return expr


def _refuse_powers_that_are_not_real(expr: sympy.Expr, symbols: Sequence[sympy.Symbol], points: np.ndarray) -> None:
    """Where `expr` has no value, looks for a power of a negative number, and names it."""
    with np.errstate(all="ignore"):
        without_value = points[np.isnan(vectorised_over(symbols, expr)(points))]
    if not without_value.size:
        return
    at = without_value[:1]
    for power in sorted(expr.atoms(sympy.Pow), key=sympy.default_sort_key):
        if not power.exp.is_Integer and float(vectorised_over(symbols, power.base)(at)[0]) < 0:
            raise ValueError(
                f"expr has the power {power}, which is not real where {power.base} < 0, as at x = {np.squeeze(at)} inside "
                f"bounds; write Abs({power.base})**({power.exp}) if that is meant, or change bounds"
            )
