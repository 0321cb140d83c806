"""Table of jump numbers by threshold."""

from __future__ import annotations

from IPython.display import Markdown

from companion.press.markdown import markdown_table


def jump_number_table(names: list[str], thresholds, rows) -> Markdown:
    """Jump numbers of the basins, one row a threshold."""
    body = [[f"{b:g}", *(str(jumps) for jumps in row)] for b, row in zip(thresholds, rows)]
    return Markdown(markdown_table(["$b$", *names], body))
