"""Truncated heavy-tailed gradients around any PyTorch optimizer.

    g = g_SB + Z (g_SB* - g_LB),      theta <- theta + phi_b( step of the base optimizer on g )

g_SB is the gradient of the mini-batch, g_LB that of a large batch, g_SB* that of another mini-batch ("our 1") or of the
same one ("our 2"): their difference is gradient noise, and Z makes its tail heavy. phi_b cuts the norm of the whole update,
over all parameters together, to b.

Gradients are linear in losses, so one backward pass over L_SB + Z (L_SB* - L_LB) gives g. `weigh` makes that loss.

Source: section 4 of the paper (recalled).
"""

from __future__ import annotations

import inspect
import math
from typing import NamedTuple

import torch

from heavysgd import checks
from heavysgd.deep import lengths
from heavysgd.deep.multipliers import GaussianFactor, ParetoFactor, ParetoFromC

TRUNCATIONS = ("update", "gradient")


class NonFiniteError(ValueError, RuntimeError):
    """A step that is infinite or not a number. Also a RuntimeError, as PyTorch's own clipping raises."""


class Weights(NamedTuple):
    """Weights of the three losses in one step: 1, Z, -Z. With one mini-batch, `small` and `star` fall on the same loss."""

    small: float
    star: float
    large: float


class TruncatedHeavyTailed(torch.optim.Optimizer):
    """Wraps a `torch.optim` optimizer; schedulers, gradient scalers and checkpoints take it for one.

    `param_groups`, `state` and `defaults` are those of the base at any time.

    Parameters
    ----------
    base : the optimizer that turns gradients into updates, e.g. `torch.optim.SGD(model.parameters(), lr=0.05)`. It must
        step without a closure, which LBFGS does not.
    b : truncation threshold on the norm of the whole update, in the units of the parameters, > 0; None for none. With
        plain SGD at learning rate eta, clipping gradients at norm G is b = eta G.
    noise : `ParetoFactor`, `ParetoFromC`, `GaussianFactor`, or None for no added noise (then Z = 0 and only truncation is
        left).
    seed : Z is a function of seed and number of draws, so that all ranks of a distributed run that share the seed see the
        same Z, and a resumed run the Z that it would have seen.
    truncate : what is bounded, see below.
    error_if_nonfinite : whether a gradient that is infinite or not a number, or such an update where updates are cut,
        raises `NonFiniteError` (a `ValueError` and a `RuntimeError`), with the parameters as they were; to look, each step
        waits for the device. By default it goes the way of `torch.nn.utils.clip_grad_norm_`: the factor b / |g| is 0 for an
        infinite g, which makes nan of its infinite entries and 0 of the others, and nan where an entry is nan.

    Raises `ValueError` for anything outside this.

    "update" bounds what the base did to the parameters, as the paper has it: no step moves them by more than b, up to their
    rounding, whatever the base. What the base remembers is not cut, so that with momentum or Adam a heavy gradient is felt
    for many steps, each of them cut.

    "gradient" bounds eta |g| before the base sees the gradient (with several groups, the root of the sum of their squares):
    nothing heavy is remembered, and a copy of the parameters is saved. For plain SGD that is the same. **Else it does not
    bound the update**: momentum mu makes up to b / (1 - mu) of gradients that keep their direction, weight decay lambda
    adds eta lambda |theta|, and Adam's first step is eta sqrt(n) for n parameters, whatever b is. At b = 0.5 the tests
    measure 5 for mu = 0.9, 10.5 for eta lambda |theta| = 10, and 20 for eta = 0.1 and n = 40 000.

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
        error_if_nonfinite: bool = False,
    ):
        if not isinstance(base, torch.optim.Optimizer) or isinstance(base, TruncatedHeavyTailed):
            raise ValueError(f"base = {type(base).__name__}: must be a torch.optim optimizer that is not wrapped yet")
        if _needs_a_closure(base):
            raise ValueError(f"base = {type(base).__name__}: must step without a closure; take one such as SGD or Adam")
        if noise is not None and not isinstance(noise, (ParetoFactor, ParetoFromC, GaussianFactor)):
            raise ValueError(f"noise = {noise!r}: must be ParetoFactor, ParetoFromC, GaussianFactor or None")
        if truncate not in TRUNCATIONS:
            raise ValueError(f"truncate = {truncate!r}: must be one of {TRUNCATIONS}")
        if truncate == "gradient" and any("lr" not in group for group in base.param_groups):
            raise ValueError(f"base = {type(base).__name__}: has groups without `lr`; take truncate='update'")
        if not isinstance(error_if_nonfinite, bool):
            raise ValueError(f"error_if_nonfinite = {error_if_nonfinite!r}: must be True or False")
        self.base, self.noise, self.truncate, self.error_if_nonfinite = base, noise, truncate, error_if_nonfinite
        self.b, self.seed, self.draws = checks.threshold("b", b), checks.seed(seed), 0
        super().__setstate__({})  # not __init__, which would make groups, state and defaults of its own

    @property
    def param_groups(self) -> list[dict]:
        """The base optimizer's, so that schedulers reach it."""
        return self.base.param_groups

    @property
    def state(self) -> dict:
        """The base optimizer's."""
        return self.base.state

    @property
    def defaults(self) -> dict:
        """The base optimizer's."""
        return self.base.defaults

    def add_param_group(self, param_group: dict) -> None:
        """Adds a group to the base optimizer."""
        self.base.add_param_group(param_group)

    def __getstate__(self) -> dict:
        """What copies and pickles keep: all but hooks and a scheduler's mark on `step`, as with PyTorch's own."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_") and name != "step"}

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
        if self.error_if_nonfinite:
            self._refuse("gradient", [lengths.entries(p) for p in self._moving()])
        elif self.b == math.inf:
            self.base.step()
            return loss
        self._cut_gradients() if self.truncate == "gradient" else self._cut_update()
        return loss

    def _moving(self) -> list[torch.Tensor]:
        return [p for group in self.param_groups for p in group["params"] if p.grad is not None]

    def _cut_update(self) -> None:
        parameters = self._moving()
        before = [p.clone() for p in parameters]
        self.base.step()
        moves = [lengths.wide(p) - lengths.wide(old) for p, old in zip(parameters, before)]
        if self.error_if_nonfinite:
            self._refuse("update", moves, parameters, before)
        factors = lengths.shortening(moves, self.b)
        for p, old in zip(parameters, before):
            lengths.shorten(p, factors, towards=old)

    def _cut_gradients(self) -> None:
        groups = [(group["lr"], [p for p in group["params"] if p.grad is not None]) for group in self.param_groups]
        unit = math.ldexp(1.0, math.frexp(max(rate for rate, _ in groups))[1] - 1)  # of the rates: no product is too large
        gradients = [(rate / unit, lengths.entries(p)) for rate, parameters in groups for p in parameters]
        factors = lengths.shortening([lengths.wide(g) * rate for rate, g in gradients], self.b / unit)
        for _, g in gradients:
            lengths.shorten(g, factors)
        self.base.step()

    @staticmethod
    def _refuse(what: str, tensors, parameters=(), before=()) -> None:
        """Raises where a number is not finite, with the parameters as they were before."""
        if all(bool(tensor.isfinite().all()) for tensor in tensors):
            return
        for p, old in zip(parameters, before):
            p.copy_(old)
        raise NonFiniteError(
            f"{what}: has entries that are infinite or not a number, and cannot be cut; leave this step out (a gradient "
            "scaler does), or let it pass with error_if_nonfinite=False"
        )

    def state_dict(self) -> dict:
        """The base optimizer's state, and where the draws of Z stand."""
        return {"base": self.base.state_dict(), "seed": self.seed, "draws": self.draws}

    def load_state_dict(self, state: dict) -> None:
        """What `state_dict` gave. Raises `ValueError` for a state of another making, and then takes nothing from it."""
        if set(state) != {"base", "seed", "draws"}:
            raise ValueError(f"state has the entries {sorted(state)}: must come from TruncatedHeavyTailed.state_dict")
        seed, draws = checks.seed(state["seed"]), checks.count("draws", state["draws"], least=0)
        self.base.load_state_dict(state["base"])
        self.seed, self.draws = seed, draws


def _needs_a_closure(base: torch.optim.Optimizer) -> bool:
    given = (a for a in inspect.signature(base.step).parameters.values() if a.kind not in (a.VAR_POSITIONAL, a.VAR_KEYWORD))
    return any(a.default is a.empty for a in given)
