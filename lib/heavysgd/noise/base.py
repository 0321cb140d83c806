"""What every law of the gradient noise Z knows about itself.

A law is a frozen description: its tail H(x) = P(|Z| > x), tail index alpha and right-hand share p_plus (Assumption 2
of the paper), its distribution function, and how to turn uniforms into a draw. The last is one small compiled
function, `transform`, shared by all parameter values of the law, so that a new alpha compiles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import ClassVar

import numba as nb
import numpy as np
from scipy.optimize import brentq

from heavysgd import checks
from heavysgd.philox import uniform_pair


class Noise:
    """Base class of the laws of Z, the mean-zero gradient noise.

    Subclasses are frozen dataclasses and define

    - `uniforms`: how many uniforms a draw consumes, 1 or 2;
    - `transform(u, v, params)`: compiled, turns uniforms in (0, 1] into one draw (v is unused when `uniforms` is 1);
      made of what `heavysgd.translate` understands, it also runs in single precision and on a GPU;
    - `params`: the tuple of floats, or of tuples of them, that `transform` reads;
    - `alpha`, `p_plus`: tail index (infinite for a light tail) and limit of P(Z > x) / H(x);
    - `tail(x)`: H(x) = P(|Z| > x);
    - `cdf(x)`: P(Z <= x).
    """

    uniforms: ClassVar[int]
    transform: ClassVar[Callable]

    @property
    def is_heavy(self) -> bool:
        """Whether H is regularly varying, as Assumption 2 asks."""
        return np.isfinite(self.alpha)

    @property
    def median(self) -> float:
        """The median of |Z|: H(median) = 1/2."""
        scale = 1.0
        while self.tail(scale) > 0.5:
            scale *= 2
        return float(brentq(lambda x: self.tail(x) - 0.5, 0.0, scale))

    def sample(self, size: int, seed: int = 0, path: int = 0) -> np.ndarray:
        """Z_1, ..., Z_size as the simulation of path number `path` under `seed` sees them; shape (size,).

        Raises `ValueError` for a size below 1 or a seed or path that does not fit 64 bits.
        """
        draws = np.empty(checks.count("size", size))
        path = checks.count("path", path, least=0)
        sampler = _sampler(self.transform, self.uniforms)
        sampler(draws, np.uint64(checks.seed(seed)), np.uint64(path), self.params)
        return draws


@cache
def _sampler(transform, uniforms: int):
    """Compiled (out, seed, path, params): fills `out` with the draws of steps 0, 1, 2, ... of one path."""
    per_block = 2 // uniforms

    @nb.njit(nogil=True)
    def fill(out, seed, path, params):
        for step in range(0, out.size, per_block):
            u, v = uniform_pair(seed, path, np.uint64(step // per_block))
            out[step] = transform(u, v, params)
            if per_block == 2 and step + 1 < out.size:
                out[step + 1] = transform(v, v, params)

    return fill
