"""What the rows of the chapter have in common: a well, its settings, and a noise that leaves it.

The well is k x^2 / 2 on (-w, w): of width w, curvature k and barrier k w^2 / 2. Past its rim a path has left.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured
from heavysgd.landscape import Line, as_line

TOLERANCE = 1e-3  # of exact values
_X = sympy.Symbol("x", real=True)
_HELD = 4_000_000  # numbers of paths held at once


class Setting(NamedTuple):
    """Width w and curvature k of the well, learning rate eta, and the variable of a noise's own."""

    width: float
    curvature: float
    eta: float
    own: float


@lru_cache(maxsize=512)
def well(width: float, curvature: float) -> Line:
    """The well with nothing past its rim."""
    loss = sympy.Float(curvature) * _X**2 / 2
    return as_line(hs.Landscape(loss, bounds=(-width, width), open_ends=True, name="one well"))


class Noise:
    """One row: a recursion by setting, its mean escape time by theory and exactly, and simulated.

    key, title, paper : whose it is. hard, does_not : words on what makes the well hard to leave, and what does not count.
    own_name, own : a variable of its own, and its value where all columns meet. eta : the learning rate there. around :
    factors of `own` that are shown.
    """

    key: str
    title: str
    paper: str
    hard: str
    does_not: str
    own_name: str
    own: float
    eta = 0.02
    around: tuple[float, ...] = (0.5, 2**-0.5, 1.0, 2**0.5, 2.0)
    start = 0.0

    @property
    def base(self) -> Setting:
        """The setting at which all columns meet."""
        return Setting(1.0, 1.0, self.eta, self.own)

    def sgd(self, s: Setting) -> hs.Recursion:
        """The recursion."""
        raise NotImplementedError

    def theory(self, s: Setting) -> float:
        """Mean escape time in steps by the formula of the paper, in this well."""
        raise NotImplementedError

    def exact(self, s: Setting) -> float:
        """Mean escape time in steps from the recursion's one-step law, without sampling."""
        return by_the_kernel(self.sgd(s))

    def simulated(self, s: Setting, n_exits: int, seed: int) -> Measured:
        """Mean escape time of simulated paths."""
        how = {"n_paths": n_exits, "max_steps": 10**9, "seed": seed, "progress": False}
        return hs.inference.mean(hs.first_exit(self.sgd(s), self.start, **how).steps)


def by_the_kernel(sgd: Any) -> float:
    """Mean escape time from 0 of a recursion with additive noise."""
    return hs.exact.first_exit(sgd, 0.0, tolerance=TOLERANCE).mean


def past_the_rim(recursion: hs.Recursion, width: float, expected: float, n_exits: int, seed: int) -> Measured:
    """Mean of the first step at which |x| >= width, of paths from 0 long enough that hardly one in a million stays.

    For recursions on a domain that goes on past the rim. Raises `ValueError` should a path stay.
    """
    start = np.zeros(recursion.dimension) if recursion.dimension > 1 else 0.0
    n_steps, steps = int(16 * expected), []
    at_once = max(1, int(_HELD / (n_steps * recursion.dimension)))
    for first in range(0, n_exits, at_once):
        many = min(at_once, n_exits - first)
        path = hs.sample_path(recursion, start, n_steps=n_steps, n_paths=many, first_path=first, seed=seed, progress=False)
        out = (np.linalg.norm(path, axis=-1) if recursion.dimension > 1 else np.abs(path)) >= width * (1 - 1e-12)
        if not out.any(axis=1).all():
            raise ValueError(f"expected = {expected:g}: some paths are inside after 16 times as many steps")
        steps.append(out.argmax(axis=1))
    return hs.inference.mean(np.concatenate(steps).astype(float))


def at_the_rim(s: Setting, variance: float) -> float:
    """Escape time of the diffusion of a noise of constant variance C, as it grows long:

    sqrt(2 pi) exp(a^2 / 2) / (2 a k eta),    a^2 = 2 k w^2 / (eta C),

    so that a^2 / 2 is the barrier over the temperature eta C / 2. The rim is an edge, not a pass, whence the prefactor.
    """
    a = np.sqrt(2 * s.curvature / (s.eta * variance)) * s.width
    return float(np.sqrt(2 * np.pi) * np.exp(a * a / 2) / (2 * a * s.curvature * s.eta))
