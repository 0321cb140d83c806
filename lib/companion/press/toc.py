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
