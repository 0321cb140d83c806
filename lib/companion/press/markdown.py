"""Pipe tables."""

from __future__ import annotations

from collections.abc import Iterable


def markdown_table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    """A pipe table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
