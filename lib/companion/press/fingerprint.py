"""What a chapter's result depends on, as one hash: its notebook, the library, its parameters, the lock."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from companion.paths import ROOT


def fingerprint(chapter: Path, parameters: dict) -> str:
    """SHA-256 over chapter, `lib/`, `results/`, parameters and `requirements.lock`."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    sources = [chapter, ROOT / "requirements.lock", *_files(ROOT / "lib"), *_files(ROOT / "results")]
    for source in sources:
        digest.update(source.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(
        p for p in folder.rglob("*") if p.suffix in {".py", ".css", ".json", ".cu", ".cuh"} and "egg-info" not in str(p)
    )
