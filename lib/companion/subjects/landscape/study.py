"""How far computed critical points are from exact ones, in high precision."""

from __future__ import annotations

import mpmath
import sympy
from heavysgd.landscape import Line


def newton_correction(f: Line, points, digits: int = 50) -> float:
    """max |f'(x) / f''(x)| over `points`, evaluated with `digits` digits."""
    slope = sympy.lambdify(f.symbol, f.gradient_expr, modules="mpmath")
    with mpmath.workdps(digits):
        steps = [abs(slope(mpmath.mpf(float(x))) / mpmath.diff(slope, mpmath.mpf(float(x)))) for x in points]
        return float(max(steps))
