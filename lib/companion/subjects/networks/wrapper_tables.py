"""Table of the page on the wrapper: what truncation bounds."""

from __future__ import annotations

from IPython.display import Markdown

from companion.press.markdown import markdown_table, rounded


def longest_table(longest: dict[str, dict[str, float]]) -> Markdown:
    """Longest updates over b, base optimizers as rows and what is truncated as columns."""
    modes = list(next(iter(longest.values())))
    rows = [[name, *(rounded(of[mode], 3) for mode in modes)] for name, of in longest.items()]
    return Markdown(markdown_table(["longest update over $b$", *(f'`"{mode}"`' for mode in modes)], rows))
