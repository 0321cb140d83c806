"""Tables of exits that leave their class, and of what simulation counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.reducible.study import Counted, Leaks


def leak_table(studies: Mapping[float, Leaks]) -> Markdown:
    """Exact shares of exits that leave a class, by threshold and learning rate, and their local order in rho."""
    rows = []
    for b, found in studies.items():
        for k, (eta, share) in enumerate(zip(found.etas, found.shares)):
            order = f"{found.orders[k - 1]:.2f}" if k else "–"
            rows.append([f"{b:g}", number(float(eta)), f"{share:.4f}", order])
    return Markdown(markdown_table(["$b$", "$\\eta$", "exact share of exits to $\\Omega_2$", "order in $\\rho$"], rows))


def leaving_table(probabilities: Mapping[str, np.ndarray], times) -> Markdown:
    """P(a class has been left) from each minimum (rows), by time on the clock of its class (columns)."""
    rows = [[name, *(f"{p:.2g}" for p in row)] for name, row in probabilities.items()]
    return Markdown(markdown_table(["start", *(f"$t = {t:g}$" for t in times)], rows))


def counted_table(found: Mapping[str, Counted]) -> Markdown:
    """What simulated paths did, beside the exact probability, which the limit has zero."""
    rows = [[name, f"{c.probability:.4f}", f"{c.count} of {c.size}", f"{c.share:.4f}"] for name, c in found.items()]
    return Markdown(markdown_table(["event", "exact probability", "counted", "share"], rows))
