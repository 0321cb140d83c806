"""Truncated heavy-tailed gradients around any PyTorch optimizer.

    g = g_SB + Z (g_SB* - g_LB),      theta <- theta + phi_b( step of the base optimizer on g )

g_SB is the gradient of the mini-batch, g_LB that of a large batch, g_SB* that of another mini-batch ("our 1") or of the
same one ("our 2"): their difference is gradient noise, and Z makes its tail heavy. phi_b cuts the norm of the whole update,
over all parameters together, to b. Half-batch noise, the book's own variant, does without a large batch: Z (g_A - g_B) / 2
of two random halves of the mini-batch.

Gradients are linear in losses, so one backward pass over L_SB + Z (L_SB* - L_LB) gives g. `weigh` makes that loss.

Source: pages 20 to 22 of the paper.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch.optim.optimizer import _global_optimizer_post_hooks, _global_optimizer_pre_hooks

from heavysgd.deep import advice, lengths
from heavysgd.deep.half_batch import halves
from heavysgd.deep.multipliers import Factor, described
from heavysgd.deep.progress import Progress
from heavysgd.deep.thresholds import TimesMedian

KEY = "heavy_tailed"  # of the first group of a state


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
    max_update : the paper's b, in the units of the parameters, > 0. **The norm of what a step does to the parameters**,
        all of them together, is at most this, up to their rounding, whatever the base does: momentum, decay, schedules
        and Adam included. None for no bound, "auto" or a `TimesMedian` for a multiple of the running median.
    noise : `ParetoFactor`, `ParetoFromC`, `GaussianFactor`, any object with `draw(seed, step)`, or None for no added noise
        (then Z = 0 and only truncation is left).
    seed : Z is a function of seed and step, so that all ranks of a distributed run that share the seed see the same Z, and
        a resumed run the Z that it would have seen.
    clip_norm : G, **the norm of the gradient** that the base sees is at most this, > 0, as with
        `torch.nn.utils.clip_grad_norm_`; it does not move with the learning rate. None, "auto" and `TimesMedian` as above.
    rescale : whether `weigh` divides the loss by 1 + Z, and `step` multiplies the gradient by it. In half precision a
        large Z would else overflow on the way back, and a gradient scaler leave out the largest jumps.
    error_if_nonfinite : whether a gradient that is infinite or not a number, or such an update where updates are cut,
        raises `NonFiniteError` (a `ValueError` and a `RuntimeError`), with the parameters as they were.
    skip_nonfinite : whether such a step is left out instead, and counted. To look, both wait for the device. By default it
        goes the way of `torch.nn.utils.clip_grad_norm_`: the factor b / |g| is 0 for an infinite g, which makes nan of its
        infinite entries and 0 of the others, and nan where an entry is nan.

    Raises `ValueError` for anything outside this. `noise`, `seed`, `max_update` and `clip_norm` can be assigned later.

    What either bounds. For plain SGD, `clip_norm` = G is `max_update` = eta G, while eta stays. Else **`clip_norm` does not
    bound the update**: momentum mu makes up to eta G / (1 - mu) of gradients that keep their direction, weight decay
    lambda adds eta lambda |theta|, and Adam's first step is eta sqrt(n) for n parameters, whatever G is. And **`max_update`
    does not bound what the base remembers**: with momentum or Adam a heavy gradient is felt for many steps, each of them
    cut. Both together bound both. In memory, `max_update` takes a copy of the parameters while a step is made, but for
    plain SGD, whose update is known from its gradient; `clip_norm` takes none.

    One Z belongs to one step: until `step` is called, `weigh` has the same Z, however many batches are accumulated.

    A training loop, of which the marked lines are new ("our 1"; for "our 2", call `weigh(small, small, large)`):

    >>> from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed                                 # new
    >>> model = torch.nn.Linear(3, 1)
    >>> loss = lambda x: model(x).square().mean()
    >>> base = torch.optim.SGD(model.parameters(), lr=0.05)
    >>> optimizer = TruncatedHeavyTailed(base, max_update=0.5, noise=ParetoFactor(), seed=0)           # new
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
        max_update: float | TimesMedian | str | None = None,
        noise: Factor | None = None,
        seed: int = 0,
        *,
        clip_norm: float | TimesMedian | str | None = None,
        rescale: bool = False,
        error_if_nonfinite: bool = False,
        skip_nonfinite: bool = False,
    ):
        if not isinstance(base, torch.optim.Optimizer) or isinstance(base, TruncatedHeavyTailed):
            raise ValueError(f"base = {type(base).__name__}: must be a torch.optim optimizer that is not wrapped yet")
        if _needs_a_closure(base):
            raise ValueError(f"base = {type(base).__name__}: must step without a closure; take one such as SGD or Adam")
        flags = {"rescale": rescale, "error_if_nonfinite": error_if_nonfinite, "skip_nonfinite": skip_nonfinite}
        for name, value in flags.items():
            if not isinstance(value, bool):
                raise ValueError(f"{name} = {value!r}: must be True or False")
        if error_if_nonfinite and skip_nonfinite:
            raise ValueError("skip_nonfinite = True: a step that is an error is not left out; take one of the two")
        self.base, self.progress, self.number = base, Progress(noise, seed, clip_norm, max_update, rescale), advice.number()
        self.error_if_nonfinite, self.skip_nonfinite = error_if_nonfinite, skip_nonfinite
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

    @property
    def noise(self) -> Factor | None:
        """The law of Z."""
        return self.progress.noise

    @noise.setter
    def noise(self, law: Factor | None) -> None:
        self.progress.law(law)

    @property
    def max_update(self) -> float | TimesMedian:
        """The bound on updates, infinity for none."""
        return self.progress.update.setting

    @max_update.setter
    def max_update(self, value: Any) -> None:
        self.progress.update.set(value)

    @property
    def clip_norm(self) -> float | TimesMedian:
        """The bound on gradients, infinity for none."""
        return self.progress.gradient.setting

    @clip_norm.setter
    def clip_norm(self, value: Any) -> None:
        self.progress.gradient.set(value)

    @property
    def seed(self) -> int:
        """Of Z."""
        return self.progress.seed

    @property
    def draws(self) -> int:
        """Number of the step to come: as many steps with a Z of their own were made."""
        return self.progress.draws

    def add_param_group(self, param_group: dict) -> None:
        """Adds a group to the base optimizer."""
        self.base.add_param_group(param_group)

    def __getstate__(self) -> dict:
        """What copies and pickles keep: all but hooks and a scheduler's mark on `step`, as with PyTorch's own."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_") and name != "step"}

    def __repr__(self) -> str:
        bounds = f"max_update={self.max_update!r}, clip_norm={self.clip_norm!r}"
        drawn = f"noise={described(self.noise)}, seed={self.seed}, draws={self.draws}, rescale={self.progress.rescale}"
        return f"{type(self).__name__}({bounds}, {drawn}) of {self.base!r}"

    @torch._disable_dynamo  # pyright: ignore[reportPrivateImportUsage] - what is public imports all of Dynamo
    def weights(self, step: int | None = None) -> Weights:
        """The weights of the next step's losses: 1, Z, -Z, and with `rescale` these over 1 + Z.

        Asked for again before `step` is called, they are the same. A framework that counts steps itself may say which one
        comes; the count goes on from there. For losses in pieces: give each piece's mean loss its share of the batch times
        its weight, and call `backward` on each. No device is waited for: Z is a number of the host.
        """
        z = self.progress.draw(step)
        over = self.progress.scale
        return Weights(1.0 / over, z / over, -z / over)

    def weigh(self, small: torch.Tensor, star: torch.Tensor, large: torch.Tensor) -> torch.Tensor:
        """L_SB + Z (L_SB* - L_LB) for three mean losses; with `rescale`, over 1 + Z. Log the plain L_SB, not this."""
        weights = self.weights()
        return weights.small * small + weights.star * star + weights.large * large

    def weigh_halves(self, losses: torch.Tensor) -> torch.Tensor:
        """L_SB + Z (L_A - L_B) / 2 for the losses (n, ...) of a mini-batch's examples and two random halves of them.

        Half-batch noise, without a large batch, and not in the paper: of independent examples (L_A - L_B) / 2 has gradients
        of mean zero and of the covariance of g_SB. See `heavysgd.deep.halves`.
        """
        return self.weigh(*self.halves(losses))

    def halves(self, losses: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(L_SB, L_A / 2, L_B / 2) of the examples' losses, with the halves of the step to come."""
        return halves(losses, self.seed, self.draws)

    def noise_ratio(self, small: torch.Tensor, star: torch.Tensor, large: torch.Tensor) -> torch.Tensor:
        """|Z (g_SB* - g_LB)| / |g_SB| of the step to come, on its device. Two backward passes: for a log now and then."""
        parameters = [p for group in self.param_groups for p in group["params"] if p.requires_grad]
        slopes = (
            [g for g in torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True) if g is not None]
            for loss in (star - large, small)
        )
        noise, own = (torch.as_tensor(lengths.length(of), dtype=torch.float64) for of in slopes)
        return abs(self.progress.draw(None)) * noise / own

    def diagnostics(self) -> dict[str, torch.Tensor]:
        """For a log, as tensors of no dimension, which nobody has waited for.

        `z` of the last step, `steps`, `skipped`, and for each threshold at work ("clip_norm", "max_update") the length of
        the last gradient or update `before` and `after` it was cut, the `limit`, and of the last 1000 steps the
        `share_cut` and the `tail_index` of lengths over limits (Hill's estimate from the largest tenth).
        """
        progress = self.progress
        found = {name: torch.tensor(getattr(progress, of)) for name, of in (("z", "last"), ("steps", "steps"))}
        found["skipped"] = torch.tensor(progress.skipped)
        for bound in (progress.gradient, progress.update):
            if bound.active:
                found |= {f"{bound.name}/{name}": value for name, value in bound.told().items()}
        return found

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of the base optimizer, cut. A closure is evaluated first, for its loss."""
        given: tuple[Any, ...] = (self,) if closure is None else (self, closure)
        named: dict[str, Any] = {}  # a hook may give any other arguments
        for hook in self._optimizer_step_pre_hooks.values():
            given, named = hook(self, given, named) or (given, named)
        loss = type(self)._made(*given, **named)
        for hook in self._optimizer_step_post_hooks.values():
            hook(self, given, named)
        return loss

    step.hooked = True  # PyTorch would wrap it, and run global hooks here and once more in the base

    @torch.no_grad()
    def _made(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        rates = self._rates()
        whole = self._shorten_gradients(rates) and self._bounded_step(rates)
        self.progress.made(whole)
        if whole:
            advice.advise(self.progress, self.number)
        return loss

    @property
    def _looks(self) -> bool:
        """Whether numbers that are not finite are looked for."""
        return self.error_if_nonfinite or self.skip_nonfinite

    def _shorten_gradients(self, rates: list[float] | None) -> bool:
        """Brings gradients to their bound, and to that on updates where it is one on them; False for a step left out."""
        groups = [[lengths.entries(p) for p in group["params"] if p.grad is not None] for group in self.param_groups]
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

    def _bounded_step(self, rates: list[float] | None) -> bool:
        """A step of the base, brought to the bound on updates; False for a step that is undone."""
        update = self.progress.update
        if not update.active or rates:
            self.base.step()
            return True
        parameters = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
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
        if self.skip_nonfinite:
            return False
        raise NonFiniteError(
            f"{what}: has entries that are infinite or not a number, and cannot be cut; leave this step out (a gradient "
            "scaler does, and so does skip_nonfinite=True), or let it pass with error_if_nonfinite=False"
        )

    def state_dict(self) -> dict:
        """The base optimizer's, and in its first group, as "heavy_tailed", the settings and where the draws of Z stand."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        found = self.base.state_dict()
        first, *others = found["param_groups"]
        found = found | {"param_groups": [first | {KEY: self.progress.state()}, *others]}
        for hook in self._optimizer_state_dict_post_hooks.values():
            found = hook(self, found) or found
        return found

    def load_state_dict(self, state_dict: dict) -> None:
        """What `state_dict` gave: the base's state, the seed and the draws.

        Raises `ValueError` for a state of another making or of other settings, and then takes nothing from it. A state of
        the base alone goes into `base.load_state_dict`; the draws of Z then stay where they are.
        """
        state = dict(state_dict)
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            state = hook(self, state) or state
        own, state = _taken_apart(state)
        self.progress.check(own)
        self.base.load_state_dict(state)
        self.progress.load(own)
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)


def _taken_apart(state: dict) -> tuple[dict, dict]:
    """Our entries of a state, and the base's state without them."""
    if set(state) == {"base", "seed", "draws"}:  # as it was until 2026
        return {"seed": state["seed"], "draws": state["draws"]}, state["base"]
    groups = state.get("param_groups") or [{}]
    if KEY not in groups[0]:
        raise ValueError(
            f"state has the entries {sorted(state)} and no {KEY!r} in its first group: must come from "
            "TruncatedHeavyTailed.state_dict; load a state of the base alone into optimizer.base"
        )
    first = {name: value for name, value in groups[0].items() if name != KEY}
    return groups[0][KEY], state | {"param_groups": [first, *groups[1:]]}


def _needs_a_closure(base: torch.optim.Optimizer) -> bool:
    given = (a for a in inspect.signature(base.step).parameters.values() if a.kind not in (a.VAR_POSITIONAL, a.VAR_KEYWORD))
    return any(a.default is a.empty for a in given)
