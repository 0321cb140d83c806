"""The policy as a network of one hidden layer, cloned by SGD, raw and averaged, with the cost of its roll-outs on the way.

Near a network that fits the expert, with g = grad_theta u(x) the gradient of its action, the loss in excess of the noise
settles where descent and noise balance: E (u - u*)^2 / 2 = eta s^2 E|g|^2 / (4 N) to first order in eta, N the batch;
`linearised` has all orders for the policy that is linear in theta.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from companion.subjects.butterfly.study import Plant

_HIDDEN, _FIT, _TESTED, _ROLLED = 32, 3000, 1000, 32


class Trained(NamedTuple):
    """Along training, at `steps`: excess cloning loss and cost of roll-outs over the expert's, raw and averaged, shape
    (replicates, times). predicted : the raw excess in the later half for the network made linear where it starts; rough :
    the same to first order in eta, and for ever."""

    steps: np.ndarray
    loss: np.ndarray
    averaged_loss: np.ndarray
    cost: np.ndarray
    averaged_cost: np.ndarray
    predicted: float
    rough: float


def act(weights: list[torch.Tensor], states: torch.Tensor) -> torch.Tensor:
    """Actions of replicates, weights (r, 2, h), (r, 1, h), (r, h, 1), (r, 1, 1), at states (r, n, 2): shape (r, n)."""
    first, bias, second, last = weights
    return (torch.tanh(states @ first + bias) @ second + last)[..., 0]


def train(
    plant: Plant, eta: float, batch: int, spread: float, rate: float, n_steps: int, replicates: int, seed: int, every: int
) -> Trained:  # fmt: skip
    """Fits networks to the expert without noise, then clones it with noise on its actions; states are standard normal."""
    draws = torch.Generator().manual_seed(seed)
    expert = torch.tensor(plant.expert())
    weights = _fitted(expert, replicates, draws)
    averaged = [w.clone() for w in weights]
    tested = torch.randn(1, _TESTED, 2, generator=draws, dtype=torch.float64)
    starts = torch.randn(1, _ROLLED, 2, generator=draws, dtype=torch.float64)
    features = _gradients(weights, tested)
    predicted = float(np.mean([linearised(g, eta, batch, spread, n_steps) for g in features]))
    rough = eta * spread**2 * float((features**2).sum(dim=2).mean()) / (4 * batch)
    kept = []
    for n in range(1, n_steps + 1):
        states = torch.randn(replicates, batch, 2, generator=draws, dtype=torch.float64)
        wanted = states @ expert + spread * torch.randn(replicates, batch, generator=draws, dtype=torch.float64)
        weights = _stepped(weights, states, wanted, eta)
        averaged = [torch.lerp(old, new, rate) for old, new in zip(averaged, weights)]
        if n % every == 0:
            both = [[_excess(ws, tested, expert), _costs(ws, starts, plant)] for ws in (weights, averaged)]
            kept.append([values for pair in both for values in pair])
    found = np.array([[v.numpy() for v in row] for row in kept]).transpose(1, 2, 0)
    base = float(_costs(None, starts, plant))
    return Trained(
        every * np.arange(1, len(kept) + 1), found[0], found[2], found[1] / base, found[3] / base, predicted, rough
    )


def _fitted(expert: torch.Tensor, replicates: int, draws: torch.Generator) -> list[torch.Tensor]:
    """Weights without noise on the actions, by Adam."""
    shapes = ((2, _HIDDEN), (1, _HIDDEN), (_HIDDEN, 1), (1, 1))
    weights = [0.5 * torch.randn(replicates, *shape, generator=draws, dtype=torch.float64) for shape in shapes]
    weights[2] = weights[2] / _HIDDEN**0.5
    for w in weights:
        w.requires_grad_()
    optimizer = torch.optim.Adam(weights, lr=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, _FIT)
    for _ in range(_FIT):
        states = torch.randn(replicates, 64, 2, generator=draws, dtype=torch.float64)
        loss = ((act(weights, states) - states @ expert) ** 2).mean(dim=1).sum() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return [w.detach() for w in weights]


def _stepped(weights: list[torch.Tensor], states: torch.Tensor, wanted: torch.Tensor, eta: float) -> list[torch.Tensor]:
    """One step of SGD of each replicate."""
    weights = [w.requires_grad_() for w in weights]
    loss = ((act(weights, states) - wanted) ** 2).mean(dim=1).sum() / 2
    slopes = torch.autograd.grad(loss, weights)
    return [(w - eta * slope).detach() for w, slope in zip(weights, slopes)]


def _excess(weights: list[torch.Tensor], states: torch.Tensor, expert: torch.Tensor) -> torch.Tensor:
    """Half the mean squared difference from the expert, by replicate."""
    with torch.no_grad():
        return ((act(weights, states) - states @ expert) ** 2).mean(dim=1) / 2


def _costs(weights: list[torch.Tensor] | None, states: torch.Tensor, plant: Plant, horizon: int = 200) -> torch.Tensor:
    """Mean cost of roll-outs by replicate; of the expert (None)."""
    a, b = (torch.tensor(part) for part in plant.dynamics)
    expert = torch.tensor(plant.expert())
    total = torch.zeros((), dtype=torch.float64)
    with torch.no_grad():
        for _ in range(horizon):
            action = states @ expert if weights is None else act(weights, states)
            total = total + ((states**2).sum(dim=-1) + plant.effort * action**2).mean(dim=-1)
            states = states @ a.T + action[..., None] * b[:, 0]
    return total if weights is not None else total.squeeze()


def _gradients(weights: list[torch.Tensor], states: torch.Tensor) -> torch.Tensor:
    """grad_theta u by replicate and state, shape (r, n, 4 h + 1)."""
    first, bias, second, _ = weights
    with torch.no_grad():
        hidden = torch.tanh(states @ first + bias)
        inner = (1 - hidden**2) * second.transpose(1, 2)
        across = (states[..., :, None] * inner[..., None, :]).flatten(2)
        return torch.cat([across, inner, hidden, torch.ones_like(hidden[..., :1])], dim=2)


def linearised(gradients: torch.Tensor, eta: float, batch: int, spread: float, n_steps: int, rounds: int = 50) -> float:
    """Mean of the excess loss over the later half of n_steps from the expert, for the linear policy with these gradients as
    features, shape (n, p). With K = E g g', D = E g g' C g g', the covariance C of its weights goes by

        C <- C - eta (K C + C K) + eta^2 ((1 - 1/N) K C K + D / N) + eta^2 s^2 K / N,

    here in `rounds` steps, each as long as n_steps / rounds of these (drift by the exponential of K)."""
    n, p = gradients.shape
    k = gradients.T @ gradients / n
    length = n_steps / rounds
    kept = torch.linalg.matrix_exp(-eta * length * k)
    values, vectors = torch.linalg.eigh(k)
    total = values[:, None] + values[None, :]
    held = (1 - torch.exp(-eta * length * total)) / torch.clamp(eta * total, min=1e-12)
    c, losses = torch.zeros(p, p, dtype=k.dtype), []
    for _ in range(rounds):
        moved = (gradients @ c * gradients).sum(dim=1)
        pushed = eta**2 * ((1 - 1 / batch) * k @ c @ k + (gradients * moved[:, None]).T @ gradients / n / batch)
        pushed = pushed + eta**2 * spread**2 * k / batch
        c = kept @ c @ kept + vectors @ (vectors.T @ pushed @ vectors * held) @ vectors.T
        losses.append(float((k * c).sum() / 2))
    return float(np.mean(losses[rounds // 2 :]))
