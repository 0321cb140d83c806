"""Do the tests see faults? 150 mutants of the science code, each against its own room's tests: `make mutants`.

`mutations` says what a mutant is and how the sample is drawn. Each is planted in a copy of the checkout under
_build/mutants, two at a time, and the examples in its docstrings and its room's tests are run, the fast files first, until
one fails: killed. So are a crash and a run beyond the time limit, which are recorded as such. A mutant whose module cannot
even be imported says nothing of the tests: it is recorded as stillborn, and another line of its piece takes its place.
First of all, the unchanged code must pass.

Runs are stored as they end and found again when the command is repeated on the same sources. The record goes to
results/mutants/mutants.json; why a survivor survives is written by hand into explanations.json beside it, by its id.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import mutations
from companion.ledger.origin import origin
from companion.paths import ROOT
from trials import NO_TESTS, Place, judged, shared

STORE, RESULTS = ROOT / "_build" / "mutants", ROOT / "results" / "mutants"
SIZE, SEED, AT_ONCE = 150, 15, 2
TESTS = {
    "noise": "noise laws light_laws stable_tail space_noise",
    "theory": "theory asymmetric exit_measure regimes limit_chain space_theory theorem1",
    "inference": "inference inference_refusals",
    "simulate": "simulate exit_rate space_simulate recursion cuda study lost_paths number_range",
    "deep": "deep/data deep/lengths deep/optimizer deep/sharpness deep/experiment",
}  # by room: files of tests/heavysgd, without test_ and .py
GRACE, TIMES = 60, 3  # a file's time limit: seconds, and times what it took on the unchanged copy with nothing compiled


def room_of(file: str) -> str:
    """The room that a module is in."""
    return file.split("/")[2]


def tests_of(room: str) -> list[str]:
    """The test files of a room, relative to the root."""
    places = [Path("tests/heavysgd", name) for name in TESTS[room].split()]
    return [place.with_name(f"test_{place.name}.py").as_posix() for place in places]


def baseline(places: list[Place], folder: Path) -> dict[str, float]:
    """Seconds that each test file, and each room's examples, take on the unchanged copy; kernels go to folder/kernels.

    Stops with an error where one does not pass.
    """
    file = folder / "baseline.json"
    if file.exists():
        return json.loads(file.read_text())
    shutil.rmtree(folder / "kernels", ignore_errors=True)
    (folder / "kernels").mkdir()
    targets = [target for room in mutations.ROOMS for target in (*tests_of(room), f"lib/heavysgd/{room}")]
    ended = shared(lambda place, target: place.tests([target], folder / "kernels"), targets, places, " test files")
    for target, (code, output, _) in zip(targets, ended):
        if code not in (0, NO_TESTS):
            raise SystemExit(f"{target} does not pass on the unchanged copy, so no mutant can be judged:\n{output[-3000:]}")
    seconds = {target: round(seconds, 1) for target, (*_, seconds) in zip(targets, ended)}
    write(file, seconds)
    return seconds


def write(file: Path, value) -> None:
    """As JSON, whole or not at all."""
    scratch = file.with_suffix(".part")
    scratch.write_text(json.dumps(value, indent=1) + "\n")
    scratch.replace(file)


class Runs:
    """Runs as they end, kept in a file, and those of before."""

    def __init__(self, file: Path):
        self.file, self.lock = file, threading.Lock()
        self.found = json.loads(file.read_text()) if file.exists() else {}

    def __call__(self, mutant: mutations.Mutant, judge: Callable[[], dict]) -> dict:
        """The run of a mutant, made by `judge()` if it is not there."""
        key = f"{mutant.id} {mutant.line}"
        if key not in self.found:
            run = judge()
            with self.lock:
                self.found[key] = run
                write(self.file, self.found)
        return self.found[key]


def run_all(size: int, seed: int, at_once: int) -> tuple[list[dict], list[dict], dict[str, float]]:
    """The runs of a sample, those that were stillborn, and the seconds that each test file may take."""
    folder = STORE / fingerprint()
    places = [Place(folder / str(k)) for k in range(at_once)]
    seconds, runs = baseline(places, folder), Runs(folder / "runs.json")
    limits = {target: round(GRACE + TIMES * spent) for target, spent in sorted(seconds.items(), key=lambda item: item[1])}
    stillborn = []

    def first_alive(place, piece):
        for mutant in piece:
            room = room_of(mutant.file)
            own = {mutant.file: limits[f"lib/heavysgd/{room}"]}  # the examples in its docstrings
            own |= {target: limit for target, limit in limits.items() if target in tests_of(room)}
            run = runs(mutant, lambda: judged(place, mutant, own, folder / "kernels"))  # noqa: B023
            if run["outcome"] != "stillborn":
                return run
            stillborn.append(run)
        raise RuntimeError(f"no mutant of a piece of {room} can be imported")

    found = shared(first_alive, mutations.sample(ROOT, size, seed), places, " mutants")
    for place in places:
        shutil.rmtree(place.folder)
    return found, stillborn, limits


def fingerprint() -> str:
    """A hash of the library and its tests: runs on other sources are other runs."""
    digest = hashlib.sha256()
    folders = (ROOT / "lib" / "heavysgd", ROOT / "tests" / "heavysgd")
    for file in sorted(path for folder in folders for path in folder.rglob("*.*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def explained(runs: list[dict]) -> list[dict]:
    """The runs, survivors with what was written about them by hand, or None."""
    file = RESULTS / "explanations.json"
    texts = json.loads(file.read_text()) if file.exists() else {}
    return [run | {"explained": texts.get(run["id"])} if run["outcome"] == "survived" else run for run in runs]


def summary(runs: list[dict]) -> dict[str, dict[str, int]]:
    """Outcomes by room."""
    return {room: Counter(run["outcome"] for run in runs if room_of(run["file"]) == room) for room in mutations.ROOMS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--target", type=Path, default=RESULTS / "mutants.json")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; the same command goes on"))  # as Ctrl-C: end what runs
    where = origin(threads=1, cosmic_ray=version("cosmic-ray"))
    found, stillborn, limits = run_all(given.size, given.seed, given.at_once)
    found = explained(found)
    survivors = [run for run in found if run["outcome"] == "survived"]
    record = {
        "seed": given.seed,
        "killed": len(found) - len(survivors),
        "of": len(found),
        "outcomes": summary(found),
        "limit_seconds": limits,
        "left_out": mutations.LEFT_OUT,
        "mutants": found,
        "stillborn": stillborn,
        "origin": where,
    }
    given.target.parent.mkdir(parents=True, exist_ok=True)
    write(given.target, record)
    for run in survivors:
        print(f"\n{run['id']} {run['file']}:{run['line']}\n{run['diff']}\n{run['explained'] or 'NOT EXPLAINED'}")
    print(f"{record['killed']} of {len(found)} killed, {len(stillborn)} stillborn; written to {given.target}")


if __name__ == "__main__":
    main()
