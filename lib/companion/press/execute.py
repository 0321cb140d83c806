"""Runs chapters, two at a time, and only those whose inputs changed.

A chapter that fails stops nothing else: what went wrong is kept in its run record and reported at the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from tqdm import tqdm

from companion import paths
from companion.press import inputs, profiles, toc

AT_ONCE = 2
_UNKNOWN = 60.0  # seconds, of a chapter that has not run before
_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left{postfix}"


def execute(profile: str) -> list[dict]:
    """Runs what is out of date under `profile`; returns the run record of every chapter, in reading order.

    A bar shows the time left, by what each chapter took when it last ran.
    """
    parameters = profiles.load(profile)
    stale = [c for c in toc.chapters() if not is_current(c, profile, parameters[c.stem])]
    print(f"{len(stale)} of {len(parameters)} chapters to run with profile {profile}", flush=True)
    expected = {chapter.stem: _seconds(chapter, profile) for chapter in stale}
    begun: dict[str, float] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # The longest first: a long one begun last would run alone.
        order = sorted(stale, key=lambda chapter: -expected[chapter.stem])
        _follow([pool.submit(_run_in_process, chapter, profile, begun) for chapter in order], expected, begun)
    return [run_record(chapter, profile) for chapter in toc.chapters()]


def _follow(jobs: list[Future], expected: dict[str, float], begun: dict[str, float]) -> None:
    """Shows how far the jobs are until all have ended, and says which chapters failed as they do."""
    every = 1 if sys.stderr.isatty() else 60  # seconds: a log file needs no moving bar
    with tqdm(total=sum(expected.values()), desc="chapters", bar_format=_BAR, mininterval=every, disable=not jobs) as bar:
        waiting, ended = set(jobs), {}
        while waiting:
            done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for record in (job.result() for job in done):
                ended[record["chapter"]] = expected[record["chapter"]]
                if record["error"]:
                    bar.write(f"  {record['chapter']}: failed, {record['seconds']:.0f} s")
            bar.set_postfix_str(", ".join(name for name in begun if name not in ended), refresh=False)
            bar.update(progress(expected, begun, ended, time.monotonic()) - bar.n)


def progress(expected: dict[str, float], begun: dict[str, float], ended: dict[str, float], now: float) -> float:
    """Expected seconds of what has ended and of what is under way; that counts for what it was expected to take at most."""
    running = (min(now - at, expected[name]) for name, at in begun.items() if name not in ended)
    return sum(ended.values()) + sum(running)


def _seconds(chapter: Path, profile: str) -> float:
    """What a chapter took when it last ran to its end."""
    record = run_record(chapter, profile)
    return record["seconds"] if record and not record["error"] else _UNKNOWN


def run_record(chapter: Path, profile: str) -> dict | None:
    """The record of a chapter's last run under a profile, or None."""
    file = paths.run_record(chapter.stem, profile)
    return json.loads(file.read_text()) if file.exists() else None


def is_current(chapter: Path, profile: str, parameters: dict) -> bool:
    """Whether the last run succeeded on exactly these inputs and its outputs are still there."""
    record = run_record(chapter, profile)
    outputs = [paths.executed(profile) / chapter.name, paths.claims(profile) / f"{chapter.stem}.json"]
    if record is None or record["error"] or not all(output.exists() for output in outputs):
        return False
    return record.get("parameters") == parameters and inputs.are_current(record["inputs"])


def _run_in_process(chapter: Path, profile: str, begun: dict[str, float]) -> dict:
    begun[chapter.stem] = time.monotonic()
    file = paths.run_record(chapter.stem, profile)
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "companion.press.run_chapter", chapter.stem, profile]
    ended = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    if not file.exists():  # killed before it could say anything
        error = f"the chapter's process ended with {ended.returncode}\n{ended.stderr}"
        blank = {"seconds": 0.0, "peak_mib": 0.0, "versions": {}, "parameters": {}, "inputs": {}}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"chapter": chapter.stem, "profile": profile, **blank, "error": error}))
    return run_record(chapter, profile)
