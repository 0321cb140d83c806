"""The ablations of the deep-learning chapters as recorded runs: `make deep TASK=digits`.

`digits-map` chooses settings on validation images; `digits` compares methods at the chosen settings on test images,
`tails` varies the tail of Z at one mean and its mean at one tail, and `fashion-short` compares on a schedule that a laptop
can afford. `fashion`, `cifar10` and `svhn`, by the paper's settings and schedules, are `fashion.py` and `vgg.py`, and
`cifar10-small`, scaled down, is `vgg_small.py`. Runs are shared by processes of one thread each (on a GPU: one after the
other), stored as they end under _build/deep, and found again when the command is repeated. What is there goes to
results/deep/<task>.json with settings, machine, versions and commit, which the book shows. Images are the official files,
from the folder that HEAVYSGD_DATA names or downloaded.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context

import torch
from companion.ledger.origin import origin
from companion.paths import ROOT
from heavysgd.deep import GaussianFactor, ParetoFactor, data, nets
from heavysgd.deep import experiment as lab
from tqdm import tqdm

STORE, RESULTS = ROOT / "_build" / "deep", ROOT / "results" / "deep"
ALPHA, SEEDS = 1.4, 10
CLIPS, SCALES = (2.5, 5.0, 10.0, 20.0, 40.0), (0.25, 0.5, 1.0, 2.0, 4.0)  # of the gradient's norm, of Z
INDICES, MEANS = (1.1, 1.2, 1.7, 2.0, 3.0, 50.0), (0.25, 0.5, 2.0, 4.0)  # of Z: tail indices, and factors of the mean
QUIET = (0, 100, 300, 3000)  # lengths of the noise-free phase, beside 1000
SETTLED = 3000  # noise-free steps after which Our 2, too, has learnt the training images by heart
VALIDATION = 200  # of the digits' held-out images: settings are chosen on these, results reported on the others


def digits(part: str = "test") -> data.Images:
    """1 200 digits, 200 with random labels; held out are 200 images for choosing settings, or the other 397."""
    whole = data.corrupted(data.digits(), 1200, 200, seed=0)
    held = slice(0, VALIDATION) if part == "validation" else slice(VALIDATION, None)
    return whole._replace(test=whole.test[held], test_labels=whole.test_labels[held])


def fashion() -> data.Images:
    """The first 1 200 training images of Fashion-MNIST, 200 with random labels, and the whole test set of 10 000.

    Centred and scaled on the 1 200.
    """
    cut = data.corrupted(data.fashion_mnist(), 1200, 200, seed=0)
    mean, spread = cut.train.mean(), cut.train.std()
    return cut._replace(train=(cut.train - mean) / spread, test=(cut.test - mean) / spread)


TASKS = {
    "digits-map": lambda: lab.Task("digits-map", nets.small_net, digits("validation")),
    **{
        f"digits-quiet-{quiet}": lambda quiet=quiet: lab.Task(
            f"digits-quiet-{quiet}", nets.small_net, digits("validation"), quiet=quiet
        )
        for quiet in QUIET
    },
    "digits": lambda: lab.Task("digits", nets.small_net, digits()),
    "tails": lambda: lab.Task("tails", nets.small_net, digits()),
    "digits-settled": lambda: lab.Task("digits-settled", nets.small_net, digits(), quiet=SETTLED),
    "fashion-short": lambda: lab.Task("fashion-short", nets.lenet, fashion(), iterations=1500, quiet=500),
}
STUDIES = ("digits-map", "digits", "tails", "fashion-short")
ROWS = ("fashion", "cifar10", "svhn", "cifar10-small")  # of the paper's Table 2, and one scaled down
FULLY_MEASURED = ("digits",)  # beginnings of tasks small enough for every measure of sharpness; else the paper's own
PAPERS = 5.0, 0.5  # threshold of LeNet's gradient, c
# Read by glibc as a process starts. Without these it returns each step's activations to the system and faults them in
# again in the next, which takes a quarter of a full-batch step of LeNet.
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**32), "MALLOC_TRIM_THRESHOLD_": str(2**33)}
Case = tuple[str, lab.Method, int]  # task, method, seed


def our_2(lr: float, clip: float, c: float, alpha: float = ALPHA, name: str = "") -> lab.Method:
    """Our 2 with the gradient's norm cut at `clip`, which cuts the update's at lr clip."""
    return lab.matched(lab.six_methods(lr * clip, alpha, c)[5], name or f"clip {clip:g}, c {c:g}")


def candidates(lr: float) -> list[lab.Method]:
    """What is tried on validation images: the (c, b) map, and the one setting of each other method."""
    return [
        lab.Method("SB"),
        *(our_2(lr, clip, c) for clip in CLIPS for c in SCALES),
        *(lab.Method(f"stopped {loss:g}", stop_at=loss) for loss in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        *(lab.Method(f"SB + decay {decay:g}", weight_decay=decay) for decay in (0.001, 0.003, 0.01, 0.03)),
        *(lab.Method(f"SAM {rho:g}", rho=rho) for rho in (0.05, 0.1, 0.2, 0.4, 0.8)),
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


def other_tails(lr: float, clip: float, c: float) -> list[lab.Method]:
    """Z with other tails: alpha = 50 with the heavy one's mean and with its c, and a Gaussian with its mean."""
    *_, our_1, our_2 = lab.six_methods(lr * clip, ALPHA, c)
    mean = c / (ALPHA - 1)
    return [
        lab.matched(our_1, "Z light", noise=ParetoFactor(50.0, mean * 49)),
        lab.matched(our_1, "Z light, c kept", noise=ParetoFactor(50.0, c)),
        lab.matched(our_2, "Gaussian", noise=GaussianFactor(mean * (torch.pi / 2) ** 0.5)),
    ]


def by_index_and_mean(lr: float, clip: float, c: float) -> list[lab.Method]:
    """Our 2 with other tail indices at the chosen mean c / (alpha - 1), and other means at the chosen index; and SB."""
    mean = c / (ALPHA - 1)
    indices = [our_2(lr, clip, mean * (alpha - 1), alpha, f"alpha {alpha:g}") for alpha in INDICES]
    means = [our_2(lr, clip, factor * c, name=f"mean {factor:g}") for factor in MEANS]
    return [lab.Method("SB"), our_2(lr, clip, c, name="Our 2"), *indices, *means]


def todays(found: list[dict]) -> list[lab.Method]:
    """The other choices, at the settings that the validation images chose."""
    return [
        lab.Method("SB stopped", stop_at=chosen(found, "stopped")["stop_at"]),
        lab.Method("SB + decay", weight_decay=chosen(found, "SB + decay")["weight_decay"]),
        lab.Method("SAM", rho=chosen(found, "SAM")["rho"]),
        lab.Method("label noise", label_noise=chosen(found, "label noise")["label_noise"]),
    ]


def one(name: str, method: lab.Method, seed: int, device: str) -> dict:
    """One run, in a process of its own."""
    torch.set_num_threads(1)
    task = TASKS[name]()
    task = task if device == "cpu" else replace(task, data=task.data.to(device))
    more = lab.sharpness_measures if name.startswith(FULLY_MEASURED) else None
    return lab.run(task, method, seed, STORE, more=more)


def run_all(cases: list[Case], processes: int, device: str) -> list[dict]:
    """Every case, as many at a time as there are processes; a bar over the runs."""
    os.environ.update(MEMORY)  # of the processes to come
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        jobs = [pool.submit(one, *case, device) for case in cases]
        return [job.result() for job in tqdm(as_completed(jobs), total=len(jobs), unit=" runs")]


def choose_settings(seeds: list[int], *how) -> list[dict]:
    """The map, what varies around its best cell, and all methods at the chosen settings: what rules were written from."""
    name = "digits-map"
    lr = TASKS[name]().lr
    found = run_all([(name, method, seed) for seed in seeds for method in candidates(lr)], *how)
    best = chosen(found, "clip")
    clip, c = best["b"] / lr, best["noise"]["c"]
    found += run_all([(task, method, seed) for seed in seeds for task, method in variations(lr, clip, c)], *how)
    others = compare(name, seeds, clip, c, [*other_tails(lr, clip, c), *todays(found)], *how)
    return found + [r for r in others if r["method"] != "SB"]  # there already


def compare(name: str, seeds: list[int], clip: float, c: float, also: list[lab.Method], *how) -> list[dict]:
    """The six methods and others, seed by seed; then SB stopped at the training loss that Our 2 ended with."""
    compared = [*lab.six_methods(TASKS[name]().lr * clip, ALPHA, c), *also]
    found = run_all([(name, method, seed) for seed in seeds for method in compared], *how)
    early = [(name, lab.Method("SB early", stop_at=r["train_loss"]), r["seed"]) for r in found if r["method"] == "Our 2"]
    return found + run_all(early, *how)


def study(name: str, seeds: int, *how) -> list[dict]:
    """All runs of a study. Settings are chosen at other seeds than those of the comparison."""
    own = [seed + (100 if name.endswith("-map") else 0) for seed in range(seeds)]
    if name == "digits-map":
        return choose_settings(own, *how)
    tried = recorded("digits-map")
    best = chosen(tried, "clip")
    lr, clip, c = best["lr"], best["b"] / best["lr"], best["noise"]["c"]
    if name == "tails":
        methods = by_index_and_mean(lr, clip, c)
        return run_all([(name, method, seed) for seed in own for method in methods], *how)
    if name == "fashion-short":
        return compare(name, own, clip, c, [our_2(lr, *PAPERS, name="Our 2, paper's c and b")], *how)
    found = compare(name, own, clip, c, [*other_tails(lr, clip, c), *todays(tried)], *how)
    return found + settled(own, clip, c, *how)


def settled(seeds: list[int], clip: float, c: float, *how) -> list[dict]:
    """SB and Our 2 with a longer noise-free phase: compared at the bottom, at like training loss."""
    six = {method.name: method for method in lab.six_methods(TASKS["digits-settled"]().lr * clip, ALPHA, c)}
    both = [lab.matched(six[name], f"{name}, settled") for name in ("SB", "Our 2")]
    return run_all([("digits-settled", method, seed) for seed in seeds for method in both], *how)


def recorded(name: str) -> list[dict]:
    """The runs of another study."""
    file = RESULTS / f"{name}.json"
    if not file.exists():
        raise SystemExit(f"{file.relative_to(ROOT)} is missing; run `make deep TASK={name}` first")
    record = json.loads(file.read_text())
    if "withdrawn" in record:
        raise SystemExit(f"{file.relative_to(ROOT)} is withdrawn ({record['withdrawn']}); run `make deep TASK={name}` anew")
    return record["runs"]


def row(task: str, arguments: list[str]) -> None:
    """A row of the paper's table, whose runs go side by side."""
    import fashion
    import rows
    import vgg
    import vgg_small

    found = {"fashion": lambda: fashion.ROW, "cifar10-small": vgg_small.row}.get(task, lambda: vgg.row(task))
    rows.main(found(), arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=[*STUDIES, *ROWS])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    given, others = parser.parse_known_args()
    if given.task in ROWS:
        return row(given.task, others)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    found = study(given.task, given.seeds, given.processes if given.device == "cpu" else 1, given.device)
    found.sort(key=lambda r: (r["seed"], r["method"]))
    where = {} if given.device == "cpu" else {"device": torch.cuda.get_device_name()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    target = RESULTS / f"{given.task}.json"
    target.write_text(json.dumps({"runs": found, "origin": origin(**where)}, indent=1, allow_nan=False) + "\n")
    print(f"{len(found)} runs written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
