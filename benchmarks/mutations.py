"""Mutants of the science code: what can be changed where, and a seeded sample of it, stratified by lines.

A mutant is one source file with one small fault, of those that Cosmic Ray's operators plant: another sign, comparison or
number, a condition turned round, a loop left out; and the same signs in the text of generated code, which they do not see.
`LEFT_OUT` says what is not touched and why.

The lines on which anything can be changed, room after room, are cut into as many equal pieces as mutants are asked for.
Each piece gives one: a line at random, a place on it at random, and one of the changes of that place.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cosmic_ray.ast
import cosmic_ray.plugins
from cosmic_ray.ast.ast_query import ASTQuery
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

ROOMS = ("noise", "theory", "inference", "simulate", "deep")
LEFT_OUT = {
    "docstrings, annotations, imports and decorators": "no part of what a call computes",
    "arguments of raise, warn and log, bars, and __repr__": "words for people",
    "defaults of seed and progress": "any other would do",
    "module constants in capitals": "sizes, tolerances and sentinels, whose neighbours are as good",
    "bit operators, is, removed decorators, other exception classes": "would mostly not run, and be killed for nothing",
    "simulate/cuda/device.py, *.cu and *.cuh": "need a CUDA device, or are not Python",
}
_FILES_LEFT_OUT = ("simulate/progress.py", "simulate/cuda/device.py")
_ARITHMETIC, _ORDER = "Add|Sub|Mul|Div|FloorDiv|Mod|Pow", "Eq|NotEq|Lt|LtE|Gt|GtE"
_OPERATORS = re.compile(
    "core/(NumberReplacer|AddNot|Replace(AndWithOr|OrWithAnd|TrueWithFalse|FalseWithTrue|BreakWithContinue|ContinueWithBreak)"
    f"|ZeroIterationForLoop|ReplaceUnaryOperator_Delete_(Not|USub)|ReplaceBinaryOperator_({_ARITHMETIC})_({_ARITHMETIC})"
    f"|ReplaceComparisonOperator_({_ORDER})_({_ORDER}))"
)
_WORDS = re.compile(r"(warnings\.warn|_log\.\w+|tqdm|StepBar)\b")
_SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*"}
_SIGNS |= {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "min": "max", "max": "min"}


class Mutant(NamedTuple):
    """A file with one fault."""

    file: str
    line: int
    within: str | None
    operator: str
    diff: str
    source: str

    @property
    def id(self) -> str:
        """The same for the same change in the same function, wherever in the file that stands."""
        change = [line for line in self.diff.splitlines() if not line.startswith("@@")]
        return hashlib.sha256("\n".join([self.file, str(self.within), *change]).encode()).hexdigest()[:12]


class TextOfCode(Operator):
    """Another sign in a string that holds code, in modules that generate any."""

    def mutation_positions(self, node):
        if node.type in ("string", "fstring_string"):
            for found in self._signs(node):
                yield (node.start_pos, (node.end_pos[0], node.end_pos[1] + found.start()))

    def mutate(self, node, index):
        found = list(self._signs(node))[index]
        node.value = node.value[: found.start()] + _SIGNS[found.group()] + node.value[found.end() :]
        return node

    @staticmethod
    def _signs(node):
        return re.finditer(r"\*\*|[<>]=?|[+*/]|(?<![A-Za-z])-(?![A-Za-z>])|\b(?:min|max)\b", node.value)

    @classmethod
    def examples(cls):
        return ()


@cache
def operators() -> dict[str, Operator]:
    """What plants faults, by name."""
    names = sorted(name for name in cosmic_ray.plugins.operator_names() if _OPERATORS.fullmatch(name))
    return {name: cosmic_ray.plugins.get_operator(name)() for name in names} | {"text of code": TextOfCode()}


def modules(root: Path) -> list[str]:
    """The files of the rooms, relative to the root, in order."""
    library = root / "lib" / "heavysgd"
    found = [file for room in ROOMS for file in sorted((library / room).rglob("*.py"))]
    return [file.relative_to(root).as_posix() for file in found if not str(file).endswith(_FILES_LEFT_OUT)]


def sites(source: str) -> dict[int, dict[tuple, list[tuple[str, int, str | None]]]]:
    """By line, by place on it: the changes, as operator, its how-manieth in the file, and the function around it."""
    tree, found = cosmic_ray.ast.get_ast(source), {}
    nodes = list(cosmic_ray.ast.ast_nodes(tree))
    for name, operator in operators().items():
        if name == "text of code" and "function_from_source" not in source:
            continue
        places = ((node, place) for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (node, place) in enumerate(places):
            if not is_left_out(node):
                change = (name, occurrence, ASTQuery(node).get_definition_name())
                found.setdefault(place[0][0], {}).setdefault(place, []).append(change)
    return found


def is_left_out(node) -> bool:
    """Whether a node of the tree lies in what `LEFT_OUT` names."""
    child = node
    while (parent := child.parent) is not None:
        if parent.type in ("decorator", "raise_stmt", "import_name", "import_from", "annassign", "tfpdef"):
            return True
        if parent.type == "funcdef" and (child is parent.annotation or parent.name.value in ("__repr__", "__str__")):
            return True
        if parent.type == "param" and parent.name.value in ("progress", "seed"):
            return True
        if parent.type in ("power", "atom_expr") and _WORDS.match(parent.get_code(include_prefix=False)):
            return True
        if parent.type == "expr_stmt" and _is_constant(parent):
            return True
        if parent.type == "simple_stmt" and child is node and node.type == "string":  # a docstring
            return True
        child = parent
    return False


def _is_constant(statement) -> bool:
    names = statement.get_defined_names()
    return statement.parent.parent.type == "file_input" and all(re.fullmatch(r"_?[A-Z][A-Z_]*", n.value) for n in names)


def sample(root: Path, size: int, seed: int) -> list[Iterator[Mutant]]:
    """For each of `size` pieces its mutants in random order, each on a line of its own: the first that runs is taken.

    Raises `ValueError` where there are fewer lines than pieces.
    """
    sources = {file: (root / file).read_text() for file in modules(root)}
    found = {file: sites(source) for file, source in sources.items()}
    lines = [(file, line) for file in found for line in sorted(found[file])]
    if not 1 <= size <= len(lines):
        raise ValueError(f"size = {size}: must be 1 to {len(lines)}, the number of lines that can be changed")
    pieces = [lines[k * len(lines) // size : (k + 1) * len(lines) // size] for k in range(size)]
    return [_from_piece(piece, found, sources, random.Random(f"{seed} {k}")) for k, piece in enumerate(pieces)]


def _from_piece(piece, found, sources, rng: random.Random) -> Iterator[Mutant]:
    for file, line in rng.sample(piece, len(piece)):
        place = rng.choice(sorted(found[file][line]))
        changed = mutant(file, sources[file], line, *rng.choice(found[file][line][place]))
        if changed is not None:
            yield changed


def mutant(file: str, source: str, line: int, operator: str, occurrence: int, within: str | None) -> Mutant | None:
    """The file with that change; None where the change makes no other program, or none at all."""
    changed = mutate_code(source, operators()[operator], occurrence)
    try:
        if changed is None or ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source)):
            return None
    except SyntaxError:
        return None
    before, after = source.splitlines(), changed.splitlines()
    diff = "\n".join(list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:])
    return Mutant(file, line, within, operator.removeprefix("core/"), diff, changed)
