"""What the process of a chapter has loaded of lib/, and which results it has read: it tells after every cell."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from IPython import get_ipython

from companion import paths
from companion.ledger import recorded

DATA = {".cu", ".cuh"}  # suffixes of files that the modules beside them read as text


def tell() -> None:
    """From now on this process leaves in the file `$BOOK_INPUTS`, after every cell, what it has loaded and read."""
    target, shell = os.environ.get("BOOK_INPUTS"), get_ipython()
    if target and shell:
        shell.events.register("post_run_cell", lambda _: Path(target).write_text(json.dumps(sorted(used()))))


def used() -> set[str]:
    """Sources of lib/ that this process has loaded, those that they import in turn, data beside them, and results read.

    As places below the root of the book.
    """
    library = paths.ROOT / "lib"
    files = {Path(file).resolve() for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    sources = with_imports({file for file in files if file.is_relative_to(library)}, library)
    data = {beside for file in sources for beside in file.parent.iterdir() if beside.suffix in DATA}
    return paths.places(sources | data | recorded.READ)


def with_imports(sources: set[Path], library: Path) -> set[Path]:
    """The sources and all below `library` that they import, within functions too: a child process may load what this one
    has not."""
    found, waiting = set(), set(sources)
    while waiting:
        file = waiting.pop()
        found.add(file)
        waiting |= {other for name in _imported(file) for other in _sources_of(name, library)} - found
    return found


def _imported(file: Path) -> Iterable[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _sources_of(name: str, library: Path) -> set[Path]:
    """Sources of a module (or of that in which the name is) and of the packages above it; none of what is not below."""
    above = [library.joinpath(*name.split(".")[: n + 1]) for n in range(name.count(".") + 1)]
    candidates = {place for stem in above for place in (stem.with_suffix(".py"), stem / "__init__.py")}
    return {place for place in candidates if place.exists()}
