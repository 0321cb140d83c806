"""Claim records and measurements as tables: the same columns in every chapter and on the scorecard."""

from __future__ import annotations

from collections.abc import Iterable

from heavysgd.inference import Measured
from IPython.display import Markdown

from companion.ledger.digits import number
from companion.ledger.records import HOLDS, NOT_MET, UNDECIDED
from companion.press.anchors import link
from companion.press.markdown import markdown_table

REPORTED = "reported in the paper"
_SIGN = '<span class="sign">¶</span>'  # of a claim in its chapter, where the scorecard leads to


def claim_table(records: Iterable[dict]) -> Markdown:
    """Predicted, measured, 95 % interval, reported and verdict of each record, with the control under the rule."""
    records = list(records)
    with_reported = any(record["reported"] for record in records)
    head = ["claim", "predicted", "measured", "95 % interval", *([REPORTED] if with_reported else []), "verdict"]
    rows = []
    for record in records:
        statement = f"{record['statement']} {link(record['id'], 'scorecard', _SIGN, named=True)}"
        row = [statement, number(record["predicted"]), measured(record), interval(record)]
        row += [record["reported"] or "–"] if with_reported else []
        rows.append([*row, verdict(record)])
    return Markdown(markdown_table(head, rows))


def measured_table(what: str, found: dict[str, Measured]) -> Markdown:
    """Measurements by case, with 95 % intervals."""
    rows = [[case, number(m.value), "{} … {}".format(*map(number, m.interval()))] for case, m in found.items()]
    return Markdown(markdown_table(["case", what, "95 % interval"], rows))


def verdict(record: dict) -> str:
    """The verdict in words a reader can scan, and the one on file where it is another."""
    found, on_file = record["verdict"], record["expected"]
    shown = {HOLDS: "✓ holds", NOT_MET: "✗ not met", UNDECIDED: "? undecided"}[found]
    return shown if found == on_file else f"{shown} (on file: {on_file})"


def measured(record: dict) -> str:
    """The measurement of a record; a p-value says that it is one."""
    return ("p = " if record["rule"].startswith("p-value") else "") + number(record["measured"])


def interval(record: dict, confidence: float = 0.95) -> str:
    """The 95 % interval of a record, or a dash for what has no standard error."""
    if not record["stderr"] or isinstance(record["measured"], (list, str)):
        return "–"
    low, high = Measured(record["measured"], record["stderr"], record.get("dof", float("inf"))).interval(confidence)
    return f"{number(low)} … {number(high)}"
