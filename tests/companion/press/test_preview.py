"""Which figure stands at the head of a chapter, and where its picture lies."""

import nbformat as nbf
import pytest
from companion.press.preview import TAG, put_first


def drawn(name, *tags, kind="image/svg+xml"):
    told = {"figure": {"caption": "c", "name": name}, "image": {"alt": "Two curves\nthat cross."}}
    output = nbf.v4.new_output("display_data", {kind: f"<svg id='{name}'/>", "text/plain": "Figure"})
    return nbf.v4.new_code_cell("plots.x();", metadata={"mystnb": told, "tags": list(tags)}, outputs=[output])


def put(tmp_path, *cells):
    notebook = nbf.v4.new_notebook(cells=[nbf.v4.new_markdown_cell("# Title"), *cells])
    return put_first(notebook, tmp_path / "first" / "a.svg", "first/a.svg").cells, tmp_path / "first" / "a.svg"


@pytest.mark.parametrize("tags, shown", [((), "fig-a"), ((TAG,), "fig-b")])
def test_the_first_figure_or_the_one_that_is_tagged_stands_after_the_claim(tmp_path, tags, shown):
    cells, file = put(tmp_path, nbf.v4.new_code_cell("x = 1"), drawn("fig-a"), drawn("fig-b", *tags))
    assert [cell.cell_type for cell in cells] == ["markdown", "markdown", "code", "code", "code"]
    assert file.read_text() == f"<svg id='{shown}'/>"
    assert f"{{numref}}`Figure %s <{shown}>`" in cells[1].source and f':target: "#{shown}"' in cells[1].source
    assert "{image} first/a.svg" in cells[1].source and ":alt: Two curves that cross." in cells[1].source


def test_a_chapter_without_a_figure_stays_as_it_is(tmp_path):
    plain = nbf.v4.new_code_cell("x", outputs=[nbf.v4.new_output("display_data", {"image/svg+xml": "<svg/>"})])
    cells, file = put(tmp_path, plain, drawn("fig-a", kind="image/png"))
    assert len(cells) == 3 and not file.exists()
