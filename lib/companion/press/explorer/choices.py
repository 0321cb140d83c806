"""What the explorer page can be set to, and what of it is computed when the page is made."""

from __future__ import annotations

from functools import cached_property

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.landscape import Line

SCALE = 0.1  # of the noise: Lomax, as in the paper's figures
ALPHAS = (1.2, 1.5, 1.8)
ETAS = 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5
_POINTS = 400  # of a landscape's curve


class Choice:
    """A landscape, the thresholds that can be chosen on it, and the words it is shown under."""

    def __init__(self, title: str, make, thresholds: tuple[float | None, ...]):
        self.title, self._make, self.thresholds = title, make, thresholds

    @cached_property
    def f(self) -> Line:
        """The landscape; made when first asked for."""
        return self._make()

    def curve(self) -> list[list[float]]:
        """Points of its graph, to four digits: where, and the values there."""
        x = np.linspace(*self.f.bounds, _POINTS)
        return [[float(f"{v:.4g}") for v in values] for values in (x, self.f.value(x))]

    def slope(self) -> str:
        """f' as an expression of JavaScript in x."""
        x = sympy.Symbol("x", real=True)
        return sympy.jscode(sympy.diff(self.f.expr.xreplace({self.f.symbol: x}), x))

    def limit(self, alpha: float, b: float | None) -> dict:
        """At a threshold: jump numbers, edges of the typical transition graph, the limit chain's states and generator."""
        chain = hs.theory.limit_chain(self.f, alpha, b)
        graph = hs.theory.transition_graph(self.f, b)
        return {
            "jumps": hs.theory.jump_numbers(self.f, b).tolist(),
            "edges": sorted([int(i), int(j)] for i, j in graph.edges),
            "states": chain.states.tolist(),
            "generator": chain.generator.round(5).tolist(),
        }


LANDSCAPES = {
    "paper": Choice("the landscape of the paper's Figure 1", hs.landscapes.wang_oh_rhee, (0.25, 0.4, 0.5, 0.7, None)),
    "figure2": Choice("three wells, as in the paper's Figure 2", hs.landscapes.figure2_wells, (0.16, 0.25, 0.4, 0.7, None)),
    "alternating": Choice(
        "wide wells and a narrow one, which is the flatter",
        lambda: hs.landscapes.alternating_wells(count=2),
        (0.35, 0.5, 0.7, 1.3, None),
    ),
}
