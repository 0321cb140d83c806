"""Table of settling times."""

from __future__ import annotations

from IPython.display import Markdown

from companion.press.markdown import markdown_table, number


def settling_table(cases: dict) -> Markdown:
    """Settling times by threshold and tail index, predicted and measured."""
    rows = []
    for (b, alpha), case in cases.items():
        low, high = case.measured.interval()
        start = f"$m_{case.worst + 1}$"
        row = [f"{b:g}", f"{alpha:g}", start, number(case.predicted), number(case.measured.value)]
        rows.append([*row, f"{number(low)} … {number(high)}"])
    head = ["$b$", "$\\alpha$", "worst start", "predicted iterations", "measured", "95 % interval"]
    return Markdown(markdown_table(head, rows))
