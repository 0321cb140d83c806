"""Cusps and poles of a landscape: found and named before anything is computed near them.

Suspect is what is smooth but where something comes to zero: powers (a norm is one) and logarithms. f is C^2 at such a
point if gradients and Hessians nearby differ by less and less the nearer they are, whatever the side. (Pieces, |g| among
them, are looked at where they meet: `joins`.)

Source: Assumption 1 of the paper, which asks for a C^2 landscape.
"""

from __future__ import annotations

import numpy as np
import sympy
from scipy.optimize import minimize
from scipy.stats import qmc

from heavysgd.checks import AssumptionError
from heavysgd.compiling import vectorised_over

_POINTS, _TRIED = 256, 4  # where a suspect is looked at, and how many of them are starts of a search for its zero
_ZERO = 1e-12  # of its largest value
_NEAR = np.array([1e-3, 1e-5])  # sides of the box from a suspected point
_CALMER = 0.7  # differences nearer to a point over those farther off, below which they are taken to vanish


def refuse_cusps(expr: sympy.Expr, symbols: tuple, box: np.ndarray, name: str) -> None:
    """Says what makes a cusp or pole inside the box (d, 2), and where: `AssumptionError`, for poles `ValueError`."""
    for part, inner in _suspects(expr):
        with np.errstate(all="ignore"):
            where = _zero(inner, symbols, box)
            if where is None or _smooth(expr, symbols, where, box):
                continue
        place = f"x = {where[0]:.6g}" if len(where) == 1 else f"x = {np.array2string(where, precision=6)}"
        if _kind(part) == "pole":
            raise ValueError(f"{name}: {part} is not finite at {place}, where {inner} is zero; choose bounds that avoid it")
        raise AssumptionError(
            f"{name}: {part} has a {_kind(part)} at {place}, where {inner} is zero (the landscape must be C^2); smooth it "
            "there, or choose bounds that avoid it"
        )


def _suspects(expr: sympy.Expr):
    """(part of the expression, what it must not be zero of)."""
    for power in sorted(expr.atoms(sympy.Pow, sympy.log), key=sympy.default_sort_key):
        base = power.args[0]
        whole = isinstance(power, sympy.Pow) and power.exp.is_number and power.exp >= 0 and power.exp == int(power.exp)
        if base.free_symbols and not whole and not base.is_positive:
            yield power, base


def _kind(part: sympy.Expr) -> str:
    return "pole" if isinstance(part, sympy.log) or not part.exp.is_number or part.exp < 0 else "cusp"


def _zero(inner: sympy.Expr, symbols: tuple, box: np.ndarray) -> np.ndarray | None:
    """A point of the box where `inner` vanishes; None where none is found. A change of sign of a power's base is none."""
    value = vectorised_over(symbols, inner)
    slope = vectorised_over(symbols, [sympy.diff(inner**2, s) for s in symbols])
    points = qmc.scale(qmc.Sobol(len(box), rng=0).random(_POINTS), *box.T)
    found, sides = np.abs(value(points)), np.ptp(box, axis=1)
    largest = np.max(found, initial=0.0, where=np.isfinite(found))
    for start in points[np.argsort(found)[:_TRIED]]:
        end = minimize(
            lambda u: (value(u * sides) / largest) ** 2,
            start / sides,
            jac=lambda u: slope(u * sides) * sides / largest**2,
            bounds=box / sides[:, None],
            method="L-BFGS-B",
            options={"ftol": 0.0, "gtol": 1e-30},
        )
        if abs(value(end.x * sides)) <= _ZERO * largest:
            return np.round(end.x, 7) * sides + 0.0
    return None


def _smooth(expr: sympy.Expr, symbols: tuple, where: np.ndarray, box: np.ndarray) -> bool:
    slopes = [sympy.diff(expr, s) for s in symbols]
    bends = [[sympy.diff(slope, s) for s in symbols] for slope in slopes]
    ways = np.random.default_rng(0).standard_normal((8 * len(box), len(box)))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    points = np.clip(where + _NEAR[:, None, None] * np.concatenate([ways, -ways]) * np.ptp(box, axis=1), *box.T)
    for parts in (slopes, bends):
        values = vectorised_over(symbols, parts)(points)
        spread = np.ptp(values.reshape(len(_NEAR), len(points[0]), -1), axis=1).max(axis=1)
        if not spread[1] <= _CALMER * spread[0]:
            return False
    return True
