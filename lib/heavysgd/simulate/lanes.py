"""Lanes: many paths advanced side by side, so that one step of all of them is a few loops of vector instructions.

Lanes come in groups and every loop runs over whole groups, padded with idle lanes, so that no path is ever left to a
loop's scalar remainder: its arithmetic is the same vector code whichever lane it sits in and however many others run
beside it, and its result the same bit for bit. (An inner loop of constant length would be unrolled before it could be
vectorised, hence the plain loops.)

States are arrays (numbers of the state, lanes), the observed position first. Compiled once per landscape, law and
precision; constants are run-time arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import DTypeLike

from heavysgd.compiling import function_from_source
from heavysgd.philox import uniform_pair
from heavysgd.recursion import Recursion
from heavysgd.simulate.program import Program, program

GROUP = 16  # lanes per group: two vectors of eight doubles
MOST = 64  # lanes at most: more gains nothing, and the state should stay in the first-level cache
COINS_FROM = 2**63  # the first Philox block of coins, which no block of draws reaches


class LaneCode(NamedTuple):
    """The compiled parts of a kernel.

    advance(x, draws, half, coins, constants, width): one step of every lane, in place; where a law uses one uniform a
        step, a block serves two steps, half = 0 and 1.
    steps_per_block : 2 or 1. rows, coin_rows : of `draws` and `coins`.
    """

    advance: Callable[..., Any]
    steps_per_block: int
    rows: int
    coin_rows: int


def lane_code(recursion: Recursion, dtype: DTypeLike = np.float64) -> LaneCode:
    """The compiled parts for one recursion."""
    made = program(recursion, dtype == np.float32)
    return LaneCode(_compiled_advance(made), made.steps_per_block, made.rows, made.coin_rows)


@nb.njit(inline="always")
def whole_groups(lanes):
    """The least multiple of GROUP that holds `lanes`."""
    return GROUP * ((lanes + GROUP - 1) // GROUP)


@nb.njit(inline="always")
def fill(draws, seed, path, block, width):
    """The uniforms of a block for every lane: of block[k] of path[k] for lane k."""
    pairs = np.uint64(draws.shape[0] // 2)
    for j in range(draws.shape[0] // 2):
        for k in range(width):
            draws[2 * j, k], draws[2 * j + 1, k] = uniform_pair(seed, path[k], pairs * block[k] + np.uint64(j))


@nb.njit(inline="always")
def fill_alike(into, seed, path, block, first, width):
    """The same for lanes that are all at one block, of those from number `first` on: what they share is worked out once."""
    pairs = np.uint64(into.shape[0] // 2)
    for j in range(into.shape[0] // 2):
        number = first + pairs * block + np.uint64(j)
        for k in range(width):
            into[2 * j, k], into[2 * j + 1, k] = uniform_pair(seed, path[k], number)


@nb.njit(inline="always")
def toss(coins, seed, path, step, width):
    """The coins of one step for every lane: of step[k] of path[k] for lane k."""
    pairs = np.uint64(coins.shape[0] // 2)
    for j in range(coins.shape[0] // 2):
        for k in range(width):
            number = np.uint64(COINS_FROM) + pairs * np.uint64(step[k]) + np.uint64(j)
            coins[2 * j, k], coins[2 * j + 1, k] = uniform_pair(seed, path[k], number)


@lru_cache(maxsize=64)
def _compiled_advance(made: Program):
    """The step over all lanes: a loop with the state, the draws and the coins spelt out."""
    x = [f"x[{i}, k]" for i in range(made.state)]
    u = ["draws[half, k]", "draws[1, k]"] if made.uniforms == 1 else [f"draws[{j}, k]" for j in range(made.uniforms)]
    coins = [f"coins[{j}, k]" for j in range(made.coins)]
    source = [
        "def advance(x, draws, half, coins, constants, width):",
        "    for k in range(width):",
        f"        {', '.join(x)} = step({', '.join([*x, *u, *coins, 'constants'])})",
        "",
    ]
    return nb.njit(function_from_source("\n".join(source), "advance", {"step": made.step}), inline="always")


def lane_blocks(n_paths: int, threads: int) -> list[slice]:
    """Slices of the paths for kernels that hold a whole slice in lanes: at most MOST each, shared by the threads."""
    size = min(MOST, max(1, -(-n_paths // threads)))
    return [slice(i, min(i + size, n_paths)) for i in range(0, n_paths, size)]


def padded(values: np.ndarray) -> np.ndarray:
    """A copy of `values`, shape (rows, n), lengthened to whole groups by repeating the last column.

    Idle lanes must hold valid points.
    """
    lanes = values.shape[1]
    return np.concatenate([values, np.repeat(values[:, -1:], GROUP * -(-lanes // GROUP) - lanes, axis=1)], axis=1)
