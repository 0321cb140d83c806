"""What every law of the gradient noise Z knows about itself.

A law is a frozen description: its tail H(x) = P(|Z| > x), tail index alpha and right-hand share p_plus (Assumption 2
of the paper), its distribution function, and how to turn uniforms into a draw. The last is one small compiled
function, `transform`, shared by all parameter values of the law, so that a new alpha compiles nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from heavysgd import checks
from heavysgd.compiling import cached, function_from_source
from heavysgd.philox import uniform_pair


class Noise:
    """Base class of the laws of Z, the mean-zero gradient noise.

    Subclasses are frozen dataclasses and define

    - `uniforms`: how many uniforms a draw consumes, 1 or 2;
    - `transform(u, v, params)`: compiled, turns uniforms in (0, 1] into one draw (v is unused when `uniforms` is 1);
      made of what `heavysgd.compiling` understands, it also runs in single precision and on a GPU;
    - `params`: the tuple of floats, or of tuples of them, that `transform` reads;
    - `alpha`, `p_plus`: tail index (infinite for a light tail) and limit of P(Z > x) / H(x);
    - `tail(x)`: H(x) = P(|Z| > x), 1 for x < 0;
    - `cdf(x)`: P(Z <= x).

    All are read only: class attributes, fields or properties, as the law has it.
    """

    uniforms: int
    transform: Callable[..., Any]
    params: tuple
    alpha: float
    p_plus: float
    dimension: int = 1

    def tail(self, x: ArrayLike) -> np.ndarray:
        """H(x) = P(|Z| > x)."""
        raise NotImplementedError(f"{type(self).__name__}: defines no tail")

    def cdf(self, x: ArrayLike) -> np.ndarray:
        """P(Z <= x)."""
        raise NotImplementedError(f"{type(self).__name__}: defines no cdf")

    @property
    def is_heavy(self) -> bool:
        """Whether H is regularly varying, as Assumption 2 asks."""
        return bool(np.isfinite(self.alpha))

    @cached_property
    def median(self) -> float:
        """The median of |Z|: H(median) = 1/2, to the last digits of its own size."""
        scale = 1.0
        while self.tail(scale) > 0.5:
            scale *= 2
        while self.tail(scale / 2) < 0.5:
            scale /= 2
        return float(brentq(lambda x: self.tail(x) - 0.5, scale / 2, scale, xtol=1e-14 * scale, rtol=1e-14))

    def sample(self, size: int, seed: int = 0, path: int = 0) -> np.ndarray:
        """Z_1, ..., Z_size as the simulation of path number `path` under `seed` sees them; shape (size,), or (size, d).

        Raises `ValueError` for a size below 1 or a seed or path that does not fit 64 bits.
        """
        draws = np.empty((checks.count("size", size), self.dimension))
        path = checks.count("path", path, least=0)
        sampler = _sampler(self.transform, self.uniforms, self.dimension)
        sampler(draws, np.uint64(checks.seed(seed)), np.uint64(path), self.params)
        return draws if self.dimension > 1 else draws[:, 0]


@cache
def _sampler(transform, uniforms: int, dimension: int):
    """Compiled (out, seed, path, params): fills `out`, shape (n, d), with the draws of steps 0, 1, 2, ... of one path."""
    if uniforms == 1:
        return _two_steps_a_block(transform)
    pairs = -(-uniforms // 2)
    u = [f"u{i}" for i in range(2 * pairs)]
    source = ["def draw(seed, path, step, params):"]
    source += [f"    u{2 * j}, u{2 * j + 1} = pair(seed, path, np.uint64({pairs} * step + {j}))" for j in range(pairs)]
    source += [f"    return transform({', '.join([*u[: max(2, uniforms)], 'params'])})", ""]
    draw = nb.njit(
        function_from_source("\n".join(source), "draw", {"pair": uniform_pair, "np": np, "transform": transform})
    )
    if dimension == 1:
        return _filled(draw)
    return _filled_rows(draw)


def _two_steps_a_block(transform):
    @nb.njit(nogil=True)
    def fill(out, seed, path, params):
        for step in range(0, len(out), 2):
            u, v = uniform_pair(seed, path, np.uint64(step // 2))
            out[step, 0] = transform(u, v, params)
            if step + 1 < len(out):
                out[step + 1, 0] = transform(v, v, params)

    return cached(fill)


def _filled(draw):
    @nb.njit(nogil=True)
    def fill(out, seed, path, params):
        for step in range(len(out)):
            out[step, 0] = draw(seed, path, step, params)

    return cached(fill)


def _filled_rows(draw):
    @nb.njit(nogil=True)
    def fill(out, seed, path, params):
        for step in range(len(out)):
            out[step] = np.array(draw(seed, path, step, params))

    return cached(fill)
