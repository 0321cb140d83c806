"""Recorded results: runs too long, or on machines too rare, for a build. Each says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from companion.paths import ROOT

RESULTS = ROOT / "results"
READ: set[Path] = set()  # what this process has asked for, there or not: a chapter depends on it


def recorded(name: str) -> dict | None:
    """The record results/<name>.json, or None where nothing was recorded.

    Raises `ValueError` for a record that was withdrawn, which says so itself under `withdrawn`: no claim may rest on it.
    """
    file = RESULTS / f"{name}.json"
    READ.add(file)
    record = json.loads(file.read_text()) if file.exists() else None
    if record is not None and "withdrawn" in record:
        raise ValueError(f"name = {name!r}: is withdrawn ({record['withdrawn']}); make the record anew")
    return record


def runs(name: str) -> list[dict]:
    """The runs of a record; none where nothing was recorded."""
    record = recorded(name)
    return record["runs"] if record else []


class Withdrawn(NamedTuple):
    """A record on which nothing may rest: its place under results/, how many runs it holds, and why; no numbers."""

    place: str
    runs: int
    why: str


def withdrawn() -> list[Withdrawn]:
    """What was withdrawn, to be listed as such."""
    files = sorted(RESULTS.rglob("*.json"))
    READ.update([RESULTS, *files])
    found = {file.relative_to(RESULTS).as_posix(): json.loads(file.read_text()) for file in files}
    return [Withdrawn(place, len(r["runs"]), r["withdrawn"]) for place, r in found.items() if "withdrawn" in r]


def origin_line(record: dict) -> str:
    """Machine, versions and commit of a record, as one sentence."""
    origin = record["origin"]
    vectors = f" with {origin['vectors']}" if origin.get("vectors") else ""
    machine = origin.get("device") or f"{origin['processor']}{vectors}, {origin['threads']} threads"
    versions = ", ".join(f"{name} {version}" for name, version in origin["versions"].items())
    changed = " (with uncommitted changes)" if origin["tree_changed"] else ""
    day = f"{origin['day']}, " if "day" in origin else ""  # older records have none
    return f"Recorded {day}on {machine}; {versions}; commit `{origin['commit'][:10]}`{changed}."
