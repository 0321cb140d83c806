"""The CUDA source of one recursion: prelude, the formulas of its landscape and law, kernels."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from heavysgd.process import SGD
from heavysgd.simulate.lanes import block_shape
from heavysgd.simulate.recursion import compiled_step
from heavysgd.translate import cpp_source

_FOLDER = Path(__file__).parent


def cuda_source(sgd: SGD, single: bool = False) -> str:
    """The source for a landscape and a law with its parameters; eta, b and the walls are read at run time.

    Raises `TranslationError` for a law whose `transform` has no counterpart in C++.
    """
    f, noise = sgd.landscape, sgd.noise
    table = f.fields().tables[0]
    edges = table.shape[1] if f.fields().counted else 0
    law = noise.transform, noise.uniforms, noise.params
    return _source(
        f.compiled_gradient, f.dimension, f.size, edges, *law, len(sgd.clip), sgd.on_ball, sgd.by_coordinate, single
    )


def described(sgd: SGD) -> list[float]:
    """What `Setting` reads: eta, b, walls."""
    return [sgd.eta, sgd.threshold, *sgd.clip]


@lru_cache(maxsize=64)
def _source(
    gradient, dimension: int, fields: int, edges: int, draw, uniforms: int, params: tuple,
    walls: int, ball: bool = False, by_coordinate: bool = False, single: bool = False,
) -> str:  # fmt: skip
    step = compiled_step(gradient, draw, dimension, uniforms, ball, by_coordinate)
    formulas = cpp_source({"step": step, "gradient": gradient}, single)
    steps_per_block, rows = block_shape(uniforms)
    head = [
        f"typedef {'float' if single else 'double'} real;",
        f"#define D {dimension}",
        f"#define ROWS {rows}",
        f"#define STEPS_PER_BLOCK {steps_per_block}",
        f"#define WALLS {walls}",
        f"#define FIELDS {fields}",
        f"#define EDGES {edges}",
        f"#define GRADIENT {_gradient(dimension)}",
    ]
    parts = [
        "\n".join(head),
        _text("prelude.cuh"),
        _law(params),
        formulas,
        _advance(dimension, uniforms, walls),
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


def _gradient(dimension: int) -> str:
    """The gradient at y written into g."""
    found = f"const auto found = hs_gradient({', '.join(f'y[{i}]' for i in range(dimension))})"
    parts = ["g[0] = found"] if dimension == 1 else [f"g[{i}] = found.at[{i}]" for i in range(dimension)]
    return "; ".join([found, *parts])


def _advance(dimension: int, uniforms: int, walls: int) -> str:
    """The step on arrays, and the setting it takes from memory."""
    axes = range(dimension)
    u = ["u[half]", "u[1]"] if uniforms == 1 else [f"u[{j}]" for j in range(uniforms)]
    walls = [f"setting.walls[{i}]" for i in range(walls)]
    given = ", ".join([*(f"x[{i}]" for i in axes), *u, "law()", "setting.eta", "setting.b", *walls])
    moved = "x[0] = y;" if dimension == 1 else " ".join(f"x[{i}] = y.at[{i}];" for i in axes)
    return f"""struct Setting {{
    real eta, b, walls[WALLS];
    DEVICE_MEMBER Setting(const real *described) : eta(described[0]), b(described[1])
    {{
        for (int i = 0; i < WALLS; ++i)
            walls[i] = described[2 + i];
    }}
}};

DEVICE void advance(real (&x)[D], const real (&u)[ROWS], int half, const Setting &setting)
{{
    const auto y = hs_step({given});
    {moved}
}}"""
