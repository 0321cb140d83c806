"""The tail of gradient noise, measured: as mini-batches make it, and after injection and truncation."""

from __future__ import annotations

import heavysgd as hs
import numpy as np
import torch
from heavysgd.deep import ParetoFactor
from heavysgd.deep import experiment as lab
from heavysgd.deep.training import Trainer
from heavysgd.inference import Measured

from companion.ledger.seeds import derived
from companion.subjects.networks.wrapper import flat


def mini_batch_noise(task: lab.Task, iterations: int, count: int, seed: int) -> np.ndarray:
    """|g_SB - g_LB| for `count` mini-batches at the point that so many steps of plain SGD have reached."""
    trainer = Trainer(task, lab.Method("SB"), derived(seed, "training"))
    trainer.advance(iterations)
    parameters = list(trainer.model.parameters())
    images, labels = task.data.train, task.data.train_labels
    slope = lambda chosen: flat(torch.autograd.grad(trainer.loss(images[chosen], labels[chosen]), parameters))  # noqa: E731
    large, generator = slope(slice(None)), torch.Generator().manual_seed(derived(seed, "mini-batches"))
    batches = (torch.randperm(len(labels), generator=generator)[: task.batch] for _ in range(count))
    return np.array([float((slope(batch) - large).norm()) for batch in batches])


def injected(norms: np.ndarray, factor: ParetoFactor, seed: int) -> np.ndarray:
    """The norms after "our 2": |(1 + Z)(g_SB - g_LB)|, with a Z of its own for each."""
    return norms * np.array([1 + factor.draw(seed, step) for step in range(norms.size)])


def tail_shape(sample: np.ndarray, share: float = 0.1) -> Measured:
    """1 / alpha from the largest `share` of a sample by maximum likelihood; 0 for a light tail."""
    found = hs.inference.pareto_ml(sample, float(np.quantile(sample, 1 - share)))
    shape = 1 / found.value
    return Measured(shape, (1 + shape) / np.sqrt(found.exceedances))
