"""Seconds of a training step on the paper's two networks, on one thread: what its table costs without a GPU.

`python benchmarks/training_steps.py` measures plain mini-batches, Our 2, and the large batch of the noise-free phase, in
turns, round by round. Pixels are drawn at random: the time does not depend on them. Written to _build/bench/training.json,
or with `--record` to results/bench, which the book shows. Takes some minutes.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import deep
import fashion
import torch
import vgg
from heavysgd.deep import data, nets
from heavysgd.deep import experiment as lab
from heavysgd.deep.training import Trainer
from steps import Candidate, beside, measure, write


def _schedule(row, large: int) -> dict:
    return {"large": large, "iterations": row.STEPS, "quiet": row.QUIET, "clip": row.CLIP, "c": row.C}


# Network, shape of an image, schedule with the images of the large batch, and steps that are timed together.
TASKS = {
    "fashion": (nets.lenet_small, (1, 28, 28), _schedule(fashion, 1200), 20),
    "cifar10": (nets.vgg11, (3, 32, 32), _schedule(vgg, vgg.LARGE), 1),
}


def candidates(name: str) -> dict[str, Candidate]:
    """A few steps of each kind, by method."""
    net, shape, schedule, steps = TASKS[name]
    size = schedule["large"]
    generator = torch.Generator().manual_seed(0)
    pixels, labels = torch.randn(size, *shape, generator=generator), torch.randint(0, 10, (size,), generator=generator)
    task = lab.Task(name, net, data.images(pixels, labels, pixels[:1], labels[:1]), iterations=10**9)
    timed = {method.name: method for method in lab.six_methods(task.lr * schedule["clip"], deep.ALPHA, schedule["c"])}
    trainers = {method: Trainer(task, timed[method], seed=0) for method in ("SB", "LB", "Our 2")}
    return {method: (lambda trainer=trainer: trainer.advance(steps), steps) for method, trainer in trainers.items()}


def record() -> None:
    """Measures and writes."""
    torch.set_num_threads(1)
    found = {}
    for name, (_, _, schedule, _) in TASKS.items():
        seconds = {method: [ns / 1e9 for ns in values] for method, values in measure(candidates(name)).items()}
        found[name] = schedule | {"seconds_per_step": seconds}
    write("training", {"tasks": found} | beside("training"))


if __name__ == "__main__":
    os.environ.update(deep.MEMORY)  # of the process to come, as in the recorded runs
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(record).result()
