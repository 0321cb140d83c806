"""The ablations of the deep-learning chapters as recorded runs: `make deep TASK=digits`.

Runs are shared by processes of one thread each (on a GPU: one after the other), stored as they end under _build/deep, and
found again when the command is repeated. When all are there, their measurements go to results/deep/<task>.json with
settings, machine, versions and commit, which the book shows.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context

import torch
from heavysgd.deep import ParetoFactor, data, nets
from heavysgd.deep import experiment as lab
from origin import ROOT, origin
from tqdm import tqdm

STORE = ROOT / "_build" / "deep"
VALIDATION = 200  # of the digits' held-out images: settings are chosen on these, results reported on the others


def digits(part: str = "test") -> data.Images:
    """1 200 digits, 200 with random labels; held out are 200 images for choosing settings, or the other 397."""
    whole = data.corrupted(data.digits(), 1200, 200, seed=0)
    held = slice(0, VALIDATION) if part == "validation" else slice(VALIDATION, None)
    return whole._replace(test=whole.test[held], test_labels=whole.test_labels[held])


TASKS = {
    "digits": lambda: lab.Task("digits", nets.small_net, digits()),
    "digits-map": lambda: lab.Task("digits-map", nets.small_net, digits("validation")),
    "fashion": lambda: lab.Task(
        "fashion", nets.lenet, data.corrupted(data.fashion_mnist(), 1200, 200, seed=0), iterations=10_000, quiet=5000
    ),
    "cifar10": lambda: lab.Task("cifar10", nets.vgg11, data.cifar10(), iterations=30_000, quiet=5000),
    "svhn": lambda: lab.Task("svhn", nets.vgg11, data.svhn(), iterations=30_000, quiet=5000),
}
# Thresholds on the norm of the gradient; the update's is that times the learning rate.
CLIP, C, ALPHA = {"digits": 20.0, "fashion": 20.0, "cifar10": 20.0, "svhn": 20.0}, 1.0, 1.4
MAP = [(clip, c) for clip in (2.5, 5.0, 10.0, 20.0, 40.0) for c in (0.25, 0.5, 1.0, 2.0)]


def methods(task: lab.Task) -> list[lab.Method]:
    """The six methods, the control whose factor has a light tail, and weight decay."""
    if task.name == "digits-map":
        return [_map_cell(task, clip, c) for clip, c in MAP] + [lab.Method("SB")]
    b = task.lr * CLIP[task.name]
    six = lab.six_methods(b, ALPHA, C)
    light = lab.matched(six[4], "Z light", noise=ParetoFactor(50.0, C * 49 / (ALPHA - 1)))  # the same mean as the heavy one
    decay = [lab.Method(f"SB + decay {decay:g}", weight_decay=decay) for decay in (0.003, 0.01)]
    return [*six, light, *decay]


def _map_cell(task: lab.Task, clip: float, c: float) -> lab.Method:
    return lab.matched(lab.six_methods(task.lr * clip, ALPHA, c)[5], f"clip {clip:g}, c {c:g}")


def one(name: str, method: lab.Method, seed: int, device: str) -> dict:
    """One run, in a process of its own."""
    torch.set_num_threads(1)
    task = TASKS[name]()
    return lab.run(task if device == "cpu" else replace(task, data=task.data.to(device)), method, seed, STORE)


def early(found: list[dict]) -> list[tuple[lab.Method, int]]:
    """SB stopped where its training loss is that which Our 2 ended with, seed by seed."""
    return [(lab.Method("SB early", stop_at=r["train_loss"]), r["seed"]) for r in found if r["method"] == "Our 2"]


def run_all(name: str, cases: list[tuple[lab.Method, int]], processes: int, device: str) -> list[dict]:
    """Every case, as many at a time as there are processes; a bar over the runs."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        jobs = [pool.submit(one, name, method, seed, device) for method, seed in cases]
        return [job.result() for job in tqdm(as_completed(jobs), total=len(jobs), unit=" runs")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given = parser.parse_args()
    task = TASKS[given.task]()
    cases = [(method, seed) for seed in range(given.seeds) for method in methods(task)]
    processes = given.processes if given.device == "cpu" else 1
    found = run_all(given.task, cases, processes, given.device)
    if given.task != "digits-map":
        found += run_all(given.task, early(found), processes, given.device)
    found.sort(key=lambda r: (r["seed"], r["method"]))
    target = ROOT / "results" / "deep" / f"{given.task}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    device = {} if given.device == "cpu" else {"device": torch.cuda.get_device_name()}
    target.write_text(json.dumps({"runs": found, "origin": origin(**device)}, indent=1) + "\n")
    print(f"{len(found)} runs written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
