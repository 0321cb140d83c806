"""The drawing that a cell of an executed notebook shows as a numbered figure."""

from __future__ import annotations

import nbformat as nbf

_SVG = "image/svg+xml"


def drawing(cell: nbf.NotebookNode) -> str:
    """As SVG; empty for a cell that shows none."""
    if cell.cell_type != "code" or "figure" not in cell.metadata.get("mystnb", {}):
        return ""
    return next((output.data[_SVG] for output in cell.outputs if _SVG in output.get("data", {})), "")
