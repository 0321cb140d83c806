"""VGG11 on CIFAR-10 or SVHN by the protocol of the paper's Table 2: `make deep TASK=cifar10`. For a GPU.

The gradient of all images takes five hundred times that of a mini-batch, so a large batch of a thousand, drawn anew in
every step, stands for it. Steps are made in half precision (bfloat16, as `torch.autocast` has it), measurements in TF32,
the sharpness from twenty draws. Images are the official files, or those that CIFAR10_IMAGES and SVHN_IMAGES name
(`heavysgd.deep.data.from_npz` says what they hold).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial

import rows
import torch
from heavysgd.deep import data, nets
from heavysgd.deep import experiment as lab
from rows import Entry

LR, CLIP, ALPHA, C = 0.05, 20.0, 1.4, 0.5
STEPS, QUIET, LARGE = 30_000, 5000, 1000
SUBSET = 25_000  # of SVHN's training images: the paper trains on as many
SCALE = (0.0, 255.0)  # of pixels
OFFICIAL: dict[str, Callable[..., data.Images]] = {"cifar10": data.cifar10, "svhn": data.svhn}


def file_named_for(name: str) -> str:
    """The file of images that the environment names for a data set, empty for the official files."""
    return os.environ.get(f"{name.upper()}_IMAGES", "")


def images(name: str) -> data.Images:
    """A data set from the file that was named for it, or from its official files."""
    file = file_named_for(name)
    whole = data.from_npz(file, SCALE) if file else OFFICIAL[name](SCALE)
    return data.relabelled(whole, SUBSET, slice(0, 0)) if name == "svhn" else whole


def groups(recorded: list[dict]) -> dict[str, list[Entry]]:
    """By group: methods, each with its steps and the steps on the large batch that follow."""
    _, sb, clip, _, our_1, our_2 = lab.six_methods(LR * CLIP, ALPHA, C)
    return {
        "sb": [Entry(sb, STEPS)],
        "clip": [Entry(clip, STEPS)],
        "half": [Entry(lab.matched(our_2, "Our 2, half batches", star="half"), STEPS, QUIET)],
        "our2": [Entry(our_2, STEPS, QUIET)],
        "our1": [Entry(our_1, STEPS, QUIET)],
        "controls": [Entry(lab.matched(sb, "SB, then LB"), STEPS, QUIET)],
        "short": [Entry(lab.matched(sb, "SB, 10 000"), STEPS // 3)],
    }


def row(name: str) -> rows.Row:
    """The row of a data set."""
    return rows.Row(name, nets.vgg11, partial(images, name), groups, LR, LARGE, torch.bfloat16, 20, file_named_for(name))


if __name__ == "__main__":
    rows.main(row(sys.argv[1]), sys.argv[2:])
