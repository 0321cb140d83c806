"""Names of the library in the chapters' prose, `hs.first_exit` or `theory.limit_chain`, become links to their entries."""

from __future__ import annotations

import re
from collections.abc import Container

import nbformat as nbf

# What is left as it is: blocks of code, roles and longer code spans, links. Then what may name something.
_PARTS = re.compile(
    r"^(?P<fence>`{3,})(?s:.*?)^(?P=fence)`*$|\{[\w:-]+\}`[^`]*`|``+[^`].*?``+|!?\[[^\]]*\]\([^)]*\)"
    r"|(?<!`)`(?P<code>[^`<>\n]+)`(?!`)",
    re.M,
)
_NAME = re.compile(r"(?:(?:hs|heavysgd)\.(?P<full>[\w.]+)|(?P<room>\w+\.[\w.]+))(?:\(.*\))?$")


def link(markdown: str, known: Container[str]) -> str:
    """Code in the text that names, or calls, something of `known` (qualified names) becomes a link; it looks as before.

    A name begins with `hs.`, `heavysgd.` or the room it is in.
    """
    return _PARTS.sub(lambda found: _linked(found, known), markdown)


def link_cells(notebook: nbf.NotebookNode, known: Container[str]) -> nbf.NotebookNode:
    """The same in every cell of prose."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = link(cell.source, known)
    return notebook


def code(text: str, name: str, known: Container[str]) -> str:
    """The text as code, and as a link where the library has a public name `heavysgd.NAME`."""
    return f"{{py:obj}}`{text} <heavysgd.{name}>`" if f"heavysgd.{name}" in known else f"`{text}`"


def _linked(found: re.Match, known: Container[str]) -> str:
    name = _NAME.match(found["code"] or "")
    return code(found["code"], name["full"] or name["room"], known) if name else found[0]
