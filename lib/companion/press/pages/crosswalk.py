"""The crosswalk: every assumption, theorem, figure and table of the paper, and where it is in the book."""

from __future__ import annotations

import yaml

from companion import paths
from companion.ledger import records as ledger
from companion.press import book
from companion.press.anchors import link
from companion.press.markdown import markdown_table
from companion.press.reference import library
from companion.press.reference.linking import code
from companion.press.tables import verdict

STATUSES = ("reproduced", "deviates", "not yet")
_HEAD = ["of the paper", "chapter", "functions and tests", "claims and status"]


def entries() -> list[dict]:
    """The crosswalk as data: `chapters/crosswalk.yml`."""
    return yaml.safe_load((paths.CHAPTERS / "crosswalk.yml").read_text())


def markdown(profile: str) -> str:
    """The table, with the verdicts of this build beside each entry's claims."""
    records = {record["id"]: record for record in book.claims(profile)}
    return f"::::{{div}} items\n{markdown_table(_HEAD, (_row(entry, records) for entry in entries()))}\n::::\n"


def _row(entry: dict, records: dict) -> list[str]:
    decided = [f"{link(id, 'scorecard', id, named=True)} {_mark(records, id)}" for id in entry.get("claims", [])]
    status = f"**{entry['status']}**" + (f": {entry['why']}" if entry.get("why") else "")
    chapter = f"{{doc}}`/chapters/{entry['chapter']}`" if entry.get("chapter") else "–"
    if figure := entry.get("figure"):
        chapter += f"<br>{{numref}}`Figure %s <{figure}>`"
    named = [code(name, name, library.listed()) for name in entry.get("functions", [])]
    named += [f"`{test}`" for test in entry.get("tests", [])]
    return [entry["item"], chapter, "<br>".join(named) or "–", "<br>".join([*decided, status])]


def _mark(records: dict, id: str) -> str:
    """✓ for a claim that holds; else its verdict in words, or that its chapter left no record."""
    if id not in records:
        return "✗ no record"
    return "✓" if records[id]["verdict"] == ledger.HOLDS else verdict(records[id])
