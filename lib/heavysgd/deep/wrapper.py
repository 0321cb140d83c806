"""An optimizer around another one, as PyTorch and the frameworks on it take optimizers: groups, hooks, copies, states.

What a step is lies with the subclass, and where the training stands in `Progress`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch

from heavysgd.deep.progress import Progress

KEY = "heavy_tailed"  # of the first group of a state


class Wrapper(torch.optim.Optimizer):
    """An optimizer whose `param_groups`, `state` and `defaults` are those of its `base` at any time.

    Raises `ValueError` for a base that is no optimizer, is wrapped already, or needs a closure to step.
    """

    progress: Progress

    def __init__(self, base: torch.optim.Optimizer):
        if not isinstance(base, torch.optim.Optimizer) or isinstance(base, Wrapper):
            raise ValueError(f"base = {type(base).__name__}: must be a torch.optim optimizer that is not wrapped yet")
        if _needs_a_closure(base):
            raise ValueError(f"base = {type(base).__name__}: must step without a closure; take one such as SGD or Adam")
        self.base = base
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

    def _made(self, closure: Callable[[], Any] | None = None) -> Any:
        """What a step does between its hooks; gives the loss of the closure."""
        raise NotImplementedError

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
