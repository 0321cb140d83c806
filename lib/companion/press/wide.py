"""Figures of several panels are wider than the text: they get a class by which a phone keeps them legible, to be pushed."""

from __future__ import annotations

import re

import nbformat as nbf

from companion.press.drawings import drawing

COLUMN = 580.0  # points; an ordinary figure has 527, and up to here letters of 11 points are legible on a phone
_WIDTH = re.compile(r'<svg\b[^>]*\bwidth="([\d.]+)pt"')


def mark(notebook: nbf.NotebookNode) -> nbf.NotebookNode:
    """Gives every numbered figure whose drawing is wider than `COLUMN` the class `wide`."""
    for cell in notebook.cells:
        width = _WIDTH.search(drawing(cell))
        if width and float(width[1]) > COLUMN:
            cell.metadata["mystnb"]["image"]["classes"] = "wide"
    return notebook
