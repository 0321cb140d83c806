"""How many jumps an exit took, read off the way its mean time grows as the learning rate falls.

By Theorem 1, E sigma = C / (H(1/eta) (H(1/eta) / eta)^(l - 1)) to leading order, hence

    log( E sigma H(1/eta) ) = (l - 1) log( eta / H(1/eta) ) + const

a line whose slope plus one is the number of jumps. It uses the exact tail H, so a law that is not a pure power at the
learning rates at hand biases nothing by itself; what remains are the corrections of the limit theorem.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from heavysgd import checks
from heavysgd.inference.slopes import Slope, slope
from heavysgd.noise import Noise


def jump_count(z: Noise, etas: ArrayLike, means: ArrayLike, stderrs: ArrayLike, confidence: float = 0.95) -> Slope:
    """The fitted number of jumps, as a `Slope`; etas, mean exit times and their standard errors of shape (n,), n >= 2.

    Raises `ValueError` as `slope` does, for learning rates, means or errors that are not positive, and for a light-tailed
    law.
    """
    etas, means, stderrs = _positive("etas", etas), _positive("means", means), _positive("stderrs", stderrs)
    if not (etas.shape == means.shape == stderrs.shape and np.unique(etas).size >= 2):
        raise ValueError(
            f"etas, means, stderrs have shapes {etas.shape}, {means.shape}, {stderrs.shape}: must be equal, 2 etas or more"
        )
    if not isinstance(z, Noise):
        raise ValueError(f"noise = {z!r}: must be a law of the noise, such as Lomax")
    if not z.is_heavy:
        raise ValueError(f"noise = {z!r}: has no heavy tail, so no jumps to count")
    tail = z.tail(1 / etas)
    line = slope(np.log(etas / tail), np.log(means * tail), stderrs / means, confidence)
    return replace(line, value=line.value + 1, low=line.low + 1, high=line.high + 1)


def _positive(name: str, values) -> np.ndarray:
    values = checks.measurements(name, values)
    if not np.all(values > 0):
        raise ValueError(f"{name}: the least is {values.min():g}, and all must be > 0")
    return values
