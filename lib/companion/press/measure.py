"""What a profile costs and comes to, chapter by chapter, as results/profiles/PROFILE.json: time, memory, verdicts.

For profiles that are too long for a build. A chapter is recorded when it has run, so that a profile can be gone through in
many pieces and on many machines; one that is run again takes its old place. A chapter that fails is recorded as that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from companion.ledger import records
from companion.ledger.origin import origin
from companion.ledger.recorded import RESULTS
from companion.press import profiles, toc
from companion.press.execute import run_all
from companion.press.runs import Run


def perform(profile: str, stems: Sequence[str] = ()) -> int:
    """Runs chapters (none given: those that are not on record) and records each; the exit status, 0 only if all ran.

    Raises `ValueError` for a chapter that there is not.
    """
    file, parameters = RESULTS / "profiles" / f"{profile}.json", profiles.load(profile)
    there = _recorded(file, profile)["chapters"]
    wanted = [toc.chapter(stem) for stem in stems] or [c for c in toc.chapters() if c.stem not in there]
    failed = 0
    for chapter in wanted:
        run = Run(chapter, profile, parameters[chapter.stem])
        run_all([run])
        entry, record = _entry(run), _recorded(file, profile)  # as it is now: others may have written meanwhile
        found = record["chapters"] | {chapter.stem: entry}
        records.write(file, record | {"chapters": {c.stem: found[c.stem] for c in toc.chapters() if c.stem in found}})
        failed += entry["error"] is not None
        print(f"{chapter.stem}: {in_words(entry)}", file=sys.stderr if entry["error"] else sys.stdout, flush=True)
    return 1 if failed else 0


def _recorded(file: Path, profile: str) -> dict:
    return json.loads(file.read_text()) if file.exists() else {"profile": profile, "chapters": {}}


def in_words(entry: dict) -> str:
    """A chapter's entry as one line."""
    if entry["error"]:
        return f"failed after {entry['seconds']:.0f} s: {entry['error']}"
    said = ", ".join(f"{count} {verdict}" for verdict, count in entry["verdicts"].items() if count)
    return f"{entry['seconds']:.0f} s, {entry['peak_mib']:.0f} MiB; {said}; {len(entry['unlike'])} unlike the file"


def _entry(run: Run) -> dict:
    """How a run went. unlike : claims whose verdict is not the one on file."""
    told = run.record()
    assert told is not None  # run_all leaves one, whatever happens
    claims = run.claims / f"{run.chapter.stem}.json"
    found = records.of_chapter(claims) if claims.exists() and not told["error"] else []
    return {
        "seconds": round(told["seconds"], 1),
        "peak_mib": round(told["peak_mib"]),
        "error": told["error"] and told["error"].strip().splitlines()[-1],
        "verdicts": records.tally(found),
        "unlike": [{key: r[key] for key in ("id", "verdict", "expected")} for r in records.unexpected(found)],
        "origin": origin(tree=("lib", "chapters", "profiles", "results", ":!results/profiles")),  # which this is writing
    }
