"""What the rendered book was made of, so that tests and readers of _build know whether it is the checkout's."""

from __future__ import annotations

import json

from companion import paths
from companion.ledger import recorded
from companion.press import execute, inputs, profiles, toc


def write(profile: str, fine: bool) -> None:
    """Says of what the pages that were just rendered are."""
    paths.MANIFEST.write_text(json.dumps({"profile": profile, "fine": fine, "made_of": _made_of(profile)}, indent=1))


def current_profile() -> str | None:
    """The profile of the rendered book, or None where there is none or anything in it has changed since."""
    if not paths.MANIFEST.exists():
        return None
    manifest = json.loads(paths.MANIFEST.read_text())
    profile = manifest["profile"]
    if manifest.get("made_of") != _made_of(profile):
        return None
    parameters = profiles.load(profile)
    ran = all(execute.is_current(chapter, profile, parameters[chapter.stem]) for chapter in toc.chapters())
    return profile if ran else None


def _made_of(profile: str) -> dict[str, str]:
    """Digests of the pages' sources, of what renders them, and of the chapters' run records."""
    tops = [paths.ROOT / name for name in ("README.md", "_config.yml", "_toc.yml", "references.bib")]
    press = paths.ROOT / "lib" / "companion" / "press"
    code = [file for file in press.rglob("*") if file.suffix in {".py", ".css", ".js", ".svg"}]
    code += (paths.ROOT / "lib" / "heavysgd").rglob("*.py")  # the pages of the library show signatures and docstrings
    pages = [file for file in paths.CHAPTERS.rglob("*") if file.is_file() and ".ipynb_checkpoints" not in file.parts]
    records = [paths.run_record(chapter.stem, profile) for chapter in toc.chapters()]
    records += [
        recorded.RESULTS / place for place in (f"audit/{profile}.json", "profiles/paper.json")
    ]  # on the status page
    return {place: inputs.digest(place) for place in sorted(paths.places([*tops, *code, *pages, *records]))}
