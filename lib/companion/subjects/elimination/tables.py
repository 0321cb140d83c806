"""Table of shares of time in sharp basins."""

from __future__ import annotations

from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.press.markdown import markdown_table, number


def share_table(studies: dict) -> Markdown:
    """Shares of time in sharp basins by tail index and learning rate, measured and predicted."""
    rows = []
    for alpha, study in studies.items():
        for eta, value, stderr, expected in zip(study.etas, study.values, study.stderrs, study.predicted):
            low, high = Measured(value, stderr).interval()
            row = [f"{alpha:g}", number(float(eta)), number(float(expected)), number(float(value))]
            rows.append([*row, f"{number(float(low))} … {number(float(high))}", f"{value / expected:.2f}"])
    head = ["$\\alpha$", "$\\eta$", "predicted share", "measured", "95 % interval", "measured / predicted"]
    return Markdown(markdown_table(head, rows))
