"""Lanes: many paths advanced side by side, so that one step of all of them is a few loops of vector instructions.

Lanes come in groups and every loop runs over whole groups, padded with idle lanes, so that no path is ever left to a
loop's scalar remainder: its arithmetic is the same vector code whichever lane it sits in and however many others run
beside it, and its result the same bit for bit. (An inner loop of constant length would be unrolled before it could be
vectorised, hence the plain loops.)

Compiled once per landscape and per law; alpha, eta and b are run-time arguments.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numba as nb
import numpy as np

from heavysgd import elementary
from heavysgd.expression import gradient_source
from heavysgd.landscape import Landscape
from heavysgd.philox import uniform_pair
from heavysgd.process import SGD

GROUP = 16  # lanes per group: two vectors of eight doubles
MOST = 64  # lanes at most: more gains nothing, and the state should stay in the first-level cache

# Reassociation and contraction only: with "nnan" or "ninf" the compiler may drop the infinite bounds of open ends.
FASTMATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
OPTIONS = {"fastmath": FASTMATH, "error_model": "numpy"}


class LaneCode(NamedTuple):
    """The compiled parts of a kernel; `uniforms` is how many a draw of the law consumes.

    fill(draws, seed, path, block, width): two uniforms for every lane, draws[0] and draws[1], from blocks of its path.
    advance(x, u, v, params, eta, b, lo, hi, width): one step of every lane, in place.
    """

    fill: object
    advance: object
    uniforms: int


def lane_code(sgd: SGD) -> LaneCode:
    """The compiled parts for one recursion."""
    noise = sgd.noise
    return LaneCode(_fill, _compiled_advance(sgd.landscape, noise.transform), noise.uniforms)


def arguments(sgd: SGD):
    """The run-time arguments of `advance`: params, eta, b, lo, hi."""
    return sgd.noise.params, sgd.eta, float(sgd.threshold), *map(float, sgd.clip)


@nb.njit(inline="always")
def whole_groups(lanes):
    """The least multiple of GROUP that holds `lanes`."""
    return GROUP * ((lanes + GROUP - 1) // GROUP)


@nb.njit(inline="always")
def _fill(draws, seed, path, block, width):
    for k in range(width):
        draws[0, k], draws[1, k] = uniform_pair(seed, path[k], block[k])


@lru_cache(maxsize=64)
def compiled_gradient(landscape: Landscape):
    """f' as a compiled scalar function made of vectorisable arithmetic."""
    vectorisable = ("exp", "log", "sin", "cos", "tanh", "power", "fixed_power")
    namespace = {"math": math, **{name: getattr(elementary, name) for name in vectorisable}}
    exec(gradient_source(landscape.symbol, landscape.expr, "gradient"), namespace)
    return nb.njit(namespace["gradient"], inline="always", **OPTIONS)


@lru_cache(maxsize=64)
def _compiled_advance(landscape: Landscape, transform):
    gradient = compiled_gradient(landscape)

    @nb.njit(inline="always")
    def advance(x, u, v, params, eta, b, lo, hi, width):
        for k in range(width):
            move = eta * (transform(u[k], v[k], params) - gradient(x[k]))
            move = min(max(move, -b), b)
            x[k] = min(max(x[k] + move, lo), hi)

    return advance


def lane_blocks(n_paths: int, threads: int) -> list[slice]:
    """Slices of the paths for kernels that hold a whole slice in lanes: at most MOST each, shared by the threads."""
    size = min(MOST, max(1, -(-n_paths // threads)))
    return [slice(i, min(i + size, n_paths)) for i in range(0, n_paths, size)]


def padded(values: np.ndarray) -> np.ndarray:
    """A copy of `values`, lengthened to whole groups by repeating the last one (idle lanes must hold valid points)."""
    width = GROUP * -(-len(values) // GROUP)
    return np.concatenate([values, np.full(width - len(values), values[-1])])
