"""Truncated heavy-tailed gradients around any PyTorch optimizer.

    g = g_SB + Z (g_SB* - g_LB),      theta <- theta + phi_b( step of the base optimizer on g )

g_SB is the gradient of the mini-batch, g_LB that of a large batch, g_SB* that of another mini-batch ("our 1") or of the
same one ("our 2"): their difference is gradient noise, and Z makes its tail heavy. phi_b cuts the norm of the whole update,
over all parameters together, to b.

Gradients are linear in losses, so one backward pass over L_SB + Z (L_SB* - L_LB) gives g. `weigh` makes that loss.

Source: section 4 of the paper (recalled).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn.utils import get_total_norm

from heavysgd import checks
from heavysgd.deep.multipliers import GaussianFactor, ParetoFactor

TRUNCATIONS = ("update", "gradient")


class Weights(NamedTuple):
    """Weights of the three losses in one step: 1, Z, -Z. With one mini-batch, `small` and `star` fall on the same loss."""

    small: float
    star: float
    large: float


class TruncatedHeavyTailed(torch.optim.Optimizer):
    """Wraps a `torch.optim` optimizer; schedulers, gradient scalers and checkpoints take it for one.

    Parameters
    ----------
    base : the optimizer that turns gradients into updates, e.g. `torch.optim.SGD(model.parameters(), lr=0.05)`.
    b : truncation threshold on the norm of the whole update, in the units of the parameters, > 0; None for none. With
        plain SGD at learning rate eta, clipping gradients at norm G is b = eta G.
    noise : `ParetoFactor`, `GaussianFactor`, or None for no added noise (then Z = 0 and only truncation is left).
    seed : Z is a function of seed and number of draws, so that all ranks of a distributed run that share the seed see the
        same Z, and a resumed run the Z that it would have seen.
    truncate : "update" cuts what the base optimizer did to the parameters, as the paper has it. "gradient" scales the
        gradients so that sum lr^2 |g|^2 is at most b^2 before the base optimizer sees them: the same for plain SGD, one
        copy of the parameters cheaper, and the one to take with momentum or Adam, which would otherwise remember a heavy
        gradient for many steps.

    Raises `ValueError` for anything outside this.

    A training loop, of which the marked lines are new ("our 1"; for "our 2", call `weigh(small, small, large)`):

    >>> model = torch.nn.Linear(3, 1)
    >>> loss = lambda x: model(x).square().mean()
    >>> base = torch.optim.SGD(model.parameters(), lr=0.05)
    >>> optimizer = TruncatedHeavyTailed(base, b=0.5, noise=ParetoFactor(alpha=1.4, c=0.5), seed=0)    # new
    >>> for batch, other, large in 5 * [(torch.ones(4, 3), torch.zeros(4, 3), torch.ones(16, 3))]:
    ...     optimizer.zero_grad()
    ...     optimizer.weigh(loss(batch), loss(other), loss(large)).backward()                          # new
    ...     optimizer.step()
    >>> optimizer.draws
    5
    """

    def __init__(
        self,
        base: torch.optim.Optimizer,
        b: float | None,
        noise: ParetoFactor | GaussianFactor | None = None,
        seed: int = 0,
        truncate: str = "update",
    ):
        if not isinstance(base, torch.optim.Optimizer) or isinstance(base, TruncatedHeavyTailed):
            raise ValueError(f"base = {type(base).__name__}: must be a torch.optim optimizer that is not wrapped yet")
        if noise is not None and not isinstance(noise, (ParetoFactor, GaussianFactor)):
            raise ValueError(f"noise = {noise!r}: must be ParetoFactor, GaussianFactor or None")
        if truncate not in TRUNCATIONS:
            raise ValueError(f"truncate = {truncate!r}: must be one of {TRUNCATIONS}")
        self.base, self.noise, self.truncate = base, noise, truncate
        self.b, self.seed, self.draws = checks.threshold("b", b), checks.seed(seed), 0
        super().__init__(base.param_groups, base.defaults)
        self.param_groups, self.state = base.param_groups, base.state  # one set of groups: schedulers reach the base

    def add_param_group(self, param_group: dict) -> None:
        """Adds a group to the base optimizer."""
        if self.__dict__.get("param_groups") is self.base.param_groups:
            self.base.add_param_group(param_group)
        else:
            super().add_param_group(param_group)  # while __init__ runs

    def weights(self) -> Weights:
        """The weights of the next step's losses; every call draws a new Z.

        For losses in pieces: give each piece's mean loss its share of the batch times its weight, and call `backward` on
        each. No device is waited for: Z is a number of the host.
        """
        z = 0.0 if self.noise is None else self.noise.draw(self.seed, self.draws)
        self.draws += 1
        return Weights(1.0, z, -z)

    def weigh(self, small: torch.Tensor, star: torch.Tensor, large: torch.Tensor) -> torch.Tensor:
        """L_SB + Z (L_SB* - L_LB) for three mean losses; draws a new Z."""
        weights = self.weights()
        return weights.small * small + weights.star * star + weights.large * large

    @torch.no_grad()
    def step(self, closure=None):
        """One step of the base optimizer, cut to b. A closure is evaluated first, for its loss."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        cut = self._cut_gradients if self.truncate == "gradient" else self._cut_update
        cut() if self.b < float("inf") else self.base.step()
        return loss

    def _cut_update(self) -> None:
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        before = [p.clone() for p in parameters]
        self.base.step()
        scale = self._scale([p - old for p, old in zip(parameters, before)])
        for p, old in zip(parameters, before):
            p.copy_(torch.lerp(old, p, scale.to(p.device, p.dtype)))  # where nothing is cut, p to the last bit

    def _cut_gradients(self) -> None:
        groups = [(group["lr"], [p for p in group["params"] if p.grad is not None]) for group in self.param_groups]
        scale = self._scale([p.grad * lr for lr, parameters in groups for p in parameters])
        for _, parameters in groups:
            for p in parameters:
                p.grad.mul_(scale.to(p.grad.device, p.grad.dtype))
        self.base.step()

    def _scale(self, moves: list[torch.Tensor]) -> torch.Tensor:
        """min(1, b / |moves|) as a tensor on the device, so that nobody waits for it."""
        return (self.b / get_total_norm(moves).clamp(min=torch.finfo(torch.float32).tiny)).clamp(max=1.0)

    def state_dict(self) -> dict:
        """The base optimizer's state, and where the draws of Z stand."""
        return {"base": self.base.state_dict(), "seed": self.seed, "draws": self.draws}

    def load_state_dict(self, state: dict) -> None:
        """What `state_dict` gave. Raises `ValueError` for a state of another making."""
        if set(state) != {"base", "seed", "draws"}:
            raise ValueError(f"state has the entries {sorted(state)}: must come from TruncatedHeavyTailed.state_dict")
        self.base.load_state_dict(state["base"])
        self.param_groups, self.state = self.base.param_groups, self.base.state
        self.seed, self.draws = checks.seed(state["seed"]), checks.count("draws", state["draws"], least=0)
