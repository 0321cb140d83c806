"""A scaled-down VGG11 on a tenth of CIFAR-10, for a CPU: `make deep TASK=cifar10-small`. Not the paper's row.

An eighth of the width (153 530 parameters), the first 5,000 training images, 3,000 steps, and for the methods that end with
a noise-free phase 500 more; b, c, alpha, the learning rate and the large batch of a thousand are those of `vgg.py`. The
whole test set is used. Where CIFAR10_IMAGES names a file of JPEG images, what that has lost stays lost, and the record says
so.
"""

from __future__ import annotations

import sys
from functools import partial

import rows
import vgg
from heavysgd.deep import data, nets
from heavysgd.deep import experiment as lab
from rows import Entry

STEPS, QUIET, SIZE, WIDTH = 3000, 500, 5000, 1 / 8


def images() -> data.Images:
    """The first 5,000 training images, none with a wrong label."""
    return data.relabelled(vgg.images("cifar10"), SIZE, slice(0, 0))


def groups(recorded: list[dict]) -> dict[str, list[Entry]]:
    """By group: methods, each with its steps and the steps on the large batch that follow."""
    _, sb, clip, noise, our_1, our_2 = lab.six_methods(vgg.LR * vgg.CLIP, vgg.ALPHA, vgg.C)
    return {
        "mini": [Entry(sb, STEPS), Entry(clip, STEPS)],
        "half": [Entry(lab.matched(our_2, "Our 2, half batches", star="half"), STEPS, QUIET)],
        "controls": [
            Entry(lab.matched(sb, "SB, then LB"), STEPS, QUIET),
            Entry(lab.matched(noise, "SB + Noise, half batches", star="half"), STEPS, QUIET),
        ],
        "ours": [Entry(our_2, STEPS, QUIET)],
        "our 1": [Entry(our_1, STEPS, QUIET)],
    }


def row() -> rows.Row:
    """The row; its name tells of JPEG images where they are used."""
    file = vgg.file_named_for("cifar10")
    name = "cifar10-small-jpeg" if "jpeg" in file else "cifar10-small"
    return rows.Row(name, partial(nets.vgg11, width=WIDTH), images, groups, vgg.LR, vgg.LARGE, draws=20, file=file)


if __name__ == "__main__":
    rows.main(row(), sys.argv[1:])
