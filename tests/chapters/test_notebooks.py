"""The notebooks as sources: outputs stripped, one cell of parameters, short cells, no definitions, every one listed."""

import ast
import re

import nbformat as nbf
import pytest
from companion import paths
from companion.press import profiles, toc

CHAPTERS = toc.chapters()
ABOUT_NO_PAPER = {"21_engine", "22_choose_b", "23_training_script"}


@pytest.fixture(params=CHAPTERS, ids=lambda chapter: chapter.stem)
def cells(request):
    return [cell for cell in nbf.read(request.param, 4).cells if cell.cell_type == "code"]


def test_outputs_are_stripped(cells):
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_one_cell_of_parameters(cells):
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1


def test_cells_are_short_and_narrow_and_define_nothing(cells):
    assert max(len(cell.source.splitlines()) for cell in cells) <= 25
    assert max(len(line) for cell in cells for line in cell.source.splitlines()) <= 88  # what a page at a desk shows
    for cell in cells:
        definitions = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
        assert not any(isinstance(node, definitions) for node in ast.walk(ast.parse(cell.source)))


def test_every_figure_has_a_caption_a_name_and_a_text_alternative(cells):
    drawing = [
        cell for cell in cells if "_plots." in cell.source and "import" not in cell.source and cell.source.endswith(";")
    ]
    for cell in drawing:
        shown = cell.metadata["mystnb"]
        assert shown["figure"]["caption"] and shown["figure"]["name"].startswith("fig-") and len(shown["image"]["alt"]) > 30


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_every_figure_is_referred_to_by_number_in_its_chapter(chapter):
    notebook = nbf.read(chapter, 4).cells
    shown = [cell.metadata.get("mystnb", {}).get("figure") for cell in notebook if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in notebook if cell.cell_type == "markdown")
    referred = re.findall(r"\{numref}`Figure %s <(fig-[\w-]+)>`", text)
    assert {figure["name"] for figure in shown if figure} <= set(referred)


def test_no_claim_comes_after_the_last_table_of_claims(cells):
    checked = [k for k, cell in enumerate(cells) if "ledger.check(" in cell.source or "orderings.check(" in cell.source]
    shown = [k for k, cell in enumerate(cells) if "ledger.unshown()" in cell.source]
    assert checked and max(shown) >= max(checked)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_a_chapter_says_beforehand_what_would_have_counted_against_the_paper(chapter):
    if chapter.stem not in ABOUT_NO_PAPER:
        beginning = [cell.source for cell in nbf.read(chapter, 4).cells[:3] if cell.cell_type == "markdown"]
        assert any("What would have counted against" in text for text in beginning)


def test_every_notebook_is_in_the_table_of_contents():
    assert sorted(paths.CHAPTERS.glob("*.ipynb")) == sorted(CHAPTERS)


@pytest.mark.parametrize("profile", ["smoke", "quick", "paper"])
def test_profiles_name_chapters_and_parameters_that_exist(profile):
    assert set(profiles.load(profile)) == {chapter.stem for chapter in CHAPTERS}
