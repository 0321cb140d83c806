"""The scorecard: every claim of the book from its records, met or not."""

from __future__ import annotations

import csv
import io
import json
from itertools import groupby

from companion.ledger import records as ledger
from companion.ledger.digits import number
from companion.press import book, toc
from companion.press.anchors import link
from companion.press.markdown import markdown_table
from companion.press.pages import crosswalk
from companion.press.tables import REPORTED, interval, measured, verdict

_HEAD = ["claim", "predicted", "measured (95 % interval)", "rule, the control that must fail it, its power", "verdict"]
_COLUMNS = "id chapter source stance statement predicted measured stderr rule verdict expected".split()
_POWER = "rejects nine times in ten"

_READING = (
    "What a rule rejects nine times in ten is its power: the true value that would fail it so often, at the standard "
    "error measured with; a fault much smaller goes unseen. Tests of a law have theirs by the control. "
    "Where the control is near, the chance that it is rejected if the claim is true stands with it. A rule was written "
    "before the measurement unless its history is told beneath it.\n"
)


def markdown(profile: str) -> str:
    """Counts of verdicts, by stance too, then one table a chapter."""
    records = book.claims(profile)
    changed = sum(bool(record["rule_history"]) for record in records)
    parts = [
        f"**{ledger.in_words(records).capitalize()}** in this build (profile `{profile}`).\n",
        _stances(records),
        f"The rules of {changed} claims are not the ones written before the measurement.\n",
        _READING,
    ]
    items = {id: entry["item"] for entry in crosswalk.entries() for id in entry.get("claims", [])}
    for chapter, group in groupby(records, key=lambda record: record["chapter"]):
        rows = [_row(record, items.get(record["id"], "in no item of the paper")) for record in group]
        parts += [f"## {toc.title(chapter)}\n", f"From {{doc}}`/chapters/{chapter}`.\n"]
        parts += [f"::::{{div}} claims\n{markdown_table(_HEAD, rows)}\n::::\n", _notes(records, chapter)]
    return "\n".join(parts)


def downloads(profile: str) -> dict[str, str]:
    """The records as files by name: all that they hold as JSON, and what the card shows as CSV."""
    records, sheet = book.claims(profile), io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*_COLUMNS, "control", "control rejected", "profile", "commit"])
    for record in records:
        run, control = record["run"] or {}, record["control"]
        made = [run.get("profile"), run.get("origin", {}).get("commit")]
        writer.writerow([*(record[name] for name in _COLUMNS), control["what"], control["rejected"], *made])
    return {"claims.json": json.dumps(records, indent=1), "claims.csv": sheet.getvalue()}


def _stances(records: list[dict]) -> str:
    rows = []
    for stance, meaning in ledger.STANCES.items():
        counted = ledger.tally(record for record in records if record["stance"] == stance)
        rows.append([f"*{stance}*: if it holds, it {meaning}", *counted.values()])
    return markdown_table(["stance of a claim towards its source", *ledger.VERDICTS], rows)


def _row(record: dict, item: str) -> list[str]:
    control = record["control"]
    fate = "rejected" if control["rejected"] else "**not rejected**"
    fate += "" if control["power"] is None else f" (chance {control['power']:.3g})"
    between = interval(record)
    found = measured(record) + ("" if between == "–" else f"<br>({between})")
    if record["reported"]:
        found += f"<br>{REPORTED}: {record['reported']}"
    power = f"<br>{_POWER}: {record['power']}"
    history = "".join(f"<br>*{c['when']}*: {c['what']}. Why: {c['why']}." for c in record["rule_history"])
    source = f"<br>*{record['source']}*; {_span('stance', record['stance'])}"
    return [
        f"{record['statement']}<br>{_links(record, item, source)}",
        number(record["predicted"]),
        found,
        f"{record['rule']}<br>{control['what']}: {fate}{_span('more', power + history)}",
        verdict(record),
    ]


def _links(record: dict, item: str, source: str) -> str:
    """The claim's name, which leads to its chapter, and its item of the paper, which leads to the crosswalk."""
    id = record["id"]
    more = _span("more", f"<br>{link(id, 'crosswalk', _span('item', item))}{source}")
    return f"{link(id, record['chapter'], id, named=True)}{more}"


def _span(name: str, text: str) -> str:
    """Text that the script of the page can find: for its filters, or what it shows only when `more` is asked for."""
    return f'<span class="{name}">{text}</span>'


def _notes(records: list[dict], chapter: str) -> str:
    notes = [f"- `{r['id']}`: {r['note']}" for r in records if r["chapter"] == chapter and r["note"]]
    return "\n".join(["", *notes, ""])
