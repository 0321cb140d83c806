"""Tables of the chapter on dimension."""

from __future__ import annotations

from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.dimension.study import Exits, cheapest_jumps


def ratio_table(series: dict[str, list[Exits]]) -> Markdown:
    """Mean exit times by case and dimension, predicted and measured."""
    rows = []
    for name, exits in series.items():
        for e in exits:
            row = [name, e.dimension, number(e.predicted), number(e.mean.value)]
            rows.append([*row, f"{e.ratio.value:.3f} ± {e.ratio.stderr:.3f}"])
    head = ["case", "$d$", "limit formula, steps", "measured", "measured / predicted (± standard error)"]
    return Markdown(markdown_table(head, rows))


def cheapest_table(rhos, dimensions, b: float) -> Markdown:
    """The number of jumps that costs least, by dimension and rarity of big jumps."""
    rows = [[number(rho), *(cheapest_jumps(rho, d, b) for d in dimensions)] for rho in rhos]
    return Markdown(markdown_table(["$\\rho$", *(f"$d = {d}$" for d in dimensions)], rows))
