"""The top left of the paper's Figure A.1, page 26: how long the noise of a mini-batch's gradient is at initialisation,
and after some steps of plain SGD.

LeNet of 11 330 weights, the first 1 200 training images of Fashion-MNIST, 200 of them with drawn labels; batches of 100
without replacement. The record is results/deep/gradient-noise.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from companion.ledger.origin import origin
from companion.paths import ROOT
from companion.subjects.networks.gradient_noise import mini_batch_noise
from fashion import images
from heavysgd.deep import experiment as lab
from heavysgd.deep import nets
from tqdm import tqdm

SEEDS = 3  # random initialisations
STEPS = (0, 3000)  # of plain SGD before the noise is measured


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=1000, help="mini-batches at each point")
    parser.add_argument("--target", type=Path, default=ROOT / "results" / "deep" / "gradient-noise.json")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    task = lab.Task("fashion", nets.lenet_small, images())
    points = [(steps, seed) for steps in STEPS for seed in range(SEEDS)]
    runs = [
        {"steps": steps, "seed": seed, "norms": mini_batch_noise(task, steps, given.batches, seed).tolist()}
        for steps, seed in tqdm(points, unit="point")
    ]
    record = {"origin": origin(), "network": "lenet_small", "batch": task.batch, "runs": runs}
    given.target.write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
