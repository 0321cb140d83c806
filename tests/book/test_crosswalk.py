"""The crosswalk points at chapters, functions, tests and claims that exist, and its statuses are earned."""

import ast
from functools import reduce

import heavysgd.deep.fleet  # a room that is not imported with the others
import nbformat
import pytest
from companion import paths
from companion.ledger import records
from companion.press import book, toc
from companion.press.pages import crosswalk

ENTRIES = crosswalk.entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["item"])
def test_entry_points_somewhere(entry):
    assert entry["status"] in crosswalk.STATUSES
    if entry["status"] == "not yet":
        assert entry["why"]
        return
    assert entry["chapter"] in {chapter.stem for chapter in toc.chapters()}
    assert entry["claims"] and entry["functions"] and entry["tests"]
    for name in entry["functions"]:
        assert callable(reduce(getattr, name.split("."), heavysgd))
    for test in entry["tests"]:
        file, _, function = test.partition("::")
        tree = ast.parse((paths.ROOT / "tests" / file).read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in names if function else any(name.startswith("test_") for name in names)
    assert ("why" in entry) == (entry["status"] == "deviates")


def test_a_sentence_of_a_neighbours_abstract_is_one_step_from_its_figure():
    shown = {entry["figure"]: entry["chapter"] for entry in ENTRIES if "figure" in entry}
    for figure, chapter in shown.items():
        cells = nbformat.read(paths.CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
        assert figure in {cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells}
    neighbours = [entry for entry in ENTRIES if "abstract" in entry["item"] and entry["status"] != "not yet"]
    assert len(neighbours) > 20 and all("figure" in entry for entry in neighbours)


def test_statuses_are_earned(built_profile):
    found = {record["id"]: record for record in book.claims(built_profile)}
    listed = [id for entry in ENTRIES for id in entry.get("claims", [])]
    assert sorted(listed) == sorted(found)  # every claim of the book belongs to exactly one item of the paper
    assert records.unexpected(found[id] for id in listed) == []
    for entry in ENTRIES:
        verdicts = {found[id]["verdict"] for id in entry.get("claims", [])}
        assert entry["status"] != "reproduced" or verdicts == {records.HOLDS}, entry["item"]


def test_items_of_the_paper_are_all_there():
    text = " ".join(entry["item"] for entry in ENTRIES)
    for item in ("Assumption 1", "Assumption 2", "Assumption 3", "Figure 1", "Figure 2", "Theorem 1", "Theorem 2"):
        assert item in text
    for item in ("Theorems 3 and 4", "Theorem 5", "Corollary 6", "Figure 3", "ℝᵈ", "Table 2", "Table 3", "Figure A.1"):
        assert item in text
