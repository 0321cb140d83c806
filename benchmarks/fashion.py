"""The first row of the paper's Table 2 by the protocol that the paper states: `make deep TASK=fashion`.

LeNet of 11 330 weights on the first 1 200 training images of Fashion-MNIST, 200 of them with drawn labels; tested on all
10 000. Beside the table's methods, controls that could explain them away, and other readings of the text. On a CPU a
full-batch step takes 70 ms and a run of ours twenty minutes.
"""

from __future__ import annotations

import math

import rows
from heavysgd.deep import GaussianFactor, ParetoFactor, ParetoFromC, data, nets
from heavysgd.deep import experiment as lab
from rows import Entry

LR, CLIP, ALPHA, C = 0.05, 5.0, 1.4, 0.5  # CLIP of the gradient's norm: updates are cut at LR CLIP
STEPS, QUIET = 10_000, 5000
LONGEST = 50_000  # steps in which SB is given time to come to the training loss of Our 2


def images() -> data.Images:
    """The first 1 200 training images, those numbered 1000 to 1199 with drawn labels; all 10 000 test images."""
    return data.relabelled(data.fashion_mnist(scale=(127.5, 127.5)))


def groups(recorded: list[dict]) -> dict[str, list[Entry]]:
    """By group: methods, each with its steps and the steps of full-batch descent that follow."""
    lb, sb, clip, _, our_1, our_2 = lab.six_methods(LR * CLIP, ALPHA, C)
    mean = C / (ALPHA - 1)
    named = lab.matched
    light, gauss = ParetoFactor(50.0, mean * 49), GaussianFactor(mean * math.sqrt(math.pi / 2))
    return {
        "plain": [Entry(sb, STEPS), Entry(clip, STEPS), Entry(lb, STEPS)],
        "ours": [Entry(our_2, STEPS, QUIET), Entry(our_1, STEPS, QUIET)],
        "half": [Entry(named(our_2, "Our 2, half batches", star="half"), STEPS, QUIET)],
        "controls": [
            Entry(named(sb, "SB, then LB"), STEPS, QUIET),
            Entry(named(clip, "SB + Clip, then LB"), STEPS, QUIET),
            Entry(named(sb, "SB, 15 000"), STEPS + QUIET),
            Entry(named(sb, "SB, 30 000"), 3 * STEPS),
        ],
        "light": [
            Entry(named(our_2, "Our 2, light Z", noise=light), STEPS, QUIET),
            Entry(named(our_2, "Our 2, Gaussian Z", noise=gauss), STEPS, QUIET),
        ],
        "equal": [
            Entry(named(sb, "SB, loss of Our 2", stop_at=run["train_loss"]), LONGEST, seed=run["seed"])
            for run in recorded if run["method"] == "Our 2"
        ],
        "readings": [
            Entry(named(our_2, "Our 2, LB inside"), STEPS - QUIET, QUIET),
            Entry(named(our_1, "Our 1, LB inside"), STEPS - QUIET, QUIET),
            Entry(named(our_2, "Our 2, Pareto from c", noise=ParetoFromC(ALPHA, C)), STEPS, QUIET),
            Entry(named(our_1, "Our 1, Pareto from c", noise=ParetoFromC(ALPHA, C)), STEPS, QUIET),
            Entry(named(our_2, "Our 2, b = 5", b=CLIP), STEPS, QUIET),
            Entry(named(our_1, "Our 1, b = 5", b=CLIP), STEPS, QUIET),
        ],
        "unclipped": [Entry(lab.unclipped(ALPHA, C), STEPS)],
    }  # fmt: skip


ROW = rows.Row("fashion", nets.lenet_small, images, groups)

if __name__ == "__main__":
    rows.main(ROW)
