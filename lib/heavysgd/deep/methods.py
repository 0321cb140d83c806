"""How one training step is made, declared: the six methods of the paper's tables, and what is used today beside them.

Methods differ in nothing but what their names say: each is the plain one with the fields changed that make it what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from heavysgd.deep.multipliers import GaussianFactor, ParetoFactor


@dataclass(frozen=True)
class Method:
    """How one step is made. The large batch is the task's: all training images, or many.

    batch : "small" or "large", whose gradient is descended.
    star : "other" or "same": the mini-batch of g_SB* in Z (g_SB* - g_LB); "half": no large batch, but
        Z (g_A - g_B) / 2 of the two halves of the mini-batch; None without noise.
    noise : the law of Z; None adds no noise.
    b : truncation threshold of the update; None for none.
    weight_decay : of plain SGD.
    rho : radius of the ascent of sharpness-aware minimisation (SAM), 0 for none.
    label_noise : share of a mini-batch's labels that are drawn anew, evenly from all classes, in every step.
    stop_at : training loss at which training ends early, None for never.
    """

    name: str
    batch: str = "small"
    star: str | None = None
    noise: ParetoFactor | GaussianFactor | None = None
    b: float | None = None
    weight_decay: float = 0.0
    rho: float = 0.0
    label_noise: float = 0.0
    stop_at: float | None = None

    def gradients_per_step(self, batch: int, size: int) -> float:
        """Cost of a step: images whose gradient is taken, in mini-batches of `batch`; `size` images in the large one."""
        large = size / batch
        if self.batch == "large":
            return large
        passes = 1 + (self.rho > 0)
        return passes if self.noise is None or self.star == "half" else passes + large + (self.star == "other")


def six_methods(b: float, alpha: float = 1.4, c: float = 0.5) -> list[Method]:
    """The methods of the paper's tables: LB, SB, SB + Clip, SB + Noise, Our 1, Our 2."""
    heavy = ParetoFactor(alpha, c)
    return [
        Method("LB", batch="large"),
        Method("SB"),
        Method("SB + Clip", b=b),
        Method("SB + Noise", star="other", noise=heavy),
        Method("Our 1", star="other", noise=heavy, b=b),
        Method("Our 2", star="same", noise=heavy, b=b),
    ]


def matched(method: Method, name: str, **changes) -> Method:
    """A method like another but for what is said."""
    return replace(method, name=name, **changes)
