"""A recursion's step with all coordinates spelt out, as source code that every engine reads.

A compiler then sees straight-line arithmetic: in one dimension phi_b is two comparisons, and nothing is paid for the
generality. A vector `v` becomes the numbers `v_0`, `v_1`, ...; what its lines mean is said at `recursion.Recursion`.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

MATH = ("sqrt", "fabs", "floor")  # of Python's `math`, in C++ by the same names
ELEMENTARY = ("exp", "log", "sin", "cos", "tanh")  # of `heavysgd.elementary`
_PLAIN = ("min", "max", "abs")
_WHOLE = ("cut", "cut_coordinates", "project")  # the right side of a line


@dataclass(frozen=True)
class StepText:
    """What the source of a step is made of.

    functions : name: how many numbers it gives, 1 or `dimension`. walls : "interval", "box" or "ball".
    memory : names of the state beyond the position. rows : names of the whole state, in the order in which kernels keep it.
    """

    text: str
    dimension: int
    uniforms: int
    constants: tuple[str, ...]
    functions: tuple[tuple[str, int], ...]
    coins: int
    rows: tuple[str, ...]
    on_ball: bool

    @property
    def arguments(self) -> list[str]:
        """Of the step: state, uniforms (at least two, the second idle where the law uses one), coins, constants."""
        state = [part for name in self.rows for part in self.parts(name)]
        coins = [part for name in self.coin_names for part in self.parts(name)]
        return [*state, *(f"u{i}" for i in range(max(2, self.uniforms))), *coins, "constants"]

    @property
    def coin_names(self) -> list[str]:
        """Vectors of coins."""
        return ["coin"] if self.coins == 1 else [f"coin{i}" for i in range(self.coins)]

    def parts(self, name: str) -> list[str]:
        """The coordinates of a vector."""
        return [f"{name}_{i}" for i in range(self.dimension)]


def step_source(step: StepText) -> str:
    """Python source of `step(state..., u0, u1, ..., coins..., constants)` -> the next state.

    `constants` is one tuple: the law's parameters, the recursion's constants, the walls lo0, hi0, lo1, ... of a box or the
    radius of a ball. Raises `ValueError` for a line that is not of the kind that `Recursion` allows.
    """
    state = [part for name in step.rows for part in step.parts(name)]
    lines = [f"def step({', '.join(step.arguments)}):", *_known(step), *_Spelling(step).lines()]
    return "\n".join([*lines, f"    return {', '.join(state)}", ""])


def _known(step: StepText) -> list[str]:
    """What is known at the beginning: constants, the draw, functions of x."""
    walls = ["radius_"] if step.on_ball else [f"{end}_{i}" for i in range(step.dimension) for end in ("lo", "hi")]
    names = [*step.constants, *walls]
    lines = [f"    {name} = constants[{k}]" for k, name in enumerate(names, 1)]
    uniforms = ", ".join(f"u{i}" for i in range(max(2, step.uniforms)))
    lines.append(f"    {', '.join(step.parts('z'))} = draw({uniforms}, constants[0])")
    position = ", ".join(step.parts("x"))
    for name, size in step.functions:
        found = ", ".join(step.parts(name)) if size == step.dimension else name
        lines.append(f"    {found} = {name}_at({position})")
    return lines


@dataclass
class _Spelling:
    """Spells out the lines of one step; `vectors` are the names that stand for d numbers, `numbers` the others."""

    step: StepText
    spare: int = 0
    before: list[str] = field(default_factory=list)

    def __post_init__(self):
        step = self.step
        of_x = {name for name, size in step.functions if size == step.dimension}
        self.vectors = {*step.rows, "x", "z", *step.coin_names, *of_x}
        self.numbers = {*step.constants, *(name for name, _ in step.functions)} - self.vectors

    def lines(self) -> list[str]:
        """The lines of the step, indented."""
        try:
            tree = ast.parse(textwrap.dedent(self.step.text)).body
        except SyntaxError as error:
            raise ValueError(f"step, line {error.lineno}: cannot be read ({error.msg})") from error
        found = [line for statement in tree for line in self.statement(statement)]
        if not any(line.startswith(f"{self.step.parts('x')[0]} =") for line in found):
            raise ValueError("step: assigns nothing to x, the new position")
        return [f"    {line}" for line in found]

    def statement(self, node) -> list[str]:
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
            raise self._refused(node, "must be an assignment to one name")
        target, value, whole, bound = node.targets[0].id, node.value, None, "radius_"
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _WHOLE:
            whole, given = value.func.id, value.args
            if value.keywords or len(given) != (1 if whole == "project" else 2):
                raise self._refused(node, f"{whole} takes {'a vector' if whole == 'project' else 'a vector and a bound'}")
            value = given[0]
            bound = self.number(given[1]) if len(given) == 2 else bound
        self.before = []
        found = self.assigned(target, value, node)
        if whole:
            if target not in self.vectors:
                raise self._refused(node, f"{whole} is for vectors")
            found += self.shortened(target, whole, bound)
        return [*self.before, *found]

    def assigned(self, target: str, value, node) -> list[str]:
        is_vector = self.is_vector(value)
        if target in (self.vectors if not is_vector else self.numbers) or target in (*self.step.constants, "z"):
            raise self._refused(node, f"{target} is something else already")
        if not is_vector:
            self.numbers.add(target)
            return [f"{target} = {self.number(value)}"]
        own = self.step.parts(target)
        written = [self.coordinate(value, i) for i in range(self.step.dimension)]
        self.vectors.add(target)
        return [f"{part} = {text}" for part, text in zip(own, written) if part != text]

    def shortened(self, target: str, whole: str, bound: str) -> list[str]:
        parts = self.step.parts(target)
        if whole == "project" and not self.step.on_ball:
            return [f"{part} = min(max({part}, lo_{i}), hi_{i})" for i, part in enumerate(parts)]
        if whole == "cut_coordinates":
            return [line for part in parts for line in cut([part], bound)]
        return cut(parts, bound)

    def is_vector(self, node) -> bool:
        """Whether an expression stands for d numbers: a vector is in it, outside of norms and products."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("norm", "dot"):
            return False
        if isinstance(node, ast.Name):
            return node.id in self.vectors
        return any(self.is_vector(part) for part in ast.iter_child_nodes(node))

    def number(self, node) -> str:
        """The text of an expression without vectors."""
        if self.is_vector(node):
            raise self._refused(node, "must be a number, and is a vector")
        return self.coordinate(node, 0)

    def coordinate(self, node, i: int) -> str:
        """The text of coordinate i of an expression."""
        return ast.unparse(_Coordinate(self, i).visit(ast.parse(ast.unparse(node), mode="eval").body))

    def length(self, name: str, arguments: Sequence[ast.expr]) -> str:
        """A name for norm(v) or dot(v, w), worked out in lines of its own."""
        if len(arguments) != (1 if name == "norm" else 2):
            raise ValueError(f"step: {name} takes {'one vector' if name == 'norm' else 'two vectors'}")
        first, last = arguments[0], arguments[-1]
        products = [f"({self.coordinate(first, i)})*({self.coordinate(last, i)})" for i in range(self.step.dimension)]
        self.spare += 1
        made = f"{name}_of_{self.spare}"
        total = " + ".join(products)
        self.before.append(f"{made} = {f'math.sqrt({total})' if name == 'norm' else total}")
        return made

    def _refused(self, node, why: str) -> ValueError:
        return ValueError(f"step: {ast.unparse(node)!r} {why}")


class _Coordinate(ast.NodeTransformer):
    """Makes the text of one coordinate of an expression."""

    def __init__(self, spelling: _Spelling, i: int):
        self.spelling, self.i = spelling, i

    def visit_Name(self, node):
        if node.id in self.spelling.vectors:
            return ast.Name(f"{node.id}_{self.i}", ast.Load())
        if node.id not in self.spelling.numbers:
            known = ", ".join(sorted(self.spelling.vectors | self.spelling.numbers))
            raise ValueError(f"step: {node.id!r} is not known; there are {known}")
        return node

    def visit_Call(self, node):
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in ("norm", "dot"):
            return ast.Name(self.spelling.length(name, node.args), ast.Load())
        if name not in (*MATH, *ELEMENTARY, *_PLAIN):
            allowed = ", ".join(("norm", "dot", *MATH, *ELEMENTARY, *_PLAIN))
            raise ValueError(f"step: {ast.unparse(node)!r} calls what steps cannot; inside a line there are {allowed}")
        arguments = [self.visit(argument) for argument in node.args]
        function = ast.Attribute(ast.Name("math", ast.Load()), name, ast.Load()) if name in MATH else node.func
        return ast.Call(function, arguments, [])


def cut(parts: Sequence[str], bound: str) -> list[str]:
    """Lines that shorten a vector to phi_c(v) = (v / |v|) min(|v|, c)."""
    if len(parts) == 1:
        return [f"{parts[0]} = min(max({parts[0]}, -{bound}), {bound})"]
    squares = " + ".join(f"{v}*{v}" for v in parts)
    shrink = f"shrink = {bound}/math.sqrt(square) if square > {bound}*{bound} else 1.0"
    return [f"square = {squares}", shrink, *(f"{v} = {v}*shrink" for v in parts)]
