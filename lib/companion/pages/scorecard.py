"""The scorecard: every claim of the book from its records."""

from __future__ import annotations

from itertools import groupby

from companion import claims, paths
from companion.tables import REPORTED, interval, markdown_table, number, verdict

_HEAD = ["id", "claim", "source", "predicted", "measured", "95 % interval", REPORTED, "rule", "verdict", "control"]


def markdown(profile: str) -> str:
    """One table a chapter, after a line that counts verdicts."""
    records = claims.load(paths.claims(profile))
    held = sum(record["verdict"] == claims.HOLDS for record in records)
    parts = [f"**{held} of {len(records)} claims hold** in this build (profile `{profile}`).\n"]
    for chapter, group in groupby(records, key=lambda record: record["chapter"]):
        parts += [f"## {{doc}}`/chapters/{chapter}`\n", markdown_table(_HEAD, map(_row, group))]
        parts += [_notes(records, chapter)]
    return "\n".join(parts)


def _row(record: dict) -> list[str]:
    control = record["control"]
    fate = "rejected" if control["rejected"] else "NOT rejected"
    return [
        f"`{record['id']}`",
        record["statement"],
        record["source"],
        number(record["predicted"]),
        number(record["measured"]),
        interval(record),
        record["reported"] or "–",
        record["rule"],
        verdict(record),
        f"{control['what']}: {fate}",
    ]


def _notes(records: list[dict], chapter: str) -> str:
    notes = [f"- `{r['id']}`: {r['note']}" for r in records if r["chapter"] == chapter and r["note"]]
    return "\n".join(["", *notes, ""])
