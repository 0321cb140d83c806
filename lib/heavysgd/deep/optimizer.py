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

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from heavysgd.deep import advice, lengths
from heavysgd.deep.cutting import CutStep
from heavysgd.deep.cutting import NonFiniteError as NonFiniteError
from heavysgd.deep.half_batch import halves
from heavysgd.deep.multipliers import Factor, described
from heavysgd.deep.progress import Progress
from heavysgd.deep.thresholds import TimesMedian
from heavysgd.deep.wrapper import Wrapper


class Weights(NamedTuple):
    """Weights of the three losses in one step: 1, Z, -Z. With one mini-batch, `small` and `star` fall on the same loss."""

    small: float
    star: float
    large: float


class TruncatedHeavyTailed(Wrapper):
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

    What either bounds. For plain SGD, `clip_norm` = G is `max_update` = eta G, while eta stays. Else `clip_norm` **does not
    bound the update**: momentum mu makes up to eta G / (1 - mu) of gradients that keep their direction, weight decay
    lambda adds eta lambda |theta|, and Adam's first step is eta sqrt(n) for n parameters, whatever G is. And `max_update`
    **does not bound what the base remembers**: with momentum or Adam a heavy gradient is felt for many steps, each of them
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
        super().__init__(base)
        flags = {"rescale": rescale, "error_if_nonfinite": error_if_nonfinite, "skip_nonfinite": skip_nonfinite}
        for name, value in flags.items():
            if not isinstance(value, bool):
                raise ValueError(f"{name} = {value!r}: must be True or False")
        if error_if_nonfinite and skip_nonfinite:
            raise ValueError("skip_nonfinite = True: a step that is an error is not left out; take one of the two")
        self.progress, self.number = Progress(noise, seed, clip_norm, max_update, rescale), advice.number()
        self.error_if_nonfinite, self.skip_nonfinite = error_if_nonfinite, skip_nonfinite

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

    @torch.no_grad()
    def _made(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        whole = CutStep(self.base, self.progress, self.error_if_nonfinite, self.skip_nonfinite).make()
        self.progress.made(whole)
        if whole:
            advice.advise(self.progress, self.number)
        return loss
