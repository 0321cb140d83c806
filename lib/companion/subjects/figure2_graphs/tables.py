"""Table of exact values beside their limits."""

from __future__ import annotations

from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.common.approach import Approach


def ratio_table(found: dict[str, Approach], limits: dict[str, Measured]) -> Markdown:
    """Values over their limits by learning rate, and what they tend to."""
    etas = sorted({float(eta) for ratio in found.values() for eta in ratio.etas}, reverse=True)
    rows = []
    for name, ratio in found.items():
        values = {float(eta): f"{value:.4f}" for eta, value in zip(ratio.etas, ratio.values)}
        tends = limits[name]
        rows.append([name, *(values.get(eta, "–") for eta in etas), f"{tends.value:.4f} ± {number(tends.stderr, 1)}"])
    return Markdown(markdown_table(["over its limit", *(f"$\\eta$ = {number(eta, 2)}" for eta in etas), "tends to"], rows))
