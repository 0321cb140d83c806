"""What the engine promises, measured: results that depend on nothing they should not, memory that does not grow."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.seeds import derived

PLANE_GOAL = 2.5  # a step in the plane over one on the line, at most

# Peer over ours, both on two cores in double precision, as set before the engine was written; ours over plain steps last.
GOALS = {
    "pure Python": 300,
    "NumPy, 1 000 paths": 25,
    "scalar Numba, all cores": 8,
    "PyTorch eager, 1 000 paths": 50,
    "torch.compile, 100 000 paths": 5,
    "JAX vmap, 1 000 paths": 15,
    "JAX fori_loop, 1 000 paths": 8,
}
KINDS = {
    "heavysgd, first exits": 1.6,
    "heavysgd, hops": 1.6,
    "heavysgd, histogram of every step": 1.6,
    "heavysgd, plain steps, float32": 1 / 1.8,
}


def ratios(bench: dict) -> list[tuple[str, float, float, bool]]:
    """(what, ratio of medians to plain steps, goal, whether it is met) for every goal that was measured."""
    times = _medians(bench)
    plain = times["heavysgd, plain steps"]
    found = [
        (name, times[name] / plain, goal, times[name] / plain >= goal) for name, goal in GOALS.items() if name in times
    ]
    return found + [(name, times[name] / plain, goal, times[name] / plain <= goal) for name, goal in KINDS.items()]


def plane_costs(space: dict) -> list[tuple[str, float, float]]:
    """(what, ns a step on the line, ns a step in the plane): medians, by what is asked of a path."""
    times = _medians(space)
    asked = [name.removeprefix("line, ") for name in times if name.startswith("line, ")]
    return [(what, times[f"line, {what}"], times[f"plane, {what}"]) for what in asked]


def _medians(record: dict) -> dict[str, float]:
    return {name: statistics.median(values) for name, values in record["nanoseconds_per_step"].items()}


def split_differences(sgd: hs.SGD, basin: int, n_paths: int, max_steps: int, seed: int) -> tuple[int, int]:
    """Paths whose first exit differs between one thread, two, and three pieces; and between two seeds."""
    start = sgd.landscape.minima[basin]
    run = lambda size, **more: hs.first_exit(sgd, start, n_paths=size, max_steps=max_steps, **more)  # noqa: E731
    whole, two = run(n_paths, seed=seed, threads=1), run(n_paths, seed=seed, threads=2)
    sizes = [n_paths // 3, n_paths // 2, n_paths - n_paths // 3 - n_paths // 2]
    firsts = np.cumsum([0, *sizes[:-1]])
    pieces = np.concatenate([run(size, seed=seed, first_path=int(first)).position for first, size in zip(firsts, sizes)])
    differ = (whole.position != two.position) | (whole.steps != two.steps) | (whole.position != pieces)
    return int(differ.sum()), int((whole.position != run(n_paths, seed=derived(seed, "another")).position).sum())


def paired_ratio(single: np.ndarray, double: np.ndarray) -> Measured:
    """Ratio of two means over the same paths, with the error of the paired differences."""
    ratio = single.mean() / double.mean()
    return Measured(float(ratio), float(np.std(single - ratio * double, ddof=1) / np.sqrt(single.size) / double.mean()))


# The peak of this program's own memory: ru_maxrss would count what the parent held when it was started, where Linux
# keeps VmHWM beside it.
_CHILD = """
import pathlib, re, resource
import heavysgd as hs
f = hs.landscapes.wang_oh_rhee()
sgd = hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5, radius=1.6)
status = pathlib.Path("/proc/self/status")
for steps in {steps}:
    {call}
    own = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
    print(float(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_CALLS = {
    "occupation": "hs.occupation(sgd, f.minima[1], n_steps=steps, n_paths=64, progress=False)",
    "hops": "hs.hops(sgd, f.minima[1], n_steps=steps, distance=0.1, n_paths=64, progress=False)",
    "every step kept": "hs.sample_path(sgd, f.minima[1], n_steps=steps, every=1, n_paths=64, progress=False)",
}


def peak_memory(what: str, *steps: int) -> list[float]:
    """Peak memory of a process of its own after each of its runs of 64 paths, in a unit that cancels in ratios.

    steps : of each run, ascending. Another process has gone before it, so that the kernel is on disk: compiling takes more
    memory than running.
    """
    _peaks(what, (64,))
    return _peaks(what, steps)


def _peaks(what: str, steps: Sequence[int]) -> list[float]:
    code = _CHILD.format(call=_CALLS[what], steps=steps)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return [float(line) for line in said.split()]


def exits_fit(record: dict, alpha: float | None = None) -> Measured:
    """P-value of the numbers of exits of a device record under the exact kernel's probabilities (chi squared, one degree
    of freedom a row); with `alpha`, under those of another tail index."""
    square = 0.0
    for row in record["exits"]:
        p = (row["exact_exits"] if alpha is None else _expected(row, alpha)) / row["paths"]
        square += (row["exits"] - row["paths"] * p) ** 2 / (row["paths"] * p * (1 - p))
    return Measured(float(stats.chi2.sf(square, len(record["exits"]))))


def _expected(row: dict, alpha: float) -> float:
    """Exits of a row of the device record that a law of tail index `alpha` leads to expect."""
    f = hs.landscapes.wang_oh_rhee()
    exit = hs.exact.first_exit(hs.SGD(f, hs.Lomax(alpha, 0.1), row["eta"], row["b"]), f.minima[1], tolerance=1e-4)
    return row["paths"] * float(1 - exit.survival(row["max_steps"]))
