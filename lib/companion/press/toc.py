"""The table of contents as data."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import yaml

from companion.paths import CHAPTERS, ROOT


def pages() -> list[str]:
    """Every page of `_toc.yml` in reading order, without suffix, relative to the root of the book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    found = [toc["root"]]
    for part in toc.get("parts", [toc]):
        found += [entry["file"] for entry in part.get("chapters", [])]
    return [str(Path(page).with_suffix("")) for page in found]


def chapters() -> list[Path]:
    """The notebooks among the pages: what papermill runs."""
    sources = [ROOT / f"{page}.ipynb" for page in pages()]
    return [source for source in sources if source.exists()]


def chapter(name: str) -> Path:
    """A chapter by the name of its file, with or without number: "05_exit_law" or "exit_law".

    Raises `ValueError`, with the names there are, for any other.
    """
    known = {source.stem: source for source in chapters()}
    unnumbered = {stem.lstrip("0123456789").removeprefix("_"): source for stem, source in known.items()}
    if (found := known.get(name) or unnumbered.get(name)) is None:
        raise ValueError(f"chapter = {name!r}: must be one of {', '.join(known)}")
    return found


def parameters(stem: str) -> list[str]:
    """Names that the cell tagged `parameters` of a chapter assigns; none for what is no chapter."""
    notebook = CHAPTERS / f"{stem}.ipynb"
    cells = nbformat.read(notebook, as_version=4).cells if notebook.exists() else []
    sources = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    lines = [node for source in sources for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return [target.id for line in lines for target in line.targets if isinstance(target, ast.Name)]


def title(stem: str) -> str:
    """The heading of a chapter."""
    cells = nbformat.read(CHAPTERS / f"{stem}.ipynb", as_version=4).cells
    return cells[0].source.splitlines()[0].lstrip("# ")
