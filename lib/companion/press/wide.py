"""Figures of several panels are wider than the text: they get a class by which a phone keeps them legible, to be pushed."""

from __future__ import annotations

import re

import nbformat as nbf

COLUMN = 580.0  # points; an ordinary figure has 527, and up to here letters of 11 points are legible on a phone
_SVG, _WIDTH = "image/svg+xml", re.compile(r'<svg\b[^>]*\bwidth="([\d.]+)pt"')


def mark(notebook: nbf.NotebookNode) -> nbf.NotebookNode:
    """Gives every numbered figure whose drawing is wider than `COLUMN` the class `wide`."""
    for cell in notebook.cells:
        told = cell.metadata.get("mystnb", {})
        if cell.cell_type == "code" and "figure" in told and _width(cell) > COLUMN:
            told["image"]["classes"] = "wide"
    return notebook


def _width(cell: nbf.NotebookNode) -> float:
    """Of the widest drawing that the cell has shown, in points; 0 where there is none."""
    drawings = (output.data[_SVG] for output in cell.outputs if _SVG in output.get("data", {}))
    return max((float(found[1]) for drawing in drawings if (found := _WIDTH.search(drawing))), default=0.0)
