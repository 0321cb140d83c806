"""`python -m companion build --profile quick`: execute what changed, render, say what went wrong.
`python -m companion audit --seeds 5`: run the chapters with fresh seeds, and count the verdicts that are kept."""

from __future__ import annotations

import argparse
import sys
import time

from companion import paths
from companion.ledger import records
from companion.press import audit, manifest, profiles
from companion.press.execute import execute
from companion.press.render import render

_TRACEBACK_LINES = 12


def build(profile: str) -> int:
    """Builds the book; returns the exit status: 0 only if every chapter ran, every verdict is the one on file, and every
    page was rendered."""
    started = time.perf_counter()
    runs = execute(profile)
    print("rendering", flush=True)
    problems = render(profile)
    failures = [run for run in runs if run["error"]]
    for run in failures:
        tail = run["error"].rstrip().splitlines()[-_TRACEBACK_LINES:]
        print(f"\nchapter {run['chapter']} failed:\n  " + "\n  ".join(tail), file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    found = records.load(paths.claims(profile))
    surprises = records.unexpected(found)
    for r in surprises:
        print(f"claim {r['id']} of {r['chapter']}: {r['verdict']}, on file as: {r['expected']}", file=sys.stderr)
    fine = not failures and not problems and not surprises
    manifest.write(profile, fine)
    print(f"{records.in_words(found)}; {time.perf_counter() - started:.0f} s; {paths.HTML / 'index.html'}")
    return 0 if fine else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="companion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="execute what changed and render the book")
    command.add_argument("--profile", default="quick", choices=profiles.names())
    command = commands.add_parser("audit", help="run the chapters with fresh seeds and record which verdicts are kept")
    command.add_argument("--profile", default="quick", choices=profiles.names())
    command.add_argument("--seeds", type=int, default=5, help="roots 1, ..., SEEDS of the named seeds")
    command.add_argument("chapters", nargs="*", help="some chapters only")
    given = parser.parse_args()
    return build(given.profile) if given.command == "build" else audit.perform(given.profile, given.seeds, given.chapters)


if __name__ == "__main__":
    sys.exit(main())
