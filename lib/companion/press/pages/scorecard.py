"""The scorecard: every claim of the book from its records."""

from __future__ import annotations

from itertools import groupby

from companion import paths
from companion.ledger import claims
from companion.press import toc
from companion.press.markdown import markdown_table, number
from companion.press.tables import REPORTED, interval, measured, verdict

_HEAD = ["claim", "predicted", "measured (95 % interval)", "rule, the control that must fail it, its power", "verdict"]
_POWER = "rejects nine times in ten"

_READING = (
    "What a rule rejects nine times in ten is its power: the true value that would fail it so often, at the standard "
    "error measured with; a fault much smaller goes unseen. Tests of a law have theirs by the control.\n"
)


def markdown(profile: str) -> str:
    """One table a chapter, after a line that counts verdicts."""
    records = claims.load(paths.claims(profile))
    held = sum(record["verdict"] == claims.HOLDS for record in records)
    parts = [f"**{held} of {len(records)} claims hold** in this build (profile `{profile}`).\n", _READING]
    for chapter, group in groupby(records, key=lambda record: record["chapter"]):
        parts += [f"## {toc.title(chapter)}\n", f"From {{doc}}`/chapters/{chapter}`.\n"]
        parts += [markdown_table(_HEAD, map(_row, group)), _notes(records, chapter)]
    return "\n".join(parts)


def _row(record: dict) -> list[str]:
    control = record["control"]
    fate = "rejected" if control["rejected"] else "**not rejected**"
    between = interval(record)
    found = measured(record) + ("" if between == "–" else f"<br>({between})")
    if record["reported"]:
        found += f"<br>{REPORTED}: {record['reported']}"
    return [
        f"{record['statement']}<br>`{record['id']}`<br>*{record['source']}*",
        number(record["predicted"]),
        found,
        f"{record['rule']}<br>{control['what']}: {fate}<br>{_POWER}: {record['power']}",
        verdict(record),
    ]


def _notes(records: list[dict], chapter: str) -> str:
    notes = [f"- `{r['id']}`: {r['note']}" for r in records if r["chapter"] == chapter and r["note"]]
    return "\n".join(["", *notes, ""])
