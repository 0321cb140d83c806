"""How formulas are compiled: Numba's options, and what is inlined."""

from __future__ import annotations

from typing import Literal

# Reassociation and contraction only: with "nnan" or "ninf" the compiler may drop the infinite bounds of open ends.
FASTMATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
OPTIONS = {"fastmath": FASTMATH, "error_model": "numpy"}
UNROLLED = 8  # coordinates up to which everything is inlined into one straight line


def inlined(dimension: int) -> Literal["always", "never"]:
    """Numba's `inline` for formulas over so many coordinates; it cannot inline functions of very many arguments."""
    return "always" if dimension <= UNROLLED else "never"
