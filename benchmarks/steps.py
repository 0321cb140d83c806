"""Time per trajectory-step against peers, all in one run: `make bench`.

Measurements are interleaved, round by round, so that a machine that slows down slows everything down; minima and
medians over the rounds are reported, and ratios of medians. Ours come in several kinds: plain steps, first exits, hops,
a histogram of every step, and plain steps in single precision. Then what a step costs against the number of paths, of
jumps an exit takes, and of basins; and, as a record of its own, the plane beside the line and the number of coordinates.
Written to _build/bench/steps.json and space.json, or with `--record` to results/bench, which the book shows.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import heavysgd as hs
import sympy
from companion.ledger.origin import origin
from companion.paths import ROOT
from peers import ALPHA, ETA, LANDSCAPE, PEERS, RADIUS, SCALE, START, B

ROUNDS = 9
PATHS, STEPS = 128, 100_000
QUIET = {"progress": False}
NOISE = hs.Lomax(ALPHA, SCALE)
Candidate = tuple[Callable[[], object], int]  # a call, and the trajectory-steps that it makes


def ours() -> dict[str, Candidate]:
    """The engine in the peers' setting. Exits: many paths, so that the lanes are full for most of the run."""
    sgd = hs.SGD(LANDSCAPE, NOISE, ETA, B, RADIUS)
    leave = lambda: hs.first_exit(sgd, START, n_paths=1500, max_steps=10**9, seed=1, **QUIET)  # noqa: E731
    exit_steps = int(leave().steps.sum())
    work = PATHS * STEPS
    plain = lambda dtype: hs.sample_path(sgd, START, n_steps=STEPS, every=STEPS, n_paths=PATHS, dtype=dtype, **QUIET)  # noqa: E731
    return {
        "heavysgd, plain steps": (lambda: plain("float64"), work),
        "heavysgd, plain steps, float32": (lambda: plain("float32"), work),
        "heavysgd, first exits": (leave, exit_steps),
        "heavysgd, hops": (lambda: hs.hops(sgd, START, n_steps=STEPS, distance=0.05, n_paths=PATHS, **QUIET), work),
        "heavysgd, histogram of every step": (
            lambda: hs.occupation(sgd, START, n_steps=STEPS, n_paths=PATHS, bins=320, **QUIET),
            work,
        ),
    }


def installed_peers() -> tuple[dict[str, Candidate], list[str]]:
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


def scaling() -> dict[str, dict[str, Candidate]]:
    """By what: value: candidate. Paths, jumps an exit takes, basins of the landscape."""
    sgd = hs.SGD(LANDSCAPE, NOISE, ETA, B, RADIUS)

    def chains(n_paths):
        steps = max(200, 4_000_000 // n_paths) if n_paths > 16 else 100_000
        return lambda: hs.sample_path(sgd, START, n_steps=steps, every=steps, n_paths=n_paths, **QUIET), n_paths * steps

    def exits(b):
        walk = hs.SGD(LANDSCAPE, NOISE, 0.05, b, RADIUS)
        run = lambda: hs.first_exit(walk, START, n_paths=1500, max_steps=10**9, seed=1, **QUIET)  # noqa: E731
        return run, int(run().steps.sum())

    def wells(k):
        landscape = hs.Landscape(-sympy.cos(sympy.Symbol("x")), bounds=(-3.0, 6.2831853 * (k - 1) + 3.0), name=f"{k} wells")
        walk = hs.SGD(landscape, NOISE, 0.05, 2.5)
        return lambda: hs.occupation(walk, 0.0, n_steps=20_000, n_paths=PATHS, bins=320, **QUIET), PATHS * 20_000

    return {
        "paths": {str(n): chains(n) for n in (1, 4, 16, 64, 128, 1024, 16_384, 131_072)},
        "jumps": {str(jumps): exits(b) for jumps, b in ((1, None), (2, 0.5), (3, 0.28))},
        "basins": {str(k): wells(k) for k in (1, 2, 4, 8, 16, 32)},
    }


def coordinates(d: int) -> Candidate:
    """Plain steps in d dimensions: two wells in each coordinate, isotropic noise, truncation of the norm."""
    pair = hs.landscapes.two_wells(3.0, 1.0)
    landscape, noise = (pair, NOISE) if d == 1 else (hs.landscapes.separable(*[pair] * d), hs.Isotropic(NOISE, d))
    walk = hs.SGD(landscape, noise, 0.01, 2.1)
    start = landscape.minima[0]
    return lambda: hs.sample_path(walk, start, n_steps=20_000, every=20_000, n_paths=PATHS, **QUIET), PATHS * 20_000


def plane() -> dict[str, Candidate]:
    """The paper's landscape on the line, and warped Himmelblau in the plane, by what is asked of a path."""
    sgds = {"line": hs.SGD(LANDSCAPE, NOISE, ETA, B, RADIUS)}
    sgds["plane"] = hs.SGD(hs.landscapes.warped_himmelblau(), hs.Isotropic(hs.Pareto(1.2, 0.25), 2), 0.005, 4.0)
    found, steps = {}, 20_000
    for where, sgd in sgds.items():
        start, bins = sgd.landscape.minima[1], 320 if where == "line" else 20
        found |= {
            f"{where}, plain steps": lambda sgd=sgd, x=start: hs.sample_path(
                sgd, x, n_steps=steps, every=steps, n_paths=PATHS, **QUIET
            ),
            f"{where}, hops": lambda sgd=sgd, x=start: hs.hops(
                sgd, x, n_steps=steps, distance=0.05, n_paths=PATHS, **QUIET
            ),
            f"{where}, histogram": lambda sgd=sgd, x=start, n=bins: hs.occupation(
                sgd, x, n_steps=steps, n_paths=PATHS, bins=n, **QUIET
            ),
        }
    return {name: (call, PATHS * steps) for name, call in found.items()}


def measure(
    candidates: dict[str, Candidate], rounds: int = ROUNDS, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Nanoseconds per trajectory-step of every candidate, one number a round."""
    times = {name: [] for name in candidates}
    for call, _ in candidates.values():
        call()  # compile, warm up
    for _ in range(rounds):
        for name, (call, work) in candidates.items():
            start = clock()
            call()
            times[name].append((clock() - start) / work * 1e9)
    return times


def table(times: dict[str, list[float]], plain: float) -> str:
    """Minimum, median, and the ratio of the median to ours."""
    lines = [f"{'':36}{'min':>9}{'median':>9}  ns a step    {'x plain steps':>13}"]
    for name, values in times.items():
        middle = statistics.median(values)
        lines.append(f"{name:36}{min(values):9.2f}{middle:9.2f}{middle / plain:25.2f}")
    return "\n".join(lines)


def main() -> None:
    warnings.simplefilter("ignore", hs.AssumptionWarning)  # speed alone is measured here
    peers, missing = installed_peers()
    times = measure(ours() | peers)
    plain = statistics.median(times["heavysgd, plain steps"])
    print(table(times, plain))
    print("".join(f"{name}: left out\n" for name in missing), end="")
    curves = {by: measure(candidates) for by, candidates in scaling().items()}
    for by, curve in curves.items():
        print(f"\nagainst the number of {by}\n{table(curve, plain)}")
    write("steps", {"nanoseconds_per_step": times, "scaling": curves, "left_out": missing})
    beside, by_coordinates = measure(plane()), measure({str(d): coordinates(d) for d in (1, 2, 3, 4, 6, 8)})
    print(f"\nthe plane beside the line\n{table(beside, plain)}\n\nagainst coordinates\n{table(by_coordinates, plain)}")
    write("space", {"nanoseconds_per_step": beside, "coordinates": by_coordinates})


def place(name: str) -> Path:
    """Of a record: in results/bench or _build/bench."""
    return ROOT / ("results" if "--record" in sys.argv else "_build") / "bench" / f"{name}.json"


def beside(name: str, part: str = "wrapper") -> dict:
    """The part of a record there that another script measures, and that is kept."""
    there = json.loads(place(name).read_text()) if place(name).exists() else {}
    return {part: there[part]} if part in there else {}


def write(name: str, record: dict) -> None:
    """The record with its origin and peak memory, to results/bench or _build/bench."""
    target = place(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    target.write_text(json.dumps(record | {"peak_mib": peak, "origin": origin()}, indent=1) + "\n")
    print(f"written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
