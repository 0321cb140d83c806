"""The audit: chapters run again with fresh seeds, and what became of their verdicts, as results/audit/PROFILE.json.

A run that was done on the same inputs is found again, so that an audit goes on where it was stopped. Chapters whose claims
do not depend on seeds are left out as soon as that shows: after one run where no seed is asked for, after two where other
seeds make the same numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from companion.ledger import audit, records
from companion.ledger.origin import origin
from companion.ledger.recorded import RESULTS
from companion.press import profiles, toc
from companion.press.execute import run_all
from companion.press.runs import Run


def perform(profile: str, seeds: int, stems: Sequence[str] = ()) -> int:
    """Runs the chapters `stems` (none given: all) with roots 1, ..., `seeds` and writes the record of all runs that are
    current; the exit status, 0 only if every run succeeded and no claim fails more often than its rule allows."""
    parameters = profiles.load(profile)
    if unknown := set(stems) - set(parameters):
        raise ValueError(f"chapters = {sorted(unknown)}: must be of {', '.join(parameters)}")
    if seeds < 1:
        raise ValueError(f"seeds = {seeds}: must be at least 1")
    by_root = {
        chapter.stem: [Run(chapter, profile, parameters[chapter.stem], root) for root in range(1, seeds + 1)]
        for chapter in toc.chapters()
    }
    asked = [by_root[stem] for stem in stems or by_root]
    for place in (slice(0, 1), slice(1, 2), slice(2, None)):
        asked = [runs for runs in asked if not _done(runs) or audit.depends_on_seeds(_found(runs))]
        todo = [run for runs in asked for run in runs[place] if not run.is_current()]
        if todo:
            print(f"{len(todo)} runs with fresh seeds, profile {profile}", flush=True)
            run_all(todo)
    failed = [run for runs in asked for run in runs if (record := run.record()) and record["error"]]
    record = {"origin": origin(tree=("lib", "chapters", "results", "profiles")), "profile": profile, "seeds": seeds}
    record |= {"runs_failed": [run.label for run in failed]}
    record |= audit.summary({stem: found for stem, runs in by_root.items() if (found := _found(runs))})
    records.write(RESULTS / "audit" / f"{profile}.json", record)
    for run in failed:
        print(f"{run.label}: failed; see {run.record_file}", file=sys.stderr)
    for name in record["defects"]:
        print(f"claim {name}: not met more often than its rule allows", file=sys.stderr)
    print(in_words(record))
    return 1 if failed or record["defects"] else 0


def in_words(record: dict) -> str:
    """The record as one sentence."""
    claims = record["claims"]
    runs, kept = sum(c["runs"] for c in claims), sum(c["as_expected"] for c in claims)
    seeds = record["seeds"]
    return f"of {runs} verdicts of {len(claims)} claims, at up to {seeds} fresh seeds each, {kept} are the ones on file"


def _done(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.is_current()]


def _found(runs: Sequence[Run]) -> list[list[dict]]:
    """Records of claims, run after run."""
    return [json.loads((run.claims / f"{run.chapter.stem}.json").read_text()) for run in _done(runs)]
