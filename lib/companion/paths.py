"""Where the book's sources are and where it is built."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
PROFILES = ROOT / "profiles"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
MANIFEST = BUILD / "book.json"


def executed(profile: str) -> Path:
    """Executed notebooks and their run records under one profile."""
    return BUILD / "executed" / profile


def claims(profile: str) -> Path:
    """Claim records, one JSON file a chapter, under one profile."""
    return BUILD / "claims" / profile


def claims_of_this_run() -> Path:
    """Where the running chapter leaves its records; a chapter opened by hand writes beside those of the builds."""
    return Path(os.environ.get("BOOK_CLAIMS", claims("interactive")))
