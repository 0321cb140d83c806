"""What a CUDA device can do: parity with the CPU, speed, exits at learning rates a CPU cannot reach. `make gpu`.

Three parts, each a few minutes and each written as soon as it is done to results/gpu/<part>.json with device, driver,
versions, commit and seed: `python benchmarks/gpu.py [parity] [speed] [exits]`. Needs CuPy and a device; stops with the
reason where there is none.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import heavysgd as hs
import numpy as np
from companion.ledger.origin import origin
from companion.paths import ROOT
from heavysgd.simulate.cuda.device import CupyDevice
from peers import ALPHA, ETA, LANDSCAPE, RADIUS, SCALE, START, B, gradient

SEED = 20261124
LAWS = [hs.Lomax(1.2, 0.1), hs.Lomax(1.5, 0.1, p_plus=0.3), hs.Pareto(1.4, 0.05), hs.StudentT(1.3, 0.2)]
LAWS += [hs.SymmetricStable(1.4, 0.2), hs.Gaussian(1.0)]
QUIET = {"progress": False, "seed": SEED}
ROUNDS = 3
COMPILERS = 16  # processes that compile the recursions of the parity
PATHS = 131_072  # of the study of exits: they fill the device
# Threshold, learning rate, exits to be seen: fewer where one takes 1e9 steps.
EXITS = [(None, 1e-5, 10_000), (0.5, 1e-4, 10_000), (0.5, 1e-5, 4000), (0.28, 1e-3, 10_000), (0.28, 3e-4, 4000)]
EXITS += [(0.28, 1e-4, 1000)]


def parity() -> dict:
    """Every law and simulation on both engines, on the line and in R^d: greatest distance of paths, share of equal exits,
    hops, counts."""
    cases = [(name, "float64") for name in recursions()] + [(next(iter(recursions())), "float32")]
    with ProcessPoolExecutor(COMPILERS, get_context("spawn")) as pool:
        found = list(pool.map(_compared, *zip(*cases)))
    return {f"{name}, {dtype}" if dtype == "float32" else name: row for (name, dtype), row in zip(cases, found)}


def _compared(name: str, dtype: str) -> dict:
    warnings.simplefilter("ignore", hs.AssumptionWarning)
    cpu, cuda = (_simulated(recursions()[name], backend, dtype) for backend in ("cpu", "cuda"))
    return {
        "greatest_distance": float(np.max(np.abs(cpu["paths"] - cuda["paths"]))),
        "equal_exits": float(np.mean(cpu["exits"].steps == cuda["exits"].steps)),
        "equal_counts": float(np.mean(cpu["occupation"].counts == cuda["occupation"].counts)),
        "equal_hops": bool(all(np.array_equal(a, b) for a, b in zip(cpu["hops"][:3], cuda["hops"][:3]))),
    }


def recursions() -> dict[str, hs.Recursion]:
    """By name: the paper's landscape under every law; fields found by flow; three dimensions cut by coordinates."""
    found = {repr(law): hs.SGD(LANDSCAPE, law, 0.002, B, RADIUS) for law in LAWS}
    plane, wells = hs.landscapes.warped_himmelblau(), hs.landscapes.two_wells()
    found["plane, fields by flow"] = hs.SGD(plane, hs.Isotropic(hs.Pareto(1.2, 0.25), 2), 0.02, 4.0)
    cube, law = hs.landscapes.separable(wells, wells, wells), hs.Independent(hs.Lomax(1.2, 0.5), 3)
    found["space, cut by coordinates"] = hs.SGD(cube, law, 0.02, 0.6, truncation="coordinates")
    return found | neighbours()


def neighbours() -> dict[str, hs.Recursion]:
    """By name: the recursions of Part II, on the line."""
    wells, law = hs.landscapes.two_wells(), hs.Lomax(1.4, 0.5)
    x = wells.symbol
    parabolas, samples = hs.landscapes.parabolic_wells((4.0, 4.0), barrier=0.03), (wells, law, 1.5 * x**2)
    return {
        "state-dependent": hs.StateDependentSGD(wells, law, 1 + x**2 / 2, 0.02, 0.41),
        "Hessian-shaped": hs.HessianShapedSGD(parabolas, law, 0.02, batch=0.5, b=0.7),
        "anti-Ito": hs.ConventionSGD(wells, law, 1 + x**2 / 2, 0.02, 0.41, convention=1.0),
        "regression": hs.MiniBatchRegression(wells, law, 0.05, batch=3),
        "two samples": hs.TwoSampleSGD(*samples, 0.1),
        "AMSGrad on two samples": hs.AdaptiveSGD(*samples, 0.05),
        "averaged regression": hs.AveragedRegression(wells, law, 0.05, batch=3, rate=0.1),
        "noise on labels": hs.LabelNoiseSGD(wells, hs.Gaussian(4.0), x**2, 0.05),
        **{f"eight bits, {kind}": _eight_bits(kind) for kind in ("full", "naive", "corrected")},
    }


def _eight_bits(kind: str) -> hs.Recursion:
    wells = hs.Landscape("4*(x**2 - 1)**2", bounds=(-2, 2))
    return hs.LowPrecisionSGLD(wells, hs.Gaussian(1.0), eta=0.01, spacing=1 / 64, kind=kind, spread=1.0)


def _simulated(sgd: hs.Recursion, backend: str, dtype: str) -> dict:
    where, (start, other) = {"n_paths": 256, "backend": backend, "dtype": dtype, **QUIET}, sgd.landscape.minima[[1, 0]]
    return {
        "paths": hs.sample_path(sgd, start, n_steps=1000, every=10, **where),
        "exits": hs.first_exit(sgd, other, max_steps=100_000, **where),
        "occupation": hs.occupation(sgd, start, n_steps=10_000, bins=200, **where),
        "hops": hs.hops(sgd, other, n_steps=10_000, distance=0.1, **where),
    }


def speed() -> dict:
    """Trajectory-steps a second against the number of paths, ours on both engines and peers on the device; medians."""
    sgd = hs.SGD(LANDSCAPE, hs.Lomax(ALPHA, SCALE), ETA, B, RADIUS)
    curves = {}
    for n_paths in (1, 16, 128, 1024, 10_000, 100_000, 1_000_000):
        steps = int(np.clip(4e9 / n_paths, 2000, 200_000))
        short = max(20, min(400, 40_000_000 // n_paths))  # of the peers, whose steps are launched one by one
        on_cpu = int(np.clip(5e7 / n_paths, 50, 200_000))  # a fifth of a second
        runs = {f"cuda {d}": (_plain(sgd, n_paths, steps, "cuda", d), steps) for d in ("float64", "float32")}
        runs["cpu float64"] = (_plain(sgd, n_paths, on_cpu, "cpu", "float64"), on_cpu)
        for name, make in PEERS.items():
            try:
                runs[name] = (make(n_paths, short), short)
            except ImportError as error:
                print(f"{name}: left out, {error.name} is not installed")
        curves[str(n_paths)] = {name: _rate(call, n_paths * made) for name, (call, made) in runs.items()}
        print(n_paths, {name: f"{rate:.3g}" for name, rate in curves[str(n_paths)].items()}, flush=True)
    work = {"n_paths": 100_000, "backend": "cuda", **QUIET}
    kinds = {
        "plain": lambda: hs.sample_path(sgd, START, n_steps=20_000, every=20_000, **work),
        "hops": lambda: hs.hops(sgd, START, n_steps=20_000, distance=0.05, **work),
        "histogram": lambda: hs.occupation(sgd, START, n_steps=20_000, bins=320, **work),
    }
    return {"steps_per_second": curves, "by_kind": {name: _rate(call, 2_000_000_000) for name, call in kinds.items()}}


def _plain(sgd: hs.SGD, n_paths: int, steps: int, backend: str, dtype: str) -> Callable:
    return lambda: hs.sample_path(
        sgd, START, n_steps=steps, every=steps, n_paths=n_paths, backend=backend, dtype=dtype, **QUIET
    )


def _rate(call: Callable, work: int) -> float:
    call()
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return work / statistics.median(seconds)


def _cupy_loop(n_paths: int, steps: int) -> Callable:
    import cupy

    slope, rng = gradient("cupy"), cupy.random.default_rng(0)

    def run():
        x = cupy.full(n_paths, START)
        for _ in range(steps):
            sign = cupy.where(rng.random(n_paths) < 0.5, 1.0, -1.0)
            z = SCALE * sign * ((1.0 - rng.random(n_paths)) ** (-1 / ALPHA) - 1.0)
            x = cupy.clip(x + cupy.clip(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)
        cupy.cuda.get_current_stream().synchronize()

    return run


def _torch_loop(n_paths: int, steps: int) -> Callable:
    import torch

    slope = gradient("torch")

    def run():
        x = torch.full((n_paths,), START, dtype=torch.float64, device="cuda")
        for _ in range(steps):
            sign = torch.where(torch.rand_like(x) < 0.5, 1.0, -1.0)
            z = SCALE * sign * ((1.0 - torch.rand_like(x)) ** (-1 / ALPHA) - 1.0)
            x = torch.clamp(x + torch.clamp(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)
        torch.cuda.synchronize()

    return run


def _jax_loop(n_paths: int, steps: int) -> Callable:
    from peers import jax_loop

    run = jax_loop()
    return lambda: run(n_paths, steps)


PEERS = {"CuPy elementwise": _cupy_loop, "PyTorch eager": _torch_loop, "JAX fori_loop": _jax_loop}


def exits() -> dict:
    """First exits from the second basin of the paper's landscape, far down in eta, beside the limit and the exact kernel.

    Enough paths to fill the device, each for a share of the mean exit time. The share of paths that leave within it is held
    against the exact one; the time under observation over the exits seen estimates the mean where the exit law is
    exponential, which holds from some 1 / eta steps on.
    """
    found = []
    for b, eta, wanted in EXITS:
        sgd = hs.SGD(LANDSCAPE, hs.Lomax(ALPHA, SCALE), eta, b)
        exact = hs.exact.first_exit(sgd, START)
        most = int(max(20 / eta, wanted * exact.mean / PATHS))
        start = time.perf_counter()
        seen = hs.first_exit(sgd, START, n_paths=PATHS, max_steps=most, backend="cuda", **QUIET)
        mean = hs.inference.censored_mean(seen.steps, seen.censored)
        row = {"b": b, "eta": eta, "max_steps": most, "paths": PATHS, "seconds": time.perf_counter() - start}
        row |= {"steps": int(seen.steps.sum()), "exits": mean.events}
        row |= {"exact_exits": PATHS * float(1 - exact.survival(most))}
        row |= {"mean": mean.value, "stderr": mean.stderr, "exact": exact.mean, "exact_error": exact.error}
        row |= {"limit": float(hs.theory.mean_exit_time(sgd, 1))}
        print(row, flush=True)
        found.append(row)
    return {"exits": found}


PARTS = {"parity": parity, "speed": speed, "exits": exits}


def main(names: list[str]) -> None:
    unknown = set(names) - set(PARTS)
    if unknown:
        sys.exit(f"{sorted(unknown)}: must be among {sorted(PARTS)}")
    if why_not := CupyDevice.why_not():
        sys.exit(f"no GPU results: {why_not}")
    warnings.simplefilter("ignore", hs.AssumptionWarning)
    for name in names or PARTS:
        record = PARTS[name]() | {"seed": SEED, "origin": origin(**_device())}
        target = ROOT / "results" / "gpu" / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(record, indent=1) + "\n")
        print(f"written to {target.relative_to(ROOT)}", flush=True)


def _device() -> dict:
    import cupy

    runtime = cupy.cuda.runtime
    return {
        "device": CupyDevice.name(),
        "driver": runtime.driverGetVersion(),
        "runtime": runtime.runtimeGetVersion(),
        "cupy": cupy.__version__,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
