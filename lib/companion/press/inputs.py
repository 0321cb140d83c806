"""What a chapter's run depends on, as digests: its notebook, what it loaded of lib/, the results it read, the locks.

Digests are taken before a run, so that a file that changes meanwhile counts as changed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from companion import paths
from companion.ledger import recorded
from companion.press.loaded import DATA

LOCKS = {"requirements.lock", "requirements-torch.lock"}


def digest(place: str) -> str:
    """SHA-256 of a file below the root of the book; of a folder, of the names of the files in it; "absent" for neither."""
    found = paths.ROOT / place
    if found.is_dir():
        names = sorted(file.relative_to(found).as_posix() for file in found.rglob("*") if file.is_file())
        return hashlib.sha256("\0".join(names).encode()).hexdigest()
    return hashlib.sha256(found.read_bytes()).hexdigest() if found.exists() else "absent"


def digests(chapter: Path) -> dict[str, str]:
    """Digests, by place, of all that a run of the chapter could depend on."""
    library = {file for file in (paths.ROOT / "lib").rglob("*") if file.suffix in {".py", *DATA}}
    results = {recorded.RESULTS, *recorded.RESULTS.rglob("*.json")}
    return {place: digest(place) for place in paths.places({chapter, *library, *results}) | LOCKS}


def of_run(chapter: Path, before: dict[str, str], told: Path) -> dict[str, str]:
    """Of the digests taken before a run those that it depended on, as its process told; all where it told nothing."""
    if not told.exists():
        return before
    places = {*json.loads(told.read_text()), *paths.places([chapter]), *LOCKS}
    return {place: before.get(place, "absent") for place in sorted(places)}


def are_current(inputs: dict[str, str]) -> bool:
    """Whether every input is what it was."""
    return all(digest(place) == known for place, known in inputs.items())
