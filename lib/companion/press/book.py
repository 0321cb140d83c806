"""The book's claims: of the chapters in its table of contents, whatever else earlier builds have left."""

from __future__ import annotations

from companion import paths
from companion.ledger import records
from companion.press import toc


def claims(profile: str) -> list[dict]:
    """The records under one profile, in reading order; none of a chapter that has left none."""
    files = (paths.claims(profile) / f"{chapter.stem}.json" for chapter in toc.chapters())
    return [record for file in files if file.exists() for record in records.of_chapter(file)]
