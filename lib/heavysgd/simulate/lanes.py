"""Lanes: many paths advanced side by side, so that one step of all of them is a few loops of vector instructions.

Lanes come in groups and every loop runs over whole groups, padded with idle lanes, so that no path is ever left to a
loop's scalar remainder: its arithmetic is the same vector code whichever lane it sits in and however many others run
beside it, and its result the same bit for bit. (An inner loop of constant length would be unrolled before it could be
vectorised, hence the plain loops.)

Positions are arrays (dimension, lanes). Compiled once per landscape, law and precision; alpha, eta and b are run-time
arguments.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numba as nb
import numpy as np

from heavysgd.philox import uniform_pair
from heavysgd.process import SGD
from heavysgd.simulate.recursion import compiled_step
from heavysgd.translate import function_from_source

GROUP = 16  # lanes per group: two vectors of eight doubles
_ARGUMENTS = 30  # of a call that Numba can still inline; more, and the walls are handed over as one tuple
MOST = 64  # lanes at most: more gains nothing, and the state should stay in the first-level cache


class LaneCode(NamedTuple):
    """The compiled parts of a kernel.

    fill(draws, seed, path, block, width): the uniforms of one block for every lane; draws has `rows` rows.
    advance(x, draws, half, params, eta, b, walls, width): one step of every lane, in place; where a law uses one
        uniform a step, a block serves two steps, half = 0 and 1.
    steps_per_block : 2 or 1.
    rows : uniforms in a block of draws.
    """

    fill: object
    advance: object
    steps_per_block: int
    rows: int


def lane_code(sgd: SGD, dtype=np.float64) -> LaneCode:
    """The compiled parts for one recursion."""
    noise, f = sgd.noise, sgd.landscape
    d, gradient = f.dimension, f.compiled_gradient
    packed = d + max(2, noise.uniforms) + 3 + len(sgd.clip) > _ARGUMENTS
    kind = d, noise.uniforms, sgd.on_ball, sgd.by_coordinate, dtype == np.float32, packed
    step = compiled_step(gradient, noise.transform, *kind)
    walls = 0 if packed else len(sgd.clip)
    return LaneCode(_fill, _compiled_advance(step, d, noise.uniforms, walls), *block_shape(noise.uniforms))


def block_shape(uniforms: int) -> tuple[int, int]:
    """Steps that a block of draws serves, and the uniforms it holds: whole Philox blocks of two."""
    return (2, 2) if uniforms == 1 else (1, 2 * -(-uniforms // 2))


def arguments(sgd: SGD, dtype=np.float64):
    """The run-time arguments of `advance`: params, eta, b, walls, in the chosen precision."""
    return _cast((sgd.noise.params, sgd.eta, sgd.threshold, sgd.clip), np.dtype(dtype).type)


def _cast(value, real):
    return tuple(_cast(part, real) for part in value) if isinstance(value, tuple) else real(value)


@nb.njit(inline="always")
def whole_groups(lanes):
    """The least multiple of GROUP that holds `lanes`."""
    return GROUP * ((lanes + GROUP - 1) // GROUP)


@nb.njit
def numbered(first_path, width):
    """Numbers of the paths in the lanes, uint64."""
    path = np.empty(width, np.uint64)
    for k in range(width):
        path[k] = first_path + np.uint64(k)
    return path


@nb.njit(inline="always")
def _fill(draws, seed, path, block, width):
    pairs = np.uint64(draws.shape[0] // 2)
    for j in range(draws.shape[0] // 2):
        for k in range(width):
            draws[2 * j, k], draws[2 * j + 1, k] = uniform_pair(seed, path[k], pairs * block[k] + np.uint64(j))


@lru_cache(maxsize=64)
def _compiled_advance(step, dimension: int, uniforms: int, walls: int):
    """The step over all lanes: a loop with the coordinates, the draws and the walls (0: one tuple) spelt out."""
    x = [f"x[{i}, k]" for i in range(dimension)]
    u = ["draws[half, k]", "draws[1, k]"] if uniforms == 1 else [f"draws[{j}, k]" for j in range(uniforms)]
    walls = [f"walls[{i}]" for i in range(walls)] or ["walls"]
    source = [
        "def advance(x, draws, half, params, eta, b, walls, width):",
        "    for k in range(width):",
        f"        {', '.join(x)} = step({', '.join([*x, *u, 'params', 'eta', 'b', *walls])})",
        "",
    ]
    return nb.njit(function_from_source("\n".join(source), "advance", {"step": step}), inline="always")


def lane_blocks(n_paths: int, threads: int) -> list[slice]:
    """Slices of the paths for kernels that hold a whole slice in lanes: at most MOST each, shared by the threads."""
    size = min(MOST, max(1, -(-n_paths // threads)))
    return [slice(i, min(i + size, n_paths)) for i in range(0, n_paths, size)]


def padded(values: np.ndarray) -> np.ndarray:
    """A copy of `values`, shape (dimension, n), lengthened to whole groups by repeating the last column.

    Idle lanes must hold valid points.
    """
    lanes = values.shape[1]
    return np.concatenate([values, np.repeat(values[:, -1:], GROUP * -(-lanes // GROUP) - lanes, axis=1)], axis=1)
