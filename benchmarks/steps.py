"""Time per trajectory-step against peers, all in one run: `make bench`.

Measurements are interleaved, round by round, so that a machine that slows down slows everything down; minima and
medians over the rounds are reported, and ratios of medians. Ours come in four kinds: plain steps, first exits, hops,
and a histogram of every step. Written to _build/bench/steps.json with the machine and the versions.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import heavysgd as hs
from peers import ALPHA, ETA, LANDSCAPE, PEERS, RADIUS, SCALE, START, B

ROUNDS = 7
PATHS, STEPS = 128, 100_000
TARGET = Path(__file__).parents[1] / "_build" / "bench" / "steps.json"


def ours() -> dict[str, tuple[Callable[[], object], int]]:
    """Name: (call, trajectory-steps it makes)."""
    sgd = hs.SGD(LANDSCAPE, hs.Lomax(ALPHA, SCALE), ETA, B, RADIUS)
    quiet = {"progress": False}
    exits = hs.first_exit(sgd, START, 256, 10**9, seed=1, **quiet)  # also compiles
    work = PATHS * STEPS
    return {
        "heavysgd, plain steps": (lambda: hs.sample_path(sgd, START, STEPS, STEPS, PATHS, **quiet), work),
        "heavysgd, first exits": (lambda: hs.first_exit(sgd, START, 256, 10**9, seed=1, **quiet), int(exits.steps.sum())),
        "heavysgd, hops": (lambda: hs.hops(sgd, START, STEPS, 0.05, PATHS, **quiet), work),
        "heavysgd, histogram of every step": (lambda: hs.occupation(sgd, START, STEPS, PATHS, bins=320, **quiet), work),
    }


def installed_peers() -> tuple[dict[str, tuple[Callable[[], object], int]], list[str]]:
    """The peers whose libraries are there, and the names of those left out."""
    found, missing = {}, []
    for name, (make, paths, steps) in PEERS.items():
        try:
            run = make()
        except ImportError as error:
            missing.append(f"{name} ({error.name} is not installed)")
            continue
        found[name] = (lambda run=run, paths=paths, steps=steps: run(paths, steps), paths * steps)
    return found, missing


def measure(candidates: dict[str, tuple[Callable[[], object], int]]) -> dict[str, list[float]]:
    """Nanoseconds per trajectory-step of every candidate, one number a round."""
    times = {name: [] for name in candidates}
    for call, _ in candidates.values():
        call()  # compile, warm up
    for _ in range(ROUNDS):
        for name, (call, work) in candidates.items():
            start = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - start) / work * 1e9)
    return times


def main() -> None:
    peers, missing = installed_peers()
    times = measure(ours() | peers)
    plain = statistics.median(times["heavysgd, plain steps"])
    print(f"{'':36}{'min':>9}{'median':>9}  ns a step    {'x plain steps':>13}")
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:36}{min(values):9.2f}{middle:9.2f}{middle / plain:25.2f}")
    for name in missing:
        print(f"{name}: left out")
    record = {
        "nanoseconds_per_step": times,
        "left_out": missing,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10,
        "machine": {"processor": _processor(), "threads": hs.simulate.threads.thread_count(None)},
        "versions": {"python": platform.python_version(), **{p: version(p) for p in ("numba", "numpy", "sympy")}},
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(record, indent=1))
    print(f"written to {TARGET.relative_to(TARGET.parents[2])}")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


if __name__ == "__main__":
    main()
