"""Code that a reader of the pages need not see first: set-up and claims are folded, parameters and the rest are not."""

from __future__ import annotations

import nbformat as nbf

FOLDED = "hide-input"  # the tag that MyST-NB folds by
_SETUP, _CLAIMS = ("chapter.begin(",), ("ledger.check(", "orderings.check(", "ledger.unshown()")


def fold(notebook: nbf.NotebookNode) -> nbf.NotebookNode:
    """Tags the cells that begin a chapter, decide its claims or show them; the parameters keep their code in sight."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and "parameters" not in tags and any(part in cell.source for part in _SETUP + _CLAIMS):
            cell.metadata["tags"] = [*tags, FOLDED]
    return notebook
