"""Table of settling times."""

from __future__ import annotations

from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table


def settling_table(cases: dict) -> Markdown:
    """Settling times by threshold and tail index: by the limit's rates, exact and measured."""
    rows = []
    for (b, alpha), case in cases.items():
        low, high = case.measured.interval()
        row = [f"{b:g}", f"{alpha:g}", f"$m_{case.worst + 1}$", number(case.limit), number(case.exact)]
        rows.append([*row, number(case.measured.value), f"{number(low)} … {number(high)}"])
    head = ["$b$", "$\\alpha$", "worst start", "limit", "exact iterations", "measured", "95 % interval"]
    return Markdown(markdown_table(head, rows))
