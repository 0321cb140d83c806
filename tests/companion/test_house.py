"""The book's own house: imports point one way and in no circle, subjects share by `common`, chapters see what is theirs."""

import ast
from pathlib import Path

import nbformat as nbf
import networkx as nx
import pytest
from companion import paths
from companion.press import toc

BOOK = paths.ROOT / "lib" / "companion"
FILES = sorted(BOOK.rglob("*.py"))
LOOKS = {f"companion.press.{name}" for name in ("anchors", "markdown", "style", "tables")}  # of the press, for subjects


def module(file: Path) -> str:
    return ".".join(("companion", *file.relative_to(BOOK).with_suffix("").parts)).removesuffix(".__init__")


MODULES = set(map(module, FILES))


def imported(source: str) -> set[str]:
    """The modules of the book that a source imports; `from package import module` is the module."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            longer = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= longer & MODULES or {node.module}
    return {name for name in found if name.split(".")[0] == "companion"}


def allowed(name: str, other: str) -> bool:
    """Whether module `name` of the book may import module `other` of it."""
    here, there = name.split(".")[1:], other.split(".")[1:]
    if there == ["paths"] or there[0] == "ledger":
        return here != ["paths"]
    if there[0] == "press":
        return here[0] in ("press", "__main__") or (here[0] == "subjects" and other in LOOKS)
    return here[0] == "subjects" and there[1] in ("common", here[1])


@pytest.mark.parametrize("file", FILES, ids=module)
def test_imports_point_one_way(file):
    assert [other for other in imported(file.read_text()) if not allowed(module(file), other)] == []


def test_imports_run_in_no_circle():
    graph = nx.DiGraph((module(file), other) for file in FILES for other in imported(file.read_text()))
    assert nx.is_directed_acyclic_graph(graph)


@pytest.mark.parametrize("chapter", toc.chapters(), ids=lambda chapter: chapter.stem)
def test_chapters_import_claims_subjects_and_how_things_look(chapter):
    cells = [cell.source for cell in nbf.read(chapter, 4).cells if cell.cell_type == "code"]
    found = set().union(*map(imported, cells))
    open_to_chapters = ("companion.ledger.", "companion.subjects.", "companion.press.chapter", "companion.press.tables")
    assert found and all(name.startswith(open_to_chapters) for name in found)


@pytest.mark.parametrize(
    "name, other",
    [
        ("companion.ledger.rules", "companion.press.markdown"),
        ("companion.press.render", "companion.subjects.exits.order"),
        ("companion.subjects.plane.study", "companion.subjects.exits.order"),
        ("companion.subjects.common.figures", "companion.subjects.plane.study"),
        ("companion.subjects.plane.study", "companion.press.execute"),
        ("companion.paths", "companion.ledger.claims"),
    ],
)
def test_a_wrong_direction_is_noticed(name, other):
    assert {name, other} <= MODULES and not allowed(name, other)
