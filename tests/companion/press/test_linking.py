"""Names of the library in prose become links, and nothing else changes."""

import nbformat as nbf
import pytest
from companion.press.reference.linking import link, link_cells

KNOWN = {"heavysgd.first_exit", "heavysgd.theory", "heavysgd.theory.limit_chain", "heavysgd.StudentT"}


@pytest.mark.parametrize(
    "text, linked",
    [
        ("by `hs.first_exit`.", "by {py:obj}`hs.first_exit <heavysgd.first_exit>`."),
        ("(`heavysgd.theory`)", "({py:obj}`heavysgd.theory <heavysgd.theory>`)"),
        ("`theory.limit_chain`", "{py:obj}`theory.limit_chain <heavysgd.theory.limit_chain>`"),
        ("`hs.StudentT(1.2, 0.1)`", "{py:obj}`hs.StudentT(1.2, 0.1) <heavysgd.StudentT>`"),
        ("a ``` b `hs.first_exit`", "a ``` b {py:obj}`hs.first_exit <heavysgd.first_exit>`"),
    ],
)
def test_a_name_becomes_a_link(text, linked):
    assert link(text, KNOWN) == linked


@pytest.mark.parametrize(
    "text",
    [
        "`first_exit`", "`hs.nothing`", "`hs.first_exit < 3`", "`theory`", "hs.first_exit", "``hs.first_exit``",
        "{py:func}`hs.first_exit`", "[see `hs.first_exit`](there.md)", "```python\nx = `hs.first_exit`\n```",
        "````{note}\n```\n`hs.first_exit`\n```\n````", "`x` and `hs.first_exit + 1`",
    ],
)  # fmt: skip
def test_everything_else_stays(text):
    assert link(text, KNOWN) == text


def test_only_prose_is_looked_at():
    cells = [nbf.v4.new_markdown_cell("`hs.first_exit`"), nbf.v4.new_code_cell("'`hs.first_exit`'")]
    notebook = link_cells(nbf.v4.new_notebook(cells=cells), KNOWN)
    assert notebook.cells[0].source.startswith("{py:obj}") and notebook.cells[1].source == "'`hs.first_exit`'"
