"""Runs chapters, two at a time, and only those whose inputs changed.

A chapter that fails stops nothing else: what went wrong is kept in its run record and reported at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from tqdm import tqdm

from companion import paths
from companion.press import profiles, toc
from companion.press.runs import Run

AT_ONCE = 2
# Of linear algebra: two chapters whose threads wait for each other take up to ten times as long as with one thread each.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_UNKNOWN = 60.0  # seconds, of a chapter that has not run before
_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}, {remaining} left{postfix}"


def execute(profile: str) -> list[dict]:
    """Runs what is out of date under `profile`; returns the run record of every chapter, in reading order.

    A bar shows the time left, by what each chapter took when it last ran.
    """
    parameters = profiles.load(profile)
    book = [Run(chapter, profile, parameters[chapter.stem]) for chapter in toc.chapters()]
    stale = [run for run in book if not run.is_current()]
    print(f"{len(stale)} of {len(parameters)} chapters to run with profile {profile}", flush=True)
    run_all(stale)
    return [record for run in book if (record := run.record())]


def run_all(runs: Sequence[Run]) -> None:
    """Runs chapters in processes of their own, with a bar; each leaves its run record."""
    expected, begun = {run.label: _seconds(run) for run in runs}, {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # The longest first: a long one begun last would run alone.
        order = sorted(runs, key=lambda run: -expected[run.label])
        _follow({pool.submit(_run_in_process, run, begun): run.label for run in order}, expected, begun)


def _follow(jobs: Mapping[Future[dict], str], expected: dict[str, float], begun: dict[str, float]) -> None:
    """Shows how far the jobs are until all have ended, and says which chapters failed as they do."""
    every = 1 if sys.stderr.isatty() else 60  # seconds: a log file needs no moving bar
    with tqdm(total=sum(expected.values()), desc="chapters", bar_format=_BAR, mininterval=every, disable=not jobs) as bar:
        waiting, ended = set(jobs), dict[str, float]()
        while waiting:
            done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for job in done:
                ended[jobs[job]] = expected[jobs[job]]
                if job.result()["error"]:
                    bar.write(f"  {jobs[job]}: failed, {job.result()['seconds']:.0f} s")
            bar.set_postfix_str(", ".join(name for name in begun if name not in ended), refresh=False)
            bar.update(progress(expected, begun, ended, time.monotonic()) - bar.n)


def progress(expected: dict[str, float], begun: dict[str, float], ended: dict[str, float], now: float) -> float:
    """Expected seconds of what has ended and of what is under way; that counts for what it was expected to take at most."""
    running = (min(now - at, expected[name]) for name, at in begun.items() if name not in ended)
    return sum(ended.values()) + sum(running)


def _seconds(run: Run) -> float:
    """What a chapter took when it last ran to its end, so or as in the book."""
    records = (run.record(), run._replace(root=None).record())
    return next((record["seconds"] for record in records if record and not record["error"]), _UNKNOWN)


def run_record(chapter: Path, profile: str) -> dict | None:
    """The record of a chapter's last run under a profile, or None."""
    return Run(chapter, profile, {}).record()


def is_current(chapter: Path, profile: str, parameters: dict) -> bool:
    """Whether the last run succeeded on exactly these inputs and its outputs are still there."""
    return Run(chapter, profile, parameters).is_current()


def _run_in_process(run: Run, begun: dict[str, float]) -> dict:
    begun[run.label] = time.monotonic()
    run.record_file.unlink(missing_ok=True)
    root = [] if run.root is None else [str(run.root)]
    command = [sys.executable, "-m", "companion.press.run_chapter", run.chapter.stem, run.profile, *root]
    ended = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, env=os.environ | _ONE_THREAD)
    if (record := run.record()) is not None:
        return record
    blank = {"seconds": 0.0, "peak_mib": 0.0, "versions": {}, "parameters": {}, "inputs": {}}
    error = f"the chapter's process ended with {ended.returncode}\n{ended.stderr}"  # before it could say anything
    record = {"chapter": run.chapter.stem, "profile": run.profile, **blank, "error": error}
    run.record_file.parent.mkdir(parents=True, exist_ok=True)
    run.record_file.write_text(json.dumps(record))
    return record
