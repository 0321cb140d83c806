"""Tables of shares of time in sharp basins."""

from __future__ import annotations

from collections.abc import Mapping

from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.elimination.study import Expected


def share_table(studies: Mapping[float, tuple[Expected, float]]) -> Markdown:
    """Shares of time in sharp basins by tail index and learning rate: finite rates, exact, and their ratio."""
    rows = []
    for alpha, (found, beta) in studies.items():
        for eta, exact, finite in zip(found.etas, *found.over_starts(beta)):
            row = [f"{alpha:g}", number(float(eta)), number(float(finite)), number(float(exact))]
            rows.append([*row, f"{exact / finite:.3f}"])
    return Markdown(markdown_table(["$\\alpha$", "$\\eta$", "finite rates", "exact share", "exact / finite"], rows))


def horizon_table(found: Expected) -> Markdown:
    """Exact shares by beta and start (rows) along the learning rates (columns)."""
    rows = [
        [f"{beta:g}", f"$m_{i + 1}$", *(f"{share:.2g}" for share in found.exact[:, k, i])]
        for k, beta in enumerate(found.betas)
        for i in range(found.exact.shape[-1])
    ]
    head = ["$\\beta$", "start", *(f"$\\eta$ = {number(float(eta))}" for eta in found.etas)]
    return Markdown(markdown_table(head, rows))
