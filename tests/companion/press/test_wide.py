"""Which figures a phone shows wider than itself."""

import nbformat as nbf
import pytest
from companion.press.wide import mark


def drawn(width, **told):
    output = nbf.v4.new_output("display_data", {"image/svg+xml": f'<?xml version="1.0"?>\n<svg x="0" width="{width}pt">'})
    return nbf.v4.new_code_cell("plots.x();", metadata={"mystnb": told}, outputs=[output])


@pytest.mark.parametrize("width, classes", [("526.799952", None), ("670.8", "wide"), ("1000", "wide")])
def test_figures_wider_than_the_text_are_marked(width, classes):
    cell = drawn(width, figure={"name": "fig-a"}, image={"alt": "Two curves."})
    assert mark(nbf.v4.new_notebook(cells=[cell])).cells[0].metadata["mystnb"]["image"].get("classes") == classes


def test_what_is_no_numbered_figure_stays_as_it_is():
    cells = [nbf.v4.new_markdown_cell("# A"), nbf.v4.new_code_cell("1"), drawn("900")]
    told = [dict(cell.metadata) for cell in cells]
    assert [dict(cell.metadata) for cell in mark(nbf.v4.new_notebook(cells=cells)).cells] == told
