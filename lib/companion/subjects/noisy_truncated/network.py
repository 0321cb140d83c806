"""A network on the bundled digits by SGD, T-SGD and NT-SGD: the share of the gradient's components kept, and accuracy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from heavysgd.deep import data

from companion.subjects.noisy_truncated.study import Method, truncated

_HIDDEN, _BATCH, _RATE = 100, 32, 0.1
EARLY, LATE = 200, 500  # steps at the beginning and at the end over which shares are averaged


class Found(NamedTuple):
    """Of each replicate: share of components kept in the first and in the last steps, and test accuracy; (replicates,)."""

    early: np.ndarray
    late: np.ndarray
    accuracy: np.ndarray


def trained(method: Method, n_steps: int, seeds: list[int]) -> Found:
    """One network for each seed, 64 - 100 - 10 with ReLU, batches of 32, learning rate 0.1."""
    runs = [_run(method, n_steps, seed) for seed in seeds]
    return Found(*map(np.array, zip(*runs)))


def _run(method: Method, n_steps: int, seed: int) -> tuple[float, float, float]:
    whole, rng = data.digits(), np.random.default_rng(seed)
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(64, _HIDDEN), torch.nn.ReLU(), torch.nn.Linear(_HIDDEN, 10))
    images, test = (part.reshape(len(part), -1).float() for part in (whole.train, whole.test))
    parameters, early, late = list(net.parameters()), [], []
    for step in range(n_steps):
        chosen = torch.from_numpy(rng.integers(0, len(images), _BATCH))
        loss = torch.nn.functional.cross_entropy(net(images[chosen]), whole.train_labels[chosen])
        g = torch.nn.utils.parameters_to_vector(torch.autograd.grad(loss, parameters)).numpy()
        if step < EARLY or step >= n_steps - LATE:
            (early if step < EARLY else late).append(share(g, method.epsilon))
        w = torch.nn.utils.parameters_to_vector(parameters).detach().numpy()
        moved = method.step(w, g, _RATE, rng).astype(np.float32)
        torch.nn.utils.vector_to_parameters(torch.from_numpy(moved), parameters)
    with torch.no_grad():
        right = float((net(test).argmax(dim=1) == whole.test_labels).float().mean())
    return float(np.mean(early)), float(np.mean(late)), right


def share(g: np.ndarray, epsilon: float) -> float:
    """Of the components of a gradient that are kept; the components of dead units, exactly zero, count as left out."""
    return float((truncated(g, epsilon) != 0).mean())


def gaussian_share(epsilon: float, size: int = 100_000) -> float:
    """The same of a gradient of that many normal components, by their quantiles."""
    from scipy.stats import norm

    return share(norm.ppf((np.arange(size) + 0.5) / size), epsilon)
