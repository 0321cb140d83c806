"""A chapter's picture beside its claim: the first figure once more, small, at the head of the page, and a way to it.

What a chapter shows comes after what it needs: readers see at once where it leads. A figure other than the first is shown
where its cell has the tag `picture`.
"""

from __future__ import annotations

from pathlib import Path

import nbformat as nbf

from companion.press.drawings import drawing

TAG = "picture"
_CELL = """
```{{image}} {place}
:alt: {alt}
:class: preview
:target: "#{name}"
```

{{numref}}`Figure %s <{name}>`, further down.
"""


def put_first(notebook: nbf.NotebookNode, file: Path, place: str) -> nbf.NotebookNode:
    """Writes the picture to `file`, which the page knows as `place`, and shows it after the first cell.

    A notebook without a figure stays as it is.
    """
    shown = [cell for cell in notebook.cells if drawing(cell)]
    chosen = next((cell for cell in shown if TAG in cell.metadata.get("tags", [])), shown[0] if shown else None)
    if chosen is None:
        return notebook
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(drawing(chosen))
    told = chosen.metadata["mystnb"]
    alt, name = " ".join(told["image"]["alt"].split()), told["figure"]["name"]
    notebook.cells.insert(1, nbf.v4.new_markdown_cell(_CELL.format(place=place, alt=alt, name=name)))
    return notebook
