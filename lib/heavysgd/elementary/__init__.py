"""Elementary functions that a compiler can vectorise, in double precision; `elementary.single` holds the others."""

from heavysgd.elementary.double import (
    cos,
    cos_turn,
    exp,
    exp2,
    fixed_power,
    log,
    log2,
    power,
    power_coefficients,
    sin,
    sin_half_turn,
    tanh,
)

__all__ = [
    "cos",
    "cos_turn",
    "exp",
    "exp2",
    "fixed_power",
    "log",
    "log2",
    "power",
    "power_coefficients",
    "sin",
    "sin_half_turn",
    "tanh",
]
