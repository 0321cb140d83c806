"""Recorded results: runs too long, or on machines too rare, for a build. Each says where it comes from."""

from __future__ import annotations

import json

from companion.paths import ROOT

RESULTS = ROOT / "results"


def recorded(name: str) -> dict | None:
    """The record results/<name>.json, or None where nothing was recorded."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def origin_line(record: dict) -> str:
    """Machine, versions and commit of a record, as one sentence."""
    origin = record["origin"]
    vectors = f" with {origin['vectors']}" if origin.get("vectors") else ""
    machine = origin.get("device") or f"{origin['processor']}{vectors}, {origin['threads']} threads"
    versions = ", ".join(f"{name} {version}" for name, version in origin["versions"].items())
    changed = " (with uncommitted changes)" if origin["tree_changed"] else ""
    return f"Recorded on {machine}; {versions}; commit `{origin['commit'][:10]}`{changed}."
