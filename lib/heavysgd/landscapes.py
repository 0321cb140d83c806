"""Named landscapes."""

from __future__ import annotations

import sympy

from heavysgd.checks import positive
from heavysgd.landscape import Landscape

_x = sympy.Symbol("x", real=True)


def wang_oh_rhee() -> Landscape:
    """The four-minima landscape of the paper's one-dimensional figures, on [-1.6, 1.6].

        f(x) = (x+1.6)(x+1.3)^2(x-0.2)^2(x-0.7)^2(x-1.6) (0.05|1.65-x|)^0.6
               (1 + 1/(0.01+4(x-0.5)^2)) (1 + 1/(0.1+4(x+1.5)^2)) (1 - e^(-5(x+0.8)^2)/4)

    The formula is recalled, not read off the paper; its critical points are computed, never stored.
    """
    polynomial = (_x + 1.6) * (_x + 1.3) ** 2 * (_x - 0.2) ** 2 * (_x - 0.7) ** 2 * (_x - 1.6)
    outer = (0.05 * sympy.Abs(1.65 - _x)) ** 0.6
    spikes = (1 + 1 / (0.01 + 4 * (_x - 0.5) ** 2)) * (1 + 1 / (0.1 + 4 * (_x + 1.5) ** 2))
    dent = 1 - sympy.exp(-5 * (_x + 0.8) ** 2) / 4
    return Landscape(polynomial * outer * spikes * dent, bounds=(-1.6, 1.6), name="Wang-Oh-Rhee landscape")


def quadratic_well(half_width: float = 1.0) -> Landscape:
    """f(x) = x^2 / 2 on (-half_width, half_width) with open ends: the one basin in which every limit is explicit."""
    half_width = positive("half_width", half_width)
    return Landscape(_x**2 / 2, bounds=(-half_width, half_width), open_ends=True, name="quadratic well")
