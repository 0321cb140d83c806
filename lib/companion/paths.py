"""Where the book's sources are and where it is built."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
PROFILES = ROOT / "profiles"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
MANIFEST = BUILD / "book.json"


def places(files: Iterable[Path]) -> set[str]:
    """Files as places below the root, as records name them."""
    return {file.relative_to(ROOT).as_posix() for file in files}


def executed(profile: str) -> Path:
    """Executed notebooks and their run records under one profile."""
    return BUILD / "executed" / profile


def run_record(stem: str, profile: str) -> Path:
    """How the last run of a chapter under one profile went."""
    return executed(profile) / f"{stem}.json"


def claims(profile: str) -> Path:
    """Claim records, one JSON file a chapter, under one profile."""
    return BUILD / "claims" / profile


def audited(profile: str, root: int) -> Path:
    """What the audit of a profile has run with one root of the seeds."""
    return BUILD / "audit" / profile / f"root-{root}"


def claims_of_this_run() -> Path:
    """Where the running chapter leaves its records; a chapter opened by hand writes beside those of the builds."""
    return Path(os.environ.get("BOOK_CLAIMS", claims("interactive")))
