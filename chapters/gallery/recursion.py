"""A recursion of your own: one step in plain arithmetic. Here SGD with momentum."""

from dataclasses import dataclass

import heavysgd as hs
import numpy as np


@dataclass(frozen=True)
class Momentum(hs.Recursion):
    landscape: hs.Landscape
    noise: hs.Noise
    eta: float
    b: float
    keep: float
    radius: float | None = None
    constants = "eta", "b", "keep"
    memory, observed = {"m": "0.0"}, "x"
    step = """
        m = keep*m + eta*(z - gradient)
        u = cut(m, b)
        x = x + u
        x = project(x)
    """


f, z = hs.landscapes.wang_oh_rhee(), hs.Lomax(alpha=1.4, scale=0.05)
for keep in (0.0, 0.5, 0.9):
    found = hs.occupation(
        Momentum(f, z, 0.004, 0.5, keep), f.minima[1], n_steps=200_000, n_paths=50
    )
    print(
        f"keep {keep}: share of time in each basin", np.round(found.basin_fraction, 3)
    )
