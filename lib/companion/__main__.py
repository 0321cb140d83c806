"""`python -m companion build --profile quick`: execute what changed, render, say what went wrong.
`python -m companion chapter exit_law --profile quick`: execute one chapter and render nothing.
`python -m companion audit --seeds 5`: run the chapters with fresh seeds, and count the verdicts that are kept.
`python -m companion measure --profile paper`: run chapters of a long profile, and record what each took and came to."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from companion import paths
from companion.ledger import records
from companion.press import audit, book, manifest, measure, profiles, toc
from companion.press.execute import execute, run_all
from companion.press.render import render
from companion.press.runs import Run

_TRACEBACK_LINES = 12


def build(profile: str) -> int:
    """Builds the book; returns the exit status: 0 only if every chapter ran, every verdict is the one on file, and every
    page was rendered."""
    started = time.perf_counter()
    runs = execute(profile)
    print("rendering", flush=True)
    problems, found = render(profile), book.claims(profile)
    fine = _all_ran(runs)
    for problem in problems:
        print(problem, file=sys.stderr)
    fine = _all_expected(found) and fine and not problems
    manifest.write(profile, fine)
    print(f"{records.in_words(found)}; {time.perf_counter() - started:.0f} s; {paths.HTML / 'index.html'}")
    return 0 if fine else 1


def chapter(name: str, profile: str) -> int:
    """Runs one chapter, whether it has changed or not; returns the exit status: 0 only if it ran and every verdict is the
    one on file, 2 where there is no such chapter."""
    try:
        source = toc.chapter(name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    run = Run(source, profile, profiles.load(profile)[source.stem])
    run_all([run])
    record, claims = run.record(), run.claims / f"{source.stem}.json"
    if record is None or not _all_ran([record]):
        return 1
    if not claims.exists():
        print(f"chapter {source.stem}: has left no claims under its own name, {claims}", file=sys.stderr)
        return 1
    found = records.of_chapter(claims)
    print(f"{records.in_words(found)}; {record['seconds']:.0f} s; {claims}")
    return 0 if _all_expected(found) else 1


def _all_ran(runs: Sequence[dict]) -> bool:
    """Whether no run failed; says of each that did how it ended."""
    failures = [run for run in runs if run["error"]]
    for run in failures:
        tail = run["error"].rstrip().splitlines()[-_TRACEBACK_LINES:]
        print(f"\nchapter {run['chapter']} failed:\n  " + "\n  ".join(tail), file=sys.stderr)
    return not failures


def _all_expected(found: Sequence[dict]) -> bool:
    """Whether every verdict is the one on file; says of each that is not."""
    surprises = records.unexpected(found)
    for r in surprises:
        print(f"claim {r['id']} of {r['chapter']}: {r['verdict']}, on file as: {r['expected']}", file=sys.stderr)
    return not surprises


def main() -> int:
    parser = argparse.ArgumentParser(prog="companion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="execute what changed and render the book")
    command.add_argument("--profile", default="quick", choices=profiles.names())
    command = commands.add_parser("chapter", help="execute one chapter and render nothing")
    command.add_argument("name", help="of its file in chapters/, with or without number, without suffix")
    command.add_argument("--profile", default="quick", choices=profiles.names())
    command = commands.add_parser("audit", help="run the chapters with fresh seeds and record which verdicts are kept")
    command.add_argument("--profile", default="quick", choices=profiles.names())
    command.add_argument("--seeds", type=int, default=5, help="roots 1, ..., SEEDS of the named seeds")
    command.add_argument("chapters", nargs="*", help="some chapters only")
    command = commands.add_parser("measure", help="run chapters one by one and record time, memory and verdicts")
    command.add_argument("--profile", default="paper", choices=profiles.names())
    command.add_argument("chapters", nargs="*", help="without any: those that are not on record")
    given = parser.parse_args()
    if given.command == "build":
        return build(given.profile)
    if given.command == "chapter":
        return chapter(given.name, given.profile)
    if given.command == "measure":
        return measure.perform(given.profile, given.chapters)
    return audit.perform(given.profile, given.seeds, given.chapters)


if __name__ == "__main__":
    sys.exit(main())
