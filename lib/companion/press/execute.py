"""Runs chapters, two at a time, and only those whose inputs changed.

A chapter that fails stops nothing else: what went wrong is kept in its run record and reported at the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from companion import paths
from companion.press import profiles, toc
from companion.press.fingerprint import fingerprint

AT_ONCE = 2


def execute(profile: str) -> list[dict]:
    """Runs what is out of date under `profile`; returns the run record of every chapter, in reading order."""
    parameters = profiles.load(profile)
    stale = [c for c in toc.chapters() if not is_current(c, profile, parameters[c.stem])]
    print(f"{len(stale)} of {len(parameters)} chapters to run with profile {profile}", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(_run_in_process, chapter, profile) for chapter in stale]
        for done, job in enumerate(as_completed(jobs), 1):
            record = job.result()
            outcome = "failed" if record["error"] else "ok"
            print(f"  {done}/{len(stale)} {record['chapter']}: {outcome}, {record['seconds']:.0f} s", flush=True)
    return [run_record(chapter, profile) for chapter in toc.chapters()]


def run_record(chapter: Path, profile: str) -> dict | None:
    """The record of a chapter's last run under a profile, or None."""
    file = paths.executed(profile) / f"{chapter.stem}.json"
    return json.loads(file.read_text()) if file.exists() else None


def is_current(chapter: Path, profile: str, parameters: dict) -> bool:
    """Whether the last run succeeded on exactly these inputs and its outputs are still there."""
    record = run_record(chapter, profile)
    outputs = [paths.executed(profile) / chapter.name, paths.claims(profile) / f"{chapter.stem}.json"]
    if record is None or record["error"] or not all(output.exists() for output in outputs):
        return False
    return record["fingerprint"] == fingerprint(chapter, parameters)


def _run_in_process(chapter: Path, profile: str) -> dict:
    file = paths.executed(profile) / f"{chapter.stem}.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "companion.press.run_chapter", chapter.stem, profile]
    ended = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    if not file.exists():  # killed before it could say anything
        error = f"the chapter's process ended with {ended.returncode}\n{ended.stderr}"
        blank = {"seconds": 0.0, "peak_mib": 0.0, "versions": {}, "fingerprint": ""}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"chapter": chapter.stem, "profile": profile, **blank, "error": error}))
    return run_record(chapter, profile)
