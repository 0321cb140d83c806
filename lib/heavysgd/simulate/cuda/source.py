"""The CUDA source of one recursion: prelude, the formulas of its landscape and law, kernels."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from heavysgd.compiling import cpp_source
from heavysgd.recursion import Recursion
from heavysgd.simulate.program import Program, program

_FOLDER = Path(__file__).parent


def cuda_source(recursion: Recursion, single: bool = False) -> str:
    """The source for a recursion and the parameters of its law; its constants and the walls are read at run time.

    Raises `TranslationError` for a law whose `transform` has no counterpart in C++.
    """
    f, fields = recursion.landscape, recursion.landscape.fields()
    edges = fields.tables[0].shape[1] if fields.counted else 0
    values = len(recursion.described) + len(recursion.clip)
    return _source(program(recursion), f.compiled_gradient, f.size, edges, recursion.noise.params, values, single)


def described(recursion: Recursion) -> list[float]:
    """What `Constants` reads: the recursion's constants, and the walls."""
    return [*recursion.described, *recursion.clip]


@lru_cache(maxsize=64)
def _source(made: Program, gradient, fields: int, edges: int, params: tuple, values: int, single: bool = False) -> str:
    formulas = cpp_source({"step": made.step, "gradient_at": gradient}, single)
    head = [
        f"typedef {'float' if single else 'double'} real;",
        f"#define D {made.dimension}",
        f"#define STATE {made.state}",
        f"#define ROWS {made.rows}",
        f"#define STEPS_PER_BLOCK {made.steps_per_block}",
        f"#define COIN_ROWS {made.coin_rows}",
        f"#define FIELDS {fields}",
        f"#define EDGES {edges}",
        f"#define GRADIENT {_gradient(made.dimension)}",
    ]
    parts = [
        "\n".join(head),
        _text("prelude.cuh"),
        _law(params),
        formulas,
        _constants(values),
        _advance(made),
        _text("fields.cuh"),
        _text("kernels.cu"),
    ]
    return "\n\n".join(parts)


def _text(name: str) -> str:
    return (_FOLDER / name).read_text()


def _law(params: tuple) -> str:
    """The parameters of the law as constants of the program: the compiler folds what can be folded."""
    types = ["Coefficients" if isinstance(value, tuple) else "real" for value in params]
    fields = " ".join(f"{kind} p{k};" for k, kind in enumerate(types))
    values = ", ".join(_constant(value) for value in params)
    return f"struct Params {{ {fields} }};\nDEVICE Params law() {{ return Params{{{values}}}; }}"


def _constant(value) -> str:
    if isinstance(value, tuple):
        return f"Coefficients{{{', '.join(map(_constant, value))}}}"
    return f"real({value!r})"


def _constants(values: int) -> str:
    """The one argument of a step beside state and draws; read from memory when a kernel starts."""
    members = " ".join(f"real p{k};" for k in range(1, values + 1))
    read = ", ".join(["p0(law())", *(f"p{k}(described[{k - 1}])" for k in range(1, values + 1))])
    return f"""struct Constants {{
    Params p0;
    {members}
    DEVICE_MEMBER Constants(const real *described) : {read} {{}}
}};"""


def _gradient(dimension: int) -> str:
    """The gradient at y written into g."""
    found = f"const auto found = hs_gradient_at({', '.join(f'y[{i}]' for i in range(dimension))})"
    parts = ["g[0] = found"] if dimension == 1 else [f"g[{i}] = found.at[{i}]" for i in range(dimension)]
    return "; ".join([found, *parts])


def _advance(made: Program) -> str:
    """The step on arrays."""
    u = ["u[half]", "u[1]"] if made.uniforms == 1 else [f"u[{j}]" for j in range(made.uniforms)]
    given = [*(f"x[{i}]" for i in range(made.state)), *u, *(f"coins[{j}]" for j in range(made.coins)), "constants"]
    moved = "x[0] = y;" if made.state == 1 else " ".join(f"x[{i}] = y.at[{i}];" for i in range(made.state))
    return f"""DEVICE void advance(real (&x)[STATE], const real (&u)[ROWS], int half, const real *coins,
                    const Constants &constants)
{{
    const auto y = hs_step({", ".join(given)});
    {moved}
}}"""
