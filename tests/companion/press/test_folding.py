"""Which code of a chapter is folded on its page."""

import nbformat as nbf
from companion.press import toc
from companion.press.folding import FOLDED, fold


def folded(source, tags=()):
    cell = nbf.v4.new_code_cell(source, metadata={"tags": list(tags)})
    return FOLDED in fold(nbf.v4.new_notebook(cells=[cell])).cells[0].metadata.tags


def test_setup_and_claims_are_folded_and_parameters_stay_in_sight():
    assert folded('ledger, seeds = chapter.begin("x", root)') and folded('ledger.check(\n    id="a",\n)')
    assert folded("tables.claim_table(ledger.unshown())")
    assert not folded("n_paths = 4", ["parameters"]) and not folded("plots.laws(found);")


def test_every_chapter_has_code_in_sight_and_code_that_is_folded():
    for chapter in toc.chapters():
        cells = [cell for cell in fold(nbf.read(chapter, 4)).cells if cell.cell_type == "code"]
        hidden = [FOLDED in cell.metadata.get("tags", []) for cell in cells]
        assert any(hidden) and not all(hidden)
        assert all(len(set(cell.metadata.get("tags", []))) == len(cell.metadata.get("tags", [])) for cell in cells)
