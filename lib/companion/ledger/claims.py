"""The ledger: every claim of a chapter with its prediction, measurement, rule, verdict and negative control.

Records land as JSON in the build; the scorecard, the tables of the chapters and the tests read the same files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from companion.ledger.rules import Measured, Rule
from companion.paths import claims_of_this_run

HOLDS, FAILS, NO_POWER = "holds", "fails", "control not rejected"


@dataclass(frozen=True)
class Control:
    """What must fail the claim's own rule: other data, another prediction, or both; None means the claim's own."""

    what: str
    measured: Measured | None = None
    predicted: Any = None


class Ledger:
    """The claims of one chapter. Opening it drops the records of an earlier run of that chapter."""

    def __init__(self, chapter: str, folder: Path | None = None):
        self.chapter = chapter
        self.records: list[dict] = []
        self.path = Path(folder or claims_of_this_run()) / f"{chapter}.json"
        self._write()

    def check(
        self,
        id: str,
        statement: str,
        source: str,
        rule: Rule,
        predicted,
        measured: Measured,
        control: Control,
        reported: str | None = None,
        note: str | None = None,
    ) -> None:
        """Decides a claim by `rule`, puts the same rule to its control, and records both.

        `reported` is the paper's figure, always transcribed from memory; "power" in the record is the smallest fault that
        the rule rejects nine times in ten at this measurement's error. The verdict is "holds" only when the rule
        holds for the claim and fails for the control. Raises `ValueError` for an id used twice.
        """
        if any(record["id"] == id for record in self.records):
            raise ValueError(f"id = {id!r}: already recorded in {self.chapter}; ids are unique")
        agrees = rule.holds(predicted, measured)
        other_measured = measured if control.measured is None else control.measured
        other_predicted = predicted if control.predicted is None else control.predicted
        rejected = not rule.holds(other_predicted, other_measured)
        record = {
            "id": id,
            "chapter": self.chapter,
            "statement": statement,
            "source": source,
            "rule": str(rule),
            "power": rule.power(predicted, measured),
            **_numbers(predicted, measured),
            "reported": reported,
            "note": note,
            "control": {"what": control.what, **_numbers(other_predicted, other_measured), "rejected": rejected},
            "verdict": HOLDS if agrees and rejected else NO_POWER if agrees else FAILS,
        }
        self.records.append(record)
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_suffix(".part")
        scratch.write_text(json.dumps(self.records, indent=1))
        scratch.replace(self.path)  # a reader never sees half a file


def load(folder: Path) -> list[dict]:
    """All records under a folder, in the order of chapters and claims."""
    return [record for file in sorted(Path(folder).glob("*.json")) for record in json.loads(file.read_text())]


def _numbers(predicted, measured: Measured) -> dict:
    dof = {} if np.isinf(measured.dof) else {"dof": measured.dof}
    return {"predicted": _plain(predicted), "measured": _plain(measured.value), "stderr": _plain(measured.stderr), **dof}


def _plain(value):
    """`value` as JSON keeps it; infinities and nan as text, since JSON has none."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(v) for v in value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
