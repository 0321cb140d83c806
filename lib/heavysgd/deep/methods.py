"""How one training step is made, declared: the six methods of the paper's tables, and what is used today beside them.

Methods differ in nothing but what their names say: each is the plain one with the fields changed that make it what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from heavysgd.deep.multipliers import GaussianFactor, ParetoFactor, ParetoFromC

Kind = Literal["method", "LB", "SB"]


@dataclass(frozen=True)
class Phase:
    """Part of a run: so many steps of one kind.

    kind : "method", as the method says; "LB" or "SB", descent on the large batch or on a mini-batch, without noise and
        without truncation.
    """

    steps: int
    kind: Kind = "method"


@dataclass(frozen=True)
class Method:
    """How one step is made, and by what schedule. The large batch is the task's: all training images, or many.

    batch : "small" or "large", whose gradient is descended.
    star : "other" or "same": the mini-batch of g_SB* in Z (g_SB* - g_LB); "half": no large batch, but
        Z (g_A - g_B) / 2 of the two halves of the mini-batch; None without noise.
    noise : the law of Z; None adds no noise.
    b : truncation threshold of the update; None for none.
    weight_decay : of plain SGD.
    rho : radius of the ascent of sharpness-aware minimisation (SAM), 0 for none.
    label_noise : share of a mini-batch's labels that are drawn anew, evenly from all classes, in every step.
    stop_at : training loss at which training ends early, None for never.
    phases : of a run by a schedule of the method's own; none for the task's.
    lr : learning rate of its own; None for the task's.
    weight_bound : after each step all parameters are clipped to [-bound, bound]; None for none.
    """

    name: str
    batch: str = "small"
    star: str | None = None
    noise: ParetoFactor | ParetoFromC | GaussianFactor | None = None
    b: float | None = None
    weight_decay: float = 0.0
    rho: float = 0.0
    label_noise: float = 0.0
    stop_at: float | None = None
    phases: tuple[Phase, ...] = ()
    lr: float | None = None
    weight_bound: float | None = None

    def gradients_per_step(self, batch: int, size: int) -> float:
        """Cost of a step: images whose gradient is taken, in mini-batches of `batch`; `size` images in the large one."""
        large = size / batch
        if self.batch == "large":
            return large
        passes = 1 + (self.rho > 0)
        return passes if self.noise is None or self.star == "half" else passes + large + (self.star == "other")


def six_methods(b: float, alpha: float = 1.4, c: float = 0.5) -> list[Method]:
    """The methods of the paper's tables: LB, SB, SB + Clip, SB + Noise, Our 1, Our 2 (page 21).

    SB + Noise is Our 2 without truncation; its schedule in the paper is `unclipped`.
    """
    heavy = ParetoFactor(alpha, c)
    return [
        Method("LB", batch="large"),
        Method("SB"),
        Method("SB + Clip", b=b),
        Method("SB + Noise", star="same", noise=heavy),
        Method("Our 1", star="other", noise=heavy, b=b),
        Method("Our 2", star="same", noise=heavy, b=b),
    ]


def unclipped(alpha: float = 1.4, c: float = 0.5, steps: int = 50_000) -> Method:
    """SB + Noise by the procedure that the paper has for it: a tenth of the learning rate, `steps` steps with noise and as
    many without, parameters clipped to [-1, 1]; it says that they explode otherwise (pages 25 and 26).

    That the steps without noise are those of SB is inferred: the text does not say.
    """
    phases = Phase(steps), Phase(steps, "SB")
    return Method("SB + Noise", star="same", noise=ParetoFactor(alpha, c), phases=phases, lr=0.005, weight_bound=1.0)


def matched(method: Method, name: str, **changes) -> Method:
    """A method like another but for what is said."""
    return replace(method, name=name, **changes)
