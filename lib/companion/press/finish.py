"""A small extension of Sphinx: what is mended in a page's HTML before it is written."""

from __future__ import annotations

from companion.press.empty_headers import as_cells
from companion.press.tied import tied


def _before_writing(_app, _name: str, _template: str, context: dict, _doctree) -> None:
    if "body" in context:
        context["body"] = tied(as_cells(context["body"]))


def setup(app) -> dict:
    app.connect("html-page-context", _before_writing)
    return {"parallel_read_safe": True}
