"""The first row of the paper's Table 2 by the protocol that the paper states: `make deep TASK=fashion`.

LeNet of 11 330 weights on the first 1 200 training images of Fashion-MNIST, 200 of them with drawn labels; tested on all
10 000. Beside the table's methods, controls that could explain them away, and other readings of the text. On a GPU many
runs go side by side; on a CPU a full-batch step takes 70 ms and a run of ours twenty minutes. Runs are appended to the
store as a group of them ends, and found there, or in the record, when the command is repeated. The record is
results/deep/fashion.json; where it was made on several machines, `origins` has one entry for each.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import replace
from pathlib import Path

import torch
from companion.ledger.origin import origin
from companion.paths import ROOT
from heavysgd.deep import GaussianFactor, ParetoFactor, ParetoFromC, data, fleet, nets
from heavysgd.deep import experiment as lab

LR, CLIP, ALPHA, C = 0.05, 5.0, 1.4, 0.5  # CLIP of the gradient's norm: updates are cut at LR CLIP
STEPS, QUIET = 10_000, 5000
Case = tuple[str, lab.Task, lab.Method, int]  # group, task, method, seed


def images() -> data.Images:
    """The first 1 200 training images, those numbered 1000 to 1199 with drawn labels; all 10 000 test images."""
    return data.relabelled(data.fashion_mnist(scale=(127.5, 127.5)))


def methods() -> dict[str, list[tuple[lab.Method, int, int]]]:
    """By group: methods, each with its steps and the steps of full-batch descent that follow."""
    lb, sb, clip, _, our_1, our_2 = lab.six_methods(LR * CLIP, ALPHA, C)
    mean = C / (ALPHA - 1)
    named = lab.matched
    light, gauss = ParetoFactor(50.0, mean * 49), GaussianFactor(mean * math.sqrt(math.pi / 2))
    return {
        "plain": [(sb, STEPS, 0), (clip, STEPS, 0), (lb, STEPS, 0)],
        "ours": [(our_2, STEPS, QUIET), (our_1, STEPS, QUIET)],
        "half": [(named(our_2, "Our 2, half batches", star="half"), STEPS, QUIET)],
        "controls": [
            (named(sb, "SB, then LB"), STEPS, QUIET),
            (named(clip, "SB + Clip, then LB"), STEPS, QUIET),
            (named(sb, "SB, 15 000"), STEPS + QUIET, 0),
            (named(sb, "SB, 30 000"), 3 * STEPS, 0),
        ],
        "light": [
            (named(our_2, "Our 2, light Z", noise=light), STEPS, QUIET),
            (named(our_2, "Our 2, Gaussian Z", noise=gauss), STEPS, QUIET),
        ],
        "readings": [
            (named(our_2, "Our 2, LB inside"), STEPS - QUIET, QUIET),
            (named(our_1, "Our 1, LB inside"), STEPS - QUIET, QUIET),
            (named(our_2, "Our 2, Pareto from c", noise=ParetoFromC(ALPHA, C)), STEPS, QUIET),
            (named(our_1, "Our 1, Pareto from c", noise=ParetoFromC(ALPHA, C)), STEPS, QUIET),
            (named(our_2, "Our 2, b = 5", b=CLIP), STEPS, QUIET),
            (named(our_1, "Our 1, b = 5", b=CLIP), STEPS, QUIET),
        ],
    }


def cases(group: str, seeds: int, whole: data.Images, scale: float) -> list[Case]:
    """The runs of a group; `scale` shortens them, for a trial."""
    task = lab.Task("fashion", nets.lenet_small, whole, lr=LR)
    found = []
    for method, steps, quiet in methods()[group]:
        own = replace(task, iterations=max(1, int(steps * scale)), quiet=int(quiet * scale))
        found += [(group, own, method, seed) for seed in range(seeds)]
    return found


def key(run: dict) -> str:
    """What makes a run that run."""
    return json.dumps([run["settings"], run["seed"], run["images"]], sort_keys=True)


def train(group: list[Case], store: Path, there: set[str], tables: fleet.Tables) -> None:
    """Trains those of a group that are not `there`, side by side, and appends them to the store."""
    described = [lab.described(task, method, seed, 0) for _, task, method, seed in group]
    missing = [case for case, run in zip(group, described) if key(run) not in there]
    if not missing:
        return
    started = time.perf_counter()
    for (name, *_), run in zip(missing, fleet.side_by_side([case[1:] for case in missing], tables)):
        found = lab.described(run.task, run.method, run.seed, run.done) | {"group": name}
        found |= lab.measure(run.model, run.task.data, seed=run.seed)
        with open(store, "a") as file:
            file.write(json.dumps(found, allow_nan=False) + "\n")
    steps = sum(task.iterations + task.quiet for _, task, *_ in missing)
    print(f"{group[0][0]}: {len(missing)} runs, {steps} steps, {time.perf_counter() - started:.1f} s", flush=True)


def stored(store: Path) -> list[dict]:
    """The runs of a store."""
    return [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(methods())}; all where none is named")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=math.inf, help="after which no group is begun")
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of steps, for a trial")
    parser.add_argument("--store", type=Path, default=ROOT / "_build" / "deep" / "fashion.jsonl")
    parser.add_argument("--target", type=Path, default=ROOT / "results" / "deep" / "fashion.json")
    given, started = parser.parse_args(arguments), time.perf_counter()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    whole = images().to(device)
    tables = fleet.Tables(len(whole.train_labels), lab.Task("", nets.lenet_small, whole).batch)
    given.store.parent.mkdir(parents=True, exist_ok=True)
    for group in given.groups or methods():
        if time.perf_counter() - started > given.seconds:
            print(f"{group}: not begun, {given.seconds:g} s are over", flush=True)
            continue
        there = {key(run) for run in [*stored(given.store), *recorded(given.target)["runs"]]}
        train(cases(group, given.seeds, whole, given.scale), given.store, there, tables)
    where = {"device": torch.cuda.get_device_name()} if device == "cuda" else {}
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
        record.setdefault("origins", [record["origin"] | {"runs": len(there)}]).append(here | {"runs": len(new)})
    record.setdefault("origin", here)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n")
    return len(record["runs"])


if __name__ == "__main__":
    main()
