"""Tables of the chapter without clipping."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.press.markdown import markdown_table
from companion.subjects.no_clipping.symmetric import Ranges


def destination_table(limit: np.ndarray, exact: Sequence[hs.exact.Exit], counts: np.ndarray) -> Markdown:
    """For every way from one minimum to another field: the limit's share, the exact one, and that of simulated exits."""
    rows = []
    for i, j in zip(*np.nonzero(limit)):
        size, seen = counts[i].sum(), counts[i, j] / counts[i].sum()
        error = np.sqrt(seen * (1 - seen) / size)
        shares = [f"{limit[i, j]:.4f}", f"{exact[i].destinations[j]:.4f}", f"{seen:.4f} ± {number(float(error), 1)}"]
        rows.append([f"$m_{i + 1} \\to \\Omega_{j + 1}$", *shares])
    return Markdown(markdown_table(["way", "$q_{ij}/q_i$", "exact", "simulated (± standard error)"], rows))


def range_table(widths: Ranges, scanned: dict[str, Ranges]) -> Markdown:
    """Ranges of thresholds, from the widths and as found on the graph."""
    columns = {"symmetric, from widths": widths, **scanned}
    rows = [[name, "; ".join(f"{low:.6f} … {high:.6f}" for low, high in ranges)] for name, ranges in columns.items()]
    return Markdown(markdown_table(["the graph is", "for $b$ in"], rows))
