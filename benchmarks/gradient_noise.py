"""Gradient noise at random initialisation, the top of the paper's Figure A.1: `python benchmarks/gradient_noise.py`.

|g_SB - g_LB| of mini-batches of 100 for LeNet on the Fashion-MNIST task, as the scripts that the paper adapted initialise
it and as PyTorch does: a minute. The record is results/deep/gradient-noise.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch
from companion.ledger.origin import origin
from companion.paths import ROOT
from companion.subjects.networks.gradient_noise import mini_batch_noise
from fashion import images
from heavysgd.deep import experiment as lab
from heavysgd.deep import nets

DIGITS = 6  # of a norm in the record


def as_torch_does(classes: int = 10) -> torch.nn.Sequential:
    """The same network with the initialisation of PyTorch's own layers."""
    net = nets.lenet_small(classes)
    for layer in net:
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
            layer.reset_parameters()
    return net


STARTS: dict[str, Callable] = {"scripts": nets.lenet_small, "PyTorch": as_torch_does}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="mini-batches a seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--target", type=Path, default=ROOT / "results" / "deep" / "gradient-noise.json")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    whole, norms = images(), {}
    for name, net in STARTS.items():
        task = lab.Task("fashion", net, whole)
        found = [mini_batch_noise(task, 0, given.count, seed) for seed in range(given.seeds)]
        norms[name] = [[round(float(x), DIGITS) for x in sample] for sample in found]
        print(f"{name}: {given.seeds} seeds, medians {[round(float(sorted(s)[len(s) // 2]), 3) for s in norms[name]]}")
    record = {"batch": task.batch, "images": len(whole.train_labels), "norms": norms, "origin": origin()}
    given.target.parent.mkdir(parents=True, exist_ok=True)
    given.target.write_text(json.dumps(record, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
