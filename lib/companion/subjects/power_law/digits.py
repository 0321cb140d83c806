"""The covariance of gradients of single digits along straight lines through a minimum of a small network.

    C(t) = tr Cov_i g_i(w + t d)

is a parabola near t = 0, C(0) + c t^2 + O(t) + O(t^3), with

    c = tr Cov_i(H_i d) + tr Cov_i(g_i, T_i[d, d]),

g_i, H_i and T_i the first three derivatives of the loss of digit i: the second part is what a quadratic loss does not have.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from heavysgd.deep import data
from torch.func import grad, jvp, vmap

from companion.ledger.seeds import derived

_HIDDEN, _DECAY = 16, 1e-2


class Minimum(NamedTuple):
    """Weights of a 64-16-10 network with tanh at a minimum of the mean loss over `images`, (n, 64), and its slope there."""

    weights: torch.Tensor
    images: torch.Tensor
    labels: torch.Tensor
    slope: float

    def gradients(self, weights: torch.Tensor) -> torch.Tensor:
        """Of each digit's loss, (n, p)."""
        return _each(weights, self.images, self.labels)

    def variance(self, direction: torch.Tensor, t: float) -> float:
        """C(t)."""
        found = self.gradients(self.weights + t * direction)
        return float((found - found.mean(0)).square().sum(1).mean())

    def curvature(self, direction: torch.Tensor) -> tuple[float, float]:
        """c, and its first part alone."""
        along = lambda w: jvp(self.gradients, (w,), (direction,))[1]  # noqa: E731
        bends, thirds = jvp(along, (self.weights,), (direction,))[:2]
        slopes = self.gradients(self.weights)
        spread = lambda one, other: float(((one - one.mean(0)) * (other - other.mean(0))).sum(1).mean())  # noqa: E731
        return spread(bends, bends) + spread(slopes, thirds), spread(bends, bends)


def _logits(weights: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    sizes = [_HIDDEN * 64, _HIDDEN, 10 * _HIDDEN, 10]
    first, shift, last, offset = torch.split(weights, sizes)
    return last.view(10, _HIDDEN) @ torch.tanh(first.view(_HIDDEN, 64) @ image + shift) + offset


def _loss(weights: torch.Tensor, image: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(_logits(weights, image), label) + _DECAY / 2 * weights.square().sum()


_each = vmap(grad(_loss), (None, 0, 0))


def minimum(size: int, seed: int) -> Minimum:
    """By L-BFGS in double precision, from random weights, on the first `size` digits."""
    digits = data.digits()
    images, labels = digits.train[:size].reshape(size, -1).double(), digits.train_labels[:size]
    count = _HIDDEN * 64 + _HIDDEN + 10 * _HIDDEN + 10
    weights = 0.3 * torch.randn(count, generator=torch.Generator().manual_seed(derived(seed, "weights"))).double()
    weights.requires_grad_(True)
    mean = lambda: vmap(_loss, (None, 0, 0))(weights, images, labels).mean()  # noqa: E731
    how = {"max_iter": 2000, "tolerance_grad": 1e-7, "tolerance_change": 1e-15, "line_search_fn": "strong_wolfe"}
    search = torch.optim.LBFGS([weights], **how)

    def closure():
        search.zero_grad()
        value = mean()
        value.backward()
        return value

    search.step(closure)
    closure()
    assert weights.grad is not None, "the closure has just made it"
    return Minimum(weights.detach(), images, labels, float(weights.grad.norm()))


def random_direction(here: Minimum, seed: int) -> torch.Tensor:
    """Of length one."""
    found = torch.randn(here.weights.numel(), generator=torch.Generator().manual_seed(seed), dtype=torch.double)
    return found / found.norm()


def top_direction(here: Minimum, seed: int, rounds: int = 100) -> torch.Tensor:
    """The eigenvector of the Hessian of the mean loss with the largest eigenvalue, by power iteration."""
    found = random_direction(here, seed)
    mean = lambda w: here.gradients(w).mean(0)  # noqa: E731
    for _ in range(rounds):
        found = jvp(mean, (here.weights,), (found,))[1]
        found = found / found.norm()
    return found


class Line(NamedTuple):
    """C along a line, at t; the parabola of least squares, its R^2 and curvature."""

    t: np.ndarray
    values: np.ndarray

    @property
    def parabola(self) -> np.ndarray:
        """Its coefficients, the highest first."""
        return np.polyfit(self.t, self.values, 2)

    @property
    def r2(self) -> float:
        """Share of the variance of C along the line that the parabola explains."""
        return float(1 - np.var(self.values - np.polyval(self.parabola, self.t)) / np.var(self.values))


def along(here: Minimum, direction: torch.Tensor, half: float, points: int = 21) -> Line:
    """C at t in [-half, half]."""
    t = np.linspace(-half, half, points)
    return Line(t, np.array([here.variance(direction, float(at)) for at in t]))
