"""Types: what is public says what it takes and gives, and Pyright, where it is installed, agrees."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import heavysgd
import pytest
from heavysgd.landscape import named
from heavysgd.recursion import SGD, StateDependentSGD, Truncated

LIBRARY = Path(heavysgd.__file__).parent
COMPILED = {"njit", "vectorize", "shared"}  # decorators of Numba's and ours: their types are those they are called with


def public_functions(body, prefix=""):
    """(name, node) of the functions and methods of a module whose names, and those of their classes, have no underscore."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not compiled(node):
            yield prefix + node.name, node


def compiled(node):
    names = {getattr(part, "attr", getattr(part, "id", "")) for d in node.decorator_list for part in ast.walk(d)}
    return bool(names & COMPILED)


def untyped(node, method):
    """What of a function has no type: names of arguments, "return"."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
    given = given[1:] if method and not static else given
    return [a.arg for a in given if a.annotation is None] + (["return"] if node.returns is None else [])


def missing(source):
    found = public_functions(ast.parse(source).body)
    return {name: lacks for name, node in found if (lacks := untyped(node, "." in name))}


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("*.py")), ids=lambda file: file.relative_to(LIBRARY).as_posix())
def test_what_is_public_is_typed(file):
    assert missing(file.read_text()) == {}


def test_what_lacks_a_type_is_seen():
    source = "class A:\n    def f(self, x, y: int) -> int: ...\n    @staticmethod\n    def g(x): ...\ndef h() -> int: ...\n"
    assert missing(source) == {"A.f": ["x"], "A.g": ["x", "return"]}
    assert missing("@nb.njit(inline='always')\ndef f(x): ...\ndef _g(x): ...\nclass _B:\n    def f(self, x): ...") == {}


@pytest.mark.parametrize("name", ["two_wells", "figure2_wells", "one_way_wells", "quadratic_well", "himmelblau"])
def test_named_landscapes_are_of_the_kind_that_they_are_said_to_be(name):
    make = getattr(named, name)
    assert type(make()) is get_type_hints(make)["return"]


def test_every_truncated_recursion_has_the_threshold_that_it_is_said_to_have():
    said = get_type_hints(Truncated)["b"]
    assert [get_type_hints(kind)["b"] for kind in (SGD, StateDependentSGD)] == [said, said] == [float | None] * 2


def test_pyright_agrees():
    checker = shutil.which("pyright")
    if checker is None:
        pytest.skip("Pyright is not installed; CONTRIBUTING.md says how to run it")
    root = LIBRARY.parents[1]
    ran = subprocess.run(
        [checker, "--pythonpath", sys.executable, "--outputjson"], cwd=root, capture_output=True, text=True
    )
    found = json.loads(ran.stdout)["generalDiagnostics"]
    assert [(d["file"], d["range"]["start"]["line"] + 1, d["message"]) for d in found if d["severity"] == "error"] == []
