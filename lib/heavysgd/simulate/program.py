"""A recursion as the engines run it: one compiled step on numbers, and how many numbers go in."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numba as nb
import numpy as np
import sympy
from numpy.typing import DTypeLike

from heavysgd import elementary
from heavysgd.compiling import OPTIONS, compiled_function, function_from_source, in_single, inlined
from heavysgd.expression import real_formula
from heavysgd.recursion import Recursion
from heavysgd.simulate.step_source import ELEMENTARY, StepText, step_source


class Program(NamedTuple):
    """step(state..., u0, u1, ..., coins..., constants) -> the next state, compiled.

    dimension : d; the first d numbers of the state are what is observed. state : numbers in it. uniforms : what the law
    uses a step. coins : further uniforms a step.
    """

    step: Callable[..., Any]
    dimension: int
    state: int
    uniforms: int
    coins: int

    @property
    def steps_per_block(self) -> int:
        """Steps that a block of draws serves: two where a law uses one uniform of the two that Philox gives."""
        return 2 if self.uniforms == 1 else 1

    @property
    def rows(self) -> int:
        """Uniforms in a block of draws: whole Philox blocks of two."""
        return 2 * -(-self.uniforms // 2)

    @property
    def coin_rows(self) -> int:
        """Uniforms in a block of coins."""
        return 2 * -(-self.coins // 2)


def program(recursion: Recursion, single: bool = False) -> Program:
    """The program of a recursion, in double or single precision. Raises `ValueError` for a step that cannot be read."""
    f, noise, further = recursion.landscape, recursion.noise, recursion.functions()
    text = StepText(
        recursion.step,
        f.dimension,
        noise.uniforms,
        tuple(recursion.constants),
        (("gradient", f.dimension), *((name, _size(name, expr, f.dimension)) for name, expr in further.items())),
        recursion.coins,
        state_names(recursion),
        recursion.on_ball,
    )
    compiled = [
        compiled_function(f.symbols, _real(_exprs(expr), f.symbols, f.intervals), f.intervals, f"{name}_at")
        for name, expr in further.items()
    ]
    return _program(text, noise.transform, (f.compiled_gradient, *compiled), single)


@lru_cache(maxsize=64)
def _program(text: StepText, draw, functions: tuple, single: bool) -> Program:
    namespace = {"math": math, "draw": draw, **{name: getattr(elementary, name) for name in ELEMENTARY}}
    namespace |= {f"{name}_at": function for (name, _), function in zip(text.functions, functions)}
    step = function_from_source(step_source(text), "step", namespace)
    step = nb.njit(step, inline=inlined(text.dimension), **OPTIONS)
    step = in_single(step) if single else step
    return Program(step, text.dimension, len(text.rows) * text.dimension, text.uniforms, text.coins * text.dimension)


def state_names(recursion: Recursion) -> tuple[str, ...]:
    """The vectors of the state, what is observed first."""
    names = ["x", *recursion.memory]
    if recursion.observed not in names:
        raise ValueError(f"observed = {recursion.observed!r}: must be one of {names}")
    return (recursion.observed, *(name for name in names if name != recursion.observed))


def starting_state(recursion: Recursion, x: np.ndarray) -> np.ndarray:
    """The state of paths that start at positions x, shape (d, n): shape (state, n), in the precision of x."""
    known = {"x": x, **dict(zip(recursion.constants, recursion.described))}
    parts = {"x": x}
    for name, expr in recursion.memory.items():
        value = eval(expr, {"__builtins__": {}}, known)  # noqa: S307 - the recursion's own text, as its step is
        parts[name] = np.broadcast_to(value, x.shape)
    return np.concatenate([parts[name] for name in state_names(recursion)]).astype(x.dtype)


def constants(recursion: Recursion, dtype: DTypeLike = np.float64) -> tuple:
    """The run-time constants of `step`: the law's parameters, the recursion's constants and walls, in one precision."""
    real = np.dtype(dtype).type
    return _cast((recursion.noise.params, *recursion.described, *recursion.clip), real)


def _cast(value, real):
    return tuple(_cast(part, real) for part in value) if isinstance(value, tuple) else real(value)


def _exprs(expr) -> tuple[sympy.Expr, ...]:
    return tuple(map(sympy.sympify, expr)) if isinstance(expr, (tuple, list)) else (sympy.sympify(expr),)


def _real(exprs: tuple[sympy.Expr, ...], symbols: tuple, bounds) -> tuple[sympy.Expr, ...]:
    """The expressions in the landscape's own symbols, as x for x(real=True), and in the form that compiled code takes."""
    own = {symbol.name: symbol for symbol in symbols}
    free = set().union(*(expr.free_symbols for expr in exprs))
    if unknown := sorted(symbol.name for symbol in free if symbol.name not in own):
        raise ValueError(f"functions() has free symbols {unknown}: must be functions of {sorted(own)}")
    return tuple(real_formula(expr.xreplace({s: own[s.name] for s in free}), symbols, bounds) for expr in exprs)


def _size(name: str, expr, dimension: int) -> int:
    size = len(_exprs(expr))
    if size not in (1, dimension):
        raise ValueError(f"functions()[{name!r}] has {size} expressions: must be one, for a number, or {dimension}")
    return size
