"""One row of the paper's Table 2 as recorded runs side by side: what `fashion.py` and `vgg.py` declare is run here.

On a GPU many runs go at the same time; on a CPU one step after the other. Each run is appended to the store as it ends, and
found there, or in the record, when the command is repeated. What has not ended after `--seconds` is kept as far as it has
come, and goes on from there. The record is results/deep/<row>.json; where it was made on several machines, `origins` has
one entry for each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch
from companion.ledger.origin import origin
from companion.paths import ROOT
from heavysgd.deep import data, fleet
from heavysgd.deep import experiment as lab


class Entry(NamedTuple):
    """A method, its steps, the steps of descent on the large batch that follow; its seed, where it has one of its own."""

    method: lab.Method
    steps: int
    quiet: int = 0
    seed: int | None = None


SEEDS = 5


@dataclass(frozen=True)
class Row:
    """A row of the table.

    groups : of methods by name, given the runs on record: some methods follow from others' runs.
    precision : of convolutions and products of a step; None for that of the parameters.
    draws : of the expected sharpness.
    file : of the images, where they are not the official ones.
    """

    name: str
    net: Callable
    images: Callable[[], data.Images]
    groups: Callable[[list[dict]], dict[str, list[Entry]]]
    lr: float = 0.05
    large: int | None = None
    precision: torch.dtype | None = None
    draws: int = 100
    file: str = ""

    def task(self, images: data.Images, steps: int = 1, quiet: int = 0) -> lab.Task:
        """The task with a schedule."""
        return lab.Task(self.name, self.net, images, self.lr, iterations=steps, quiet=quiet, large=self.large)


def prepared(row: Row, images: data.Images, groups: list[str], recorded: list[dict], scale: float) -> dict[fleet.Run, str]:
    """The runs of groups, each named as `group` or `group:seeds`, with their groups; `scale` shortens them, for a trial."""
    runs = {}
    for name, _, seeds in (group.partition(":") for group in groups):
        for method, steps, quiet, own in row.groups(recorded)[name]:
            task = row.task(images, max(1, int(steps * scale)), int(quiet * scale))
            phases = tuple(replace(phase, steps=max(1, int(phase.steps * scale))) for phase in method.phases)
            for seed in range(int(seeds or SEEDS)) if own is None else [own]:
                runs[fleet.Run(task, replace(method, phases=phases), seed, row.precision)] = name
    return runs


def description(row: Row, run: fleet.Run) -> dict:
    """What was run, in which precision."""
    found = lab.described(run.task, run.method, run.seed, run.done)
    return found if row.precision is None else found | {"precision": str(row.precision).removeprefix("torch.")}


def key(run: dict) -> str:
    """What makes a run that run."""
    return json.dumps([run["settings"], run["seed"], run["images"]], sort_keys=True)


def train(row: Row, runs: dict[fleet.Run, str], store: Path, count: int, seconds: float) -> None:
    """Trains runs side by side, and appends them to the store as they end; keeps those that time cuts."""
    begun = time.monotonic()
    cut = {run: store.with_name(f"{store.stem}-{described_id(run)}.pt") for run in runs}
    for run, path in cut.items():
        if path.exists():
            state = torch.load(path, weights_only=True, map_location=run.device)
            run.model.load_state_dict(state["model"])
            run.done = state["done"]

    def ended(run: fleet.Run) -> None:
        found = description(row, run) | {"group": runs[run], "ended_after": round(time.monotonic() - begun, 1)}
        found |= lab.measure(run.model, run.task.data, draws=row.draws, seed=run.seed)
        with open(store, "a") as file:
            file.write(json.dumps(found, allow_nan=False) + "\n")
        cut[run].unlink(missing_ok=True)
        print(f"{run.method.name}, seed {run.seed}: {found['ended_after']} s", flush=True)

    fleet.side_by_side(list(runs), fleet.Tables(count), ended, begun + seconds)
    for run in runs:
        if not run.finished:
            torch.save({"done": run.done, "model": run.model.state_dict()}, cut[run])
            print(f"{run.method.name}, seed {run.seed}: cut at step {run.done}", flush=True)


def described_id(run: fleet.Run) -> str:
    """A name that is the run's own."""
    return hashlib.sha256(key(lab.described(run.task, run.method, run.seed, 0)).encode()).hexdigest()[:12]


def stored(store: Path) -> list[dict]:
    """The runs of a store."""
    return [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []


def main(row: Row, arguments: list[str] | None = None) -> None:
    names = ", ".join(row.groups([]))
    parser = argparse.ArgumentParser(description=f"{row.name}: a row of the paper's Table 2, side by side")
    parser.add_argument(
        "groups", nargs="*", metavar="group[:seeds]", help=f"of {names}; all, five seeds, where none is named"
    )
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which runs are cut, to go on later")
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of steps, for a trial")
    parser.add_argument("--store", type=Path, default=ROOT / "_build" / "deep" / f"{row.name}.jsonl")
    parser.add_argument("--target", type=Path, default=ROOT / "results" / "deep" / f"{row.name}.json")
    given = parser.parse_args(arguments)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    exact = row.precision is None
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = not exact
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = exact, not exact
    images = row.images().to(device)
    given.store.parent.mkdir(parents=True, exist_ok=True)
    there = [*stored(given.store), *recorded(given.target)["runs"]]
    known = {key(run) for run in there}
    runs = prepared(row, images, given.groups or [*row.groups(there)], there, given.scale)
    missing = {r: group for r, group in runs.items() if key(lab.described(r.task, r.method, r.seed, 0)) not in known}
    train(row, missing, given.store, len(images.train_labels), given.seconds)
    where = {"device": torch.cuda.get_device_name()} if device == "cuda" else {}
    where |= {"images": Path(row.file).name} if row.file else {}
    print(f"{add(given.target, stored(given.store), origin(**where))} runs in {given.target}")


def recorded(target: Path) -> dict:
    """The record, empty where there is none."""
    return json.loads(target.read_text()) if target.exists() else {"runs": []}


def add(target: Path, runs: list[dict], here: dict) -> int:
    """Adds to the record the runs that are not in it, made `here`; how many it holds then."""
    record = recorded(target)
    there = {key(run) for run in record["runs"]}
    new = [run for run in runs if key(run) not in there]
    record["runs"] += new
    if new and "origin" in record:
        origins = record.setdefault("origins", [record["origin"] | {"runs": len(there)}])
        if origins[-1] == here | {"runs": origins[-1]["runs"]}:
            origins[-1]["runs"] += len(new)
        else:
            origins.append(here | {"runs": len(new)})
    record.setdefault("origin", here)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n")
    return len(record["runs"])
