"""One expression as one line of Python over numbers, made of arithmetic, `math` and `heavysgd.elementary`."""

from __future__ import annotations

import sympy
from sympy.printing.pycode import PythonCodePrinter

from heavysgd.elementary import power_coefficients


def written(expr: sympy.Expr) -> str:
    """The line. Raises `ValueError` for a function that compiled code does not know."""
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
