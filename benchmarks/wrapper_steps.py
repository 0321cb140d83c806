"""Microseconds of an optimizer's step, bare and wrapped, on one thread: what the two thresholds cost without noise.

`python benchmarks/wrapper_steps.py` measures plain SGD and AdamW on parameters of two sizes, and whole training steps of
a perceptron of 10^5 parameters, interleaved round by round. Where others use the machine, what counts is the processor's
time and not the wall's, and the least of the rounds. Added to _build/bench/training.json, or with `--record` to
results/bench/training.json, which the book shows, with an origin of its own beside what `training_steps.py` put there.
Takes two minutes.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable

import torch
from companion.ledger.origin import origin
from heavysgd.deep import TruncatedHeavyTailed
from steps import Candidate, measure, place
from torch import nn

WAYS = {  # thresholds that are looked at and never reached: a step that is cut is rare, and costs a little more
    "clip_norm": {"clip_norm": 1e9},
    "max_update": {"max_update": 1e9},
    "both": {"max_update": 1e9, "clip_norm": 1e9},
    '"auto"': {"max_update": "auto"},
}
SIZES = {100_000: (10, 4), 1_000_000: (20, 1)}  # tensors, steps that are timed together
ROUNDS = 30  # short ones, so that some are not interrupted
BASES = {"SGD": lambda of: torch.optim.SGD(of, lr=1e-9), "AdamW": lambda of: torch.optim.AdamW(of, lr=1e-9)}


def repeated(call: Callable[[], object], steps: int) -> Candidate:
    """So many calls as one."""
    return lambda: [call() for _ in range(steps)], steps


def wrapped(base: Callable, parameters: list) -> dict[str, torch.optim.Optimizer]:
    """By way: the same base for the same parameters, bare and with each of the thresholds."""
    return {"bare": base(parameters)} | {
        way: TruncatedHeavyTailed(base(parameters), **bounds) for way, bounds in WAYS.items()
    }


def steps_alone(size: int) -> dict[str, dict[str, Candidate]]:
    """Steps on gradients that stay what they are."""
    tensors, steps = SIZES[size]
    found = {}
    for name, base in BASES.items():
        parameters = [nn.Parameter(torch.randn(size // tensors)) for _ in range(tensors)]
        for p in parameters:
            p.grad = torch.randn_like(p)
        found[name] = {way: repeated(optimizer.step, steps) for way, optimizer in wrapped(base, parameters).items()}
    return found


def steps_in_training() -> dict[str, dict[str, Candidate]]:
    """Forward and backward pass, and the step: a perceptron on mini-batches of 100."""
    model = nn.Sequential(nn.Linear(784, 120), nn.ReLU(), nn.Linear(120, 60), nn.ReLU(), nn.Linear(60, 10))
    x, y = torch.randn(100, 784), torch.randint(0, 10, (100,))

    def step(optimizer):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    optimizers = wrapped(BASES["SGD"], list(model.parameters()))
    return {"SGD, in training": {way: repeated(lambda o=o: step(o), 2) for way, o in optimizers.items()}}


def record() -> dict:
    """Microseconds of the processor a step, by size, base and way, one number a round."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    found = {}
    for size in SIZES:
        candidates = steps_alone(size) | (steps_in_training() if size == 100_000 else {})
        flat = {(base, way): run for base, ways in candidates.items() for way, run in ways.items()}
        times = measure(flat, ROUNDS, time.thread_time)
        found[str(size)] = {
            base: {way: [ns / 1e3 for ns in times[base, way]] for way in ways} for base, ways in candidates.items()
        }
    return found


def main() -> None:
    warnings.filterwarnings("ignore", message=".*has cut none")
    target = place("training")
    there = json.loads(target.read_text()) if target.exists() else {}
    there["wrapper"] = {"microseconds_per_step": record(), "origin": origin()}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(there, indent=1) + "\n")
    for size, bases in there["wrapper"]["microseconds_per_step"].items():
        for base, times in bases.items():
            bare = min(times["bare"])
            print(f"{size:>9} {base:18}{bare:10.1f} us bare", *(f"{way} {min(t) / bare:.2f}" for way, t in times.items()))


if __name__ == "__main__":
    main()
