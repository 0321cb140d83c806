"""Formulas made over into single precision."""

import re

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
from heavysgd import elementary
from heavysgd.compiling import in_single
from heavysgd.simulate.lanes import lane_code

UNIT = np.random.default_rng(0).random(2000).astype(np.float32)
WIDE = np.random.default_rng(1).uniform(-20, 20, 2000).astype(np.float32)


@pytest.mark.parametrize(
    "function, reference, at, tolerance",
    [
        (elementary.log, np.log, UNIT, 4e-7),
        (elementary.log2, np.log2, UNIT, 4e-7),
        (elementary.exp, np.exp, WIDE, 4e-6),
        (elementary.exp2, np.exp2, WIDE, 4e-7),
        (elementary.cos, np.cos, WIDE, 6e-6),
        (elementary.tanh, np.tanh, WIDE, 2e-6),
        (elementary.cos_turn, lambda v: np.cos(2 * np.pi * v), UNIT, 1.2e-6),
    ],
)
def test_elementary_functions_in_single_precision(function, reference, at, tolerance):
    single = in_single(function)
    compiled = nb.njit(lambda x: single(x))
    found = np.array([compiled(x) for x in at])
    assert all(kernel.signature.return_type == nb.float32 for kernel in compiled.overloads.values())
    expected = reference(at.astype(float))
    assert np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected))) < tolerance


def test_no_double_is_left_in_a_single_step():
    f = hs.landscapes.wang_oh_rhee()
    code = lane_code(hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5), np.float32)

    advance = code.advance
    once = nb.njit(lambda x, draws, coins, constants: advance(x, draws, 0, coins, constants, 16))
    constants = hs.simulate.program.constants(hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5), np.float32)
    once(np.zeros((1, 16), np.float32), np.full((2, 16), 0.5, np.float32), np.zeros((0, 16), np.float32), constants)
    body = next(iter(once.inspect_llvm().values()))
    arithmetic = [line for line in body.splitlines() if re.search(r"\bf(add|sub|mul|div|cmp)\b", line)]
    assert len(arithmetic) > 50 and not any("double" in line for line in arithmetic)
