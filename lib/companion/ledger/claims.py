"""The ledger: every claim of a chapter with its prediction, measurement, rule, control and verdict, met or not.

Records land as JSON in the build; the scorecard, the tables of the chapters and the tests read the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from heavysgd.inference import Measured

from companion.ledger import records
from companion.ledger.records import HOLDS, NOT_MET, STANCES, UNDECIDED, VERDICTS
from companion.ledger.rules import Rule
from companion.ledger.seeds import Seeds
from companion.paths import claims_of_this_run


@dataclass(frozen=True)
class Control:
    """What must fail the claim's own rule: other data, another prediction, or both; None means the claim's own.

    power : the chance that it fails if the claim is true, worked out from errors and sizes alone. The ledger does so itself
    for another prediction of one number.
    """

    what: str
    measured: Measured | None = None
    predicted: Any = None
    power: float | None = None


def against(what: str, rule: Rule, ratio: Measured, factor: float) -> Control:
    """Control of a claim that `ratio`, a measured over a predicted value, is 1: the same over another prediction.

    factor : the claim's prediction over the other one.
    """
    other = ratio.scaled(factor)
    return Control(what, other, power=rule.chance(1.0, factor, other))


@dataclass(frozen=True)
class Change:
    """That a rule is not the one written before the measurement: since when, what changed, and why."""

    when: str  # year-month-day
    what: str
    why: str


class Ledger:
    """The claims of one chapter. Opening it drops the records of an earlier run of that chapter.

    stance : of its claims towards their source, where a claim does not say. run : where the run comes from, kept with
    every record. root : of its named seeds, `seeds`; a record keeps those handed out before it.
    """

    def __init__(
        self, chapter: str, folder: Path | None = None, stance: str = "supports", run: Mapping | None = None, root: int = 0
    ):
        self.chapter, self.stance, self.run = chapter, stance, dict(run or {})
        self.seeds = Seeds(chapter, root)
        self.records: list[dict] = []
        self._shown = 0
        self.path = Path(folder or claims_of_this_run()) / f"{chapter}.json"
        records.write(self.path, self.records)

    def unshown(self) -> list[dict]:
        """The records since the last call, for a chapter's next table: each claim is shown once, and none is left out."""
        new, self._shown = self.records[self._shown :], len(self.records)
        return new

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
        stance: str | None = None,
        expected: str = HOLDS,
        rule_history: Sequence[Change] = (),
    ) -> None:
        """Decides a claim by `rule`, puts the same rule to its control, and records both.

        The verdict is "holds" when the rule holds for the claim and fails for the control, "undecided" when it holds for
        both, and "not met" else. `expected` is the verdict on file: another one fails the build. An empty `rule_history`
        says that the rule was written before the measurement. "power" in the record is the smallest fault that the rule
        rejects nine times in ten at this measurement's error; that of the control the chance that the rule rejects it;
        "false_alarms" how often the rule fails a true prediction.

        Raises `ValueError` for an id used twice, and for a stance or an expected verdict that there is not.
        """
        stance = stance or self.stance
        self._refuse(id, stance, expected)
        agrees, other = rule.holds(predicted, measured), _put_to(rule, predicted, measured, control)
        record = {
            "id": id,
            "chapter": self.chapter,
            "statement": statement,
            "source": source,
            "stance": stance,
            "rule": str(rule),
            "false_alarms": rule.false_alarms,
            "rule_history": [asdict(change) for change in rule_history],
            "power": rule.power(predicted, measured),
            **records.numbers(predicted, measured),
            "reported": reported,
            "note": note,
            "control": other,
            "verdict": (HOLDS if other["rejected"] else UNDECIDED) if agrees else NOT_MET,
            "expected": expected,
            "run": {**self.run, "seeds": dict(self.seeds.given)},
        }
        self.records.append(record)
        records.write(self.path, self.records)

    def _refuse(self, id: str, stance: str, expected: str) -> None:
        if any(record["id"] == id for record in self.records):
            raise ValueError(f"id = {id!r}: already recorded in {self.chapter}; ids are unique")
        if stance not in STANCES:
            raise ValueError(f"stance = {stance!r}: must be one of {', '.join(STANCES)}")
        if expected not in VERDICTS:
            raise ValueError(f"expected = {expected!r}: must be one of {', '.join(VERDICTS)}")


def _put_to(rule: Rule, predicted, measured: Measured, control: Control) -> dict:
    """What the record of a claim says of its control: its numbers, whether the rule rejects it, and with what chance."""
    other_measured = measured if control.measured is None else control.measured
    other_predicted = predicted if control.predicted is None else control.predicted
    chance = rule.chance(other_predicted, predicted, measured) if control.measured is None else None
    return {
        "what": control.what,
        **records.numbers(other_predicted, other_measured),
        "rejected": not rule.holds(other_predicted, other_measured),
        "power": chance if control.power is None else control.power,
    }
