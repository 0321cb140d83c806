"""The ablations of the deep-learning chapters as recorded runs: `make deep TASK=digits`.

`digits-map` chooses settings on validation images; `digits` and `fashion` compare methods at the chosen settings on test
images. Runs are shared by processes of one thread each (on a GPU: one after the other), stored as they end under
_build/deep, and found again when the command is repeated. What is there goes to results/deep/<task>.json with settings,
machine, versions and commit, which the book shows.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context

import torch
from heavysgd.deep import GaussianFactor, ParetoFactor, data, nets
from heavysgd.deep import experiment as lab
from origin import ROOT, origin
from tqdm import tqdm

STORE, RESULTS = ROOT / "_build" / "deep", ROOT / "results" / "deep"
ALPHA = 1.4
CLIPS, SCALES = (2.5, 5.0, 10.0, 20.0, 40.0), (0.25, 0.5, 1.0, 2.0)  # of the gradient's norm, of Z
QUIET = (0, 100, 300, 3000)  # lengths of the noise-free phase, beside 1000
VALIDATION = 200  # of the digits' held-out images: settings are chosen on these, results reported on the others


def digits(part: str = "test") -> data.Images:
    """1 200 digits, 200 with random labels; held out are 200 images for choosing settings, or the other 397."""
    whole = data.corrupted(data.digits(), 1200, 200, seed=0)
    held = slice(0, VALIDATION) if part == "validation" else slice(VALIDATION, None)
    return whole._replace(test=whole.test[held], test_labels=whole.test_labels[held])


def fashion() -> data.Images:
    """1 200 images of Fashion-MNIST, 200 with random labels; the first 1 000 test images."""
    whole = data.corrupted(data.fashion_mnist(), 1200, 200, seed=0)
    return whole._replace(test=whole.test[:1000], test_labels=whole.test_labels[:1000])


TASKS = {
    "digits-map": lambda: lab.Task("digits-map", nets.small_net, digits("validation")),
    **{
        f"digits-quiet-{quiet}": lambda quiet=quiet: lab.Task(
            f"digits-quiet-{quiet}", nets.small_net, digits("validation"), quiet=quiet
        )
        for quiet in QUIET
    },
    "digits": lambda: lab.Task("digits", nets.small_net, digits()),
    "fashion": lambda: lab.Task("fashion", nets.lenet, fashion(), iterations=10_000, quiet=5000),
    "cifar10": lambda: lab.Task("cifar10", nets.vgg11, data.cifar10(), iterations=30_000, quiet=5000),
    "svhn": lambda: lab.Task("svhn", nets.vgg11, data.svhn(), iterations=30_000, quiet=5000),
}
STUDIES = ("digits-map", "digits", "fashion", "cifar10", "svhn")
Case = tuple[str, lab.Method, int]  # task, method, seed


def our_2(lr: float, clip: float, c: float, alpha: float = ALPHA, name: str = "") -> lab.Method:
    """Our 2 with the gradient's norm cut at `clip`, which cuts the update's at lr clip."""
    return lab.matched(lab.six_methods(lr * clip, alpha, c)[5], name or f"clip {clip:g}, c {c:g}")


def candidates(lr: float) -> list[lab.Method]:
    """What is tried on validation images: the (c, b) map, and the one setting of each other method."""
    return [
        lab.Method("SB"),
        *(our_2(lr, clip, c) for clip in CLIPS for c in SCALES),
        *(lab.Method(f"SB + decay {decay:g}", weight_decay=decay) for decay in (0.001, 0.003, 0.01, 0.03)),
        *(lab.Method(f"SAM {rho:g}", rho=rho) for rho in (0.05, 0.1, 0.2, 0.4)),
        *(lab.Method(f"label noise {share:g}", label_noise=share) for share in (0.05, 0.1, 0.2, 0.4)),
    ]


def variations(lr: float, clip: float, c: float) -> list[tuple[str, lab.Method]]:
    """The tail index, and the length of the noise-free phase, one at a time from the chosen setting."""
    indices = [("digits-map", our_2(lr, clip, c, alpha, f"alpha {alpha:g}")) for alpha in (1.1, 1.2, 1.7, 2.0, 3.0)]
    return indices + [(f"digits-quiet-{quiet}", our_2(lr, clip, c, name=f"quiet {quiet}")) for quiet in QUIET]


def chosen(found: list[dict], prefix: str) -> dict:
    """Settings of the method, of those whose names begin so, with the highest mean validation accuracy (the first of
    equals)."""
    accuracy: dict[str, list[float]] = {}
    for r in found:
        if r["method"].startswith(prefix):
            accuracy.setdefault(r["method"], []).append(r["test_accuracy"])
    best = max(accuracy, key=lambda name: sum(accuracy[name]) / len(accuracy[name]))
    return next(r["settings"] for r in found if r["method"] == best)


def methods(lr: float, clip: float, c: float) -> list[lab.Method]:
    """The six methods, and the two controls of Z: a light tail and a Gaussian, both with the heavy one's mean."""
    six = lab.six_methods(lr * clip, ALPHA, c)
    mean = c / (ALPHA - 1)
    return [
        *six,
        lab.matched(six[4], "Z light", noise=ParetoFactor(50.0, mean * 49)),
        lab.matched(six[5], "Gaussian", noise=GaussianFactor(mean * (torch.pi / 2) ** 0.5)),
    ]


def todays(found: list[dict]) -> list[lab.Method]:
    """The other choices, at the settings that the validation images chose."""
    return [
        lab.Method("SB + decay", weight_decay=chosen(found, "SB + decay")["weight_decay"]),
        lab.Method("SAM", rho=chosen(found, "SAM")["rho"]),
        lab.Method("label noise", label_noise=chosen(found, "label noise")["label_noise"]),
    ]


def one(name: str, method: lab.Method, seed: int, device: str) -> dict:
    """One run, in a process of its own."""
    torch.set_num_threads(1)
    task = TASKS[name]()
    task = task if device == "cpu" else replace(task, data=task.data.to(device))
    return lab.run(task, method, seed, STORE, more=lab.sharpness_measures)


def run_all(cases: list[Case], processes: int, device: str) -> list[dict]:
    """Every case, as many at a time as there are processes; a bar over the runs."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        jobs = [pool.submit(one, *case, device) for case in cases]
        return [job.result() for job in tqdm(as_completed(jobs), total=len(jobs), unit=" runs")]


def choose_settings(seeds: int, *how) -> list[dict]:
    """The map, then what varies around its best cell. Seeds are others than those of the comparison."""
    own = [100 + seed for seed in range(seeds)]
    lr = TASKS["digits-map"]().lr
    found = run_all([("digits-map", method, seed) for seed in own for method in candidates(lr)], *how)
    best = chosen(found, "clip")
    around = variations(lr, best["b"] / lr, best["noise"]["c"])
    return found + run_all([(name, method, seed) for seed in own for name, method in around], *how)


def compare(name: str, seeds: int, clip: float, c: float, also: list[lab.Method], *how) -> list[dict]:
    """The methods, seed by seed; then SB stopped at the training loss that Our 2 ended with."""
    lr = TASKS[name]().lr
    found = run_all([(name, method, seed) for seed in range(seeds) for method in [*methods(lr, clip, c), *also]], *how)
    early = [(name, lab.Method("SB early", stop_at=r["train_loss"]), r["seed"]) for r in found if r["method"] == "Our 2"]
    return found + run_all(early, *how)


def study(name: str, seeds: int, *how) -> list[dict]:
    """All runs of a study."""
    if name == "digits-map":
        return choose_settings(seeds, *how)
    if name != "digits":
        return compare(name, seeds, 20.0, 1.0, [], *how)
    recorded = RESULTS / "digits-map.json"
    if not recorded.exists():
        raise SystemExit(f"{recorded.relative_to(ROOT)} is missing; run `make deep TASK=digits-map` first")
    tried = json.loads(recorded.read_text())["runs"]
    best = chosen(tried, "clip")
    return compare(name, seeds, best["b"] / best["lr"], best["noise"]["c"], todays(tried), *how)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=STUDIES)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given = parser.parse_args()
    found = study(given.task, given.seeds, given.processes if given.device == "cpu" else 1, given.device)
    found.sort(key=lambda r: (r["seed"], r["method"]))
    device = {} if given.device == "cpu" else {"device": torch.cuda.get_device_name()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    target = RESULTS / f"{given.task}.json"
    target.write_text(json.dumps({"runs": found, "origin": origin(**device)}, indent=1, allow_nan=False) + "\n")
    print(f"{len(found)} runs written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
