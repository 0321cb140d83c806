"""Ablations of training methods over seeds, recorded or run here: paired differences, and what was chosen on what data.

A run is the dictionary that `heavysgd.deep.experiment.run` returns. Methods at one seed share initial weights, batches and
draws of Z, so that a comparison takes the difference seed by seed and judges it with Student's law over the seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from tempfile import TemporaryDirectory

import numpy as np
import torch
from heavysgd.deep import experiment as lab
from heavysgd.inference import Measured, mean
from scipy import stats

Runs = list[dict]
TITLES = {
    "test_accuracy": "test accuracy",
    "train_accuracy": "training accuracy",
    "memorised": "wrong labels learnt",
    "train_loss": "training loss",
    "sharpness": "expected sharpness",
    "maximal_sharpness": "maximal sharpness",
    "pac_bayes_sharpness": "PAC-Bayes sharpness",
    "top_eigenvalue": "top eigenvalue",
    "trace": "trace of the Hessian",
}
DIFFERENCES = {"test_accuracy", "train_accuracy", "memorised", "train_loss"}  # compared as such; the others as ratios


def of(runs: Runs, method: str, what: str) -> dict[int, float]:
    """A measurement of a method by seed; what does not exist (None) is nan."""
    found = {r["seed"]: np.nan if r[what] is None else float(r[what]) for r in runs if r["method"] == method}
    if not found:
        raise ValueError(f"method = {method!r}: no such runs; there are {', '.join(names(runs))}")
    return found


def names(runs: Runs) -> list[str]:
    """The methods in the order in which they were run."""
    return list(dict.fromkeys(r["method"] for r in runs))


def seeds(runs: Runs) -> list[int]:
    """The seeds that every method has."""
    having = [set(of(runs, method, "seed")) for method in names(runs)]
    return sorted(set.intersection(*having))


def average(runs: Runs, method: str, what: str) -> Measured:
    """Mean of a measurement over a method's seeds."""
    return mean(list(of(runs, method, what).values()))


def difference(runs: Runs, method: str, other: str, what: str) -> Measured:
    """Mean over the common seeds of method minus other."""
    return mean(_differences(of(runs, method, what), of(runs, other, what)))


def log_ratio(runs: Runs, method: str, other: str, what: str = "sharpness") -> Measured:
    """Mean over the common seeds of log10(method / other): -1 is ten times less."""
    ours, others = ({s: np.log10(v) for s, v in of(runs, name, what).items()} for name in (method, other))
    return mean(_differences(ours, others))


def paired(runs: Runs, method: str, other: str, what: str) -> Measured:
    """Method beside another as this book compares them: decades for sharpness, a difference for shares and losses."""
    return (difference if what in DIFFERENCES else log_ratio)(runs, method, other, what)


def beside(what: str) -> str:
    """What `paired` gives, with its unit."""
    return TITLES[what] + ("" if what in DIFFERENCES else ", in decades")


def in_common(runs: Runs, method: str, other: str) -> int:
    """How many seeds two methods share; none where one of them was not run."""
    ours, others = ({r["seed"] for r in runs if r["method"] == name} for name in (method, other))
    return len(ours & others)


def present(runs: Runs, methods: Sequence[str]) -> list[str]:
    """Those of the methods that were run at all."""
    return [method for method in methods if method in names(runs)]


def _differences(ours: dict, others: dict) -> list[float]:
    return [ours[seed] - others[seed] for seed in sorted(ours.keys() & others.keys())]


def rank_correlation(
    runs: Runs, x: str, y: str, methods: list[str], seed: int, shift: int = 0, draws: int = 2000
) -> Measured:
    """Spearman's correlation between the methods' means of two measurements, its error from seeds drawn anew.

    A shift gives each method the second measurement of another: the control.
    """
    table = {what: np.array([[of(runs, m, what)[s] for s in seeds(runs)] for m in methods]) for what in (x, y)}
    table[y] = np.roll(table[y], shift, axis=0)
    count = table[x].shape[1]

    def correlation(chosen):
        return float(stats.spearmanr(*(table[what][:, chosen].mean(axis=1) for what in (x, y))).statistic)

    rng = np.random.default_rng(seed)
    spread = np.std([correlation(rng.integers(0, count, count)) for _ in range(draws)])
    return Measured(correlation(np.arange(count)), float(spread))


def within_methods(runs: Runs, x: str, y: str, methods: list[str]) -> Measured:
    """Mean over methods of Spearman's correlation over a method's own seeds, with the error of that mean."""
    found = []
    for method in methods:
        both = [[of(runs, method, what)[seed] for seed in seeds(runs)] for what in (x, y)]
        if all(np.ptp(values) > 0 for values in both):  # else there is no rank: every SB learns all wrong labels
            found.append(float(stats.spearmanr(*both).statistic))
    return mean(found)


def grid(runs: Runs, what: str) -> tuple[list[float], list[float], np.ndarray]:
    """Thresholds on the gradient's norm, scales of Z, and the mean measurement over seeds on that grid."""
    cells = [r for r in runs if r["method"].startswith("clip ")]
    key = lambda r: (r["settings"]["b"] / r["settings"]["lr"], r["settings"]["noise"]["c"])  # noqa: E731
    clips, scales = (sorted({round(key(r)[k], 9) for r in cells}) for k in (0, 1))
    found = np.full((len(clips), len(scales)), np.nan)
    for i, j in np.ndindex(found.shape):
        found[i, j] = np.mean([r[what] for r in cells if np.allclose(key(r), (clips[i], scales[j]))])
    return clips, scales, found


def best(runs: Runs, prefix: str) -> str:
    """Of the methods whose names begin so, the one with the highest mean accuracy on the held-out images."""
    return max((n for n in names(runs) if n.startswith(prefix)), key=lambda n: average(runs, n, "test_accuracy").value)


def around(runs: Runs) -> dict[str, tuple[list[str], list[Measured], list[Measured]]]:
    """One setting at a time from the chosen cell of the map: ticks, held-out accuracy, expected sharpness."""
    centre = next(r["settings"] for r in runs if r["method"] == best(runs, "clip"))
    clip, c = centre["b"] / centre["lr"], centre["noise"]["c"]
    clips, scales, _ = grid(runs, "test_accuracy")
    chosen = f"clip {clip:g}, c {c:g}"
    lines = {
        "scale $c$": [(s, f"clip {clip:g}, c {s:g}") for s in scales],
        r"threshold $b/\eta$": [(g, f"clip {g:g}, c {c:g}") for g in clips],
        r"tail index $\alpha$": _line(runs, "alpha", centre["noise"]["alpha"], chosen),
        "noise-free steps": _line(runs, "quiet", centre["quiet"], chosen),
    }
    return {
        title: (
            [f"{value:g}" for value, _ in line],
            [average(runs, name, "test_accuracy") for _, name in line],
            [average(runs, name, "sharpness") for _, name in line],
        )
        for title, line in lines.items()
    }


def _line(runs: Runs, prefix: str, own: float, chosen: str) -> list[tuple[float, str]]:
    varied = [(float(name.split()[1]), name) for name in names(runs) if name.startswith(f"{prefix} ")]
    return sorted([*varied, (own, chosen)])


def train(task: lab.Task, methods: list[lab.Method], over: Sequence[int], processes: int = 2) -> Runs:
    """The ablation anew, in processes of one thread each: twice as fast here as one process of two threads."""
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(processes, get_context("spawn"), torch.set_num_threads, (1,)) as pool,
    ):
        return lab.ablation(task, methods, over, folder, executor=pool)
