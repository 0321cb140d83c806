"""One step of a base optimizer, its gradients and its update brought to their bounds.

The update is known once it is made: it is measured from a copy of the parameters, and shortened towards them. That of plain
SGD is known from the gradients, by learning rates, so that both bounds are kept by one factor on these.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch.optim.optimizer import _global_optimizer_post_hooks, _global_optimizer_pre_hooks

from heavysgd.deep import lengths
from heavysgd.deep.progress import Progress


class NonFiniteError(ValueError, RuntimeError):
    """A step that is infinite or not a number. Also a RuntimeError, as PyTorch's own clipping raises."""


class CutStep(NamedTuple):
    """A step of `base` under the bounds of `progress`. What is not finite is an error, or skips the step, or passes."""

    base: torch.optim.Optimizer
    progress: Progress
    error: bool
    skip: bool

    def make(self) -> bool:
        """Makes the step; False for one that is left out, with the parameters as they were."""
        rates = self._rates()
        return self._shorten_gradients(rates) and self._bounded(rates)

    @property
    def _looks(self) -> bool:
        """Whether numbers that are not finite are looked for."""
        return self.error or self.skip

    def _rates(self) -> list[float] | None:
        """Learning rates, if the update of a step is these times its gradients and is to be bounded: plain SGD."""
        base = self.base
        if type(base) is not torch.optim.SGD or not self.progress.update.active:
            return None
        hooks = base._optimizer_step_pre_hooks, base._optimizer_step_post_hooks
        if any(hooks) or _global_optimizer_pre_hooks or _global_optimizer_post_hooks:  # which may change anything
            return None
        groups = base.param_groups
        plain = all(isinstance(of["lr"], (int, float)) and not of["momentum"] and not of["weight_decay"] for of in groups)
        return [float(group["lr"]) for group in groups] if plain else None

    def _shorten_gradients(self, rates: list[float] | None) -> bool:
        """Brings gradients to their bound, and to that on updates where it is one on them; False for a step left out."""
        groups = [[lengths.entries(p) for p in group["params"] if p.grad is not None] for group in self.base.param_groups]
        gradient, update, scale = self.progress.gradient, self.progress.update, self.progress.scale
        cut = ()
        if gradient.active or rates or self._looks:
            sizes = [lengths.length(group) * scale for group in groups]
            if not self._finite("gradient", lengths.hypotenuse(sizes)):
                return False
            if gradient.active:
                cut = gradient.shortening(lengths.hypotenuse(sizes))
            if rates:
                move = lengths.hypotenuse([rate * size for rate, size in zip(rates, sizes)])
                cut += update.shortening(math.prod(cut, start=move))
        factors = cut if scale == 1.0 else (scale, *cut)
        if factors:
            lengths.multiply([g for group in groups for g in group], factors)
        return True

    def _bounded(self, rates: list[float] | None) -> bool:
        """A step of the base, brought to the bound on updates; False for a step that is undone."""
        update = self.progress.update
        if not update.active or rates:
            self.base.step()
            return True
        parameters = [p for group in self.base.param_groups for p in group["params"] if p.grad is not None]
        before = [p.clone() for p in parameters]
        self.base.step()
        move = lengths.distance(parameters, before)
        if not self._finite("update", move, parameters, before):
            return False
        lengths.shorten(parameters, update.shortening(move), before)
        return True

    def _finite(self, what: str, length: lengths.Number, parameters=(), before=()) -> bool:
        """Whether a length is finite, where that is looked for; else parameters are as before, and it may be an error."""
        if not self._looks or math.isfinite(length):
            return True
        for p, old in zip(parameters, before):
            p.copy_(old)
        if self.skip:
            return False
        raise NonFiniteError(
            f"{what}: has entries that are infinite or not a number, and cannot be cut; leave this step out (a gradient "
            "scaler does, and so does skip_nonfinite=True), or let it pass with error_if_nonfinite=False"
        )
