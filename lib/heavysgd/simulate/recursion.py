"""One step of the recursion as a formula over the coordinates, the same for every engine.

    y = phi_L( x + phi_b( eta (z - f'(x)) ) ),     phi_b on the norm or by coordinates, phi_L on a box or a ball

Emitted for a dimension d with all coordinates spelt out, so that a compiler sees straight-line arithmetic: in one
dimension phi_b is two comparisons, and nothing is paid for the generality.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numba as nb

from heavysgd.expression import inlined
from heavysgd.gradient_code import OPTIONS
from heavysgd.translate import function_from_source, in_single


@lru_cache(maxsize=64)
def compiled_step(
    gradient,
    draw,
    dimension: int,
    uniforms: int,
    ball: bool = False,
    by_coordinate: bool = False,
    single: bool = False,
    packed: bool = False,
):
    """step(x0, ..., u0, ..., params, eta, b, *walls) -> the next position, in the chosen precision.

    `walls` are lo0, hi0, lo1, hi1, ... of a box, or the radius of a ball about the origin; `packed`, they are one tuple.
    """
    namespace = {"math": math, "gradient": gradient, "draw": draw}
    step = function_from_source(step_source(dimension, uniforms, ball, by_coordinate, packed), "step", namespace)
    step = nb.njit(step, inline=inlined(dimension), **OPTIONS)
    return in_single(step) if single else step


def step_source(
    dimension: int, uniforms: int, ball: bool = False, by_coordinate: bool = False, packed: bool = False
) -> str:
    """Python source of `step`; `draw` takes the uniforms (at least two names, the second idle where one is used)."""
    axes = range(dimension)
    x, z, g, m = ([f"{letter}{i}" for i in axes] for letter in "xzgm")
    u = [f"u{i}" for i in range(max(2, uniforms))]
    walls = ["radius"] if ball else [f"{end}{i}" for i in axes for end in ("lo", "hi")]
    names = ["walls"] if packed else walls
    unpack = [f"    {', '.join(walls)}, = walls"] if packed else []
    return "\n".join(
        [
            f"def step({', '.join([*x, *u, 'params', 'eta', 'b', *names])}):",
            *unpack,
            f"    {', '.join(z)} = draw({', '.join(u)}, params)",
            f"    {', '.join(g)} = gradient({', '.join(x)})",
            *(f"    {m[i]} = eta*({z[i]} - {g[i]})" for i in axes),
            *(line for part in ([[name] for name in m] if by_coordinate else [m]) for line in _cut(part, "b")),
            *(f"    {x[i]} = {x[i]} + {m[i]}" for i in axes),
            *(_cut(x, "radius") if ball else (f"    {x[i]} = min(max({x[i]}, lo{i}), hi{i})" for i in axes)),
            f"    return {', '.join(x)}",
            "",
        ]
    )


def _cut(vector: list[str], bound: str) -> list[str]:
    """phi_c(v) = (v / |v|) min(|v|, c)."""
    if len(vector) == 1:
        return [f"    {vector[0]} = min(max({vector[0]}, -{bound}), {bound})"]
    squares = " + ".join(f"{v}*{v}" for v in vector)
    shrink = f"    shrink = {bound}/math.sqrt(square) if square > {bound}*{bound} else 1.0"
    return [f"    square = {squares}", shrink, *(f"    {v} = {v}*shrink" for v in vector)]
