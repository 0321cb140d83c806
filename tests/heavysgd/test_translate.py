"""Formulas made over: into single precision, and known again by what they are made of."""

import os
import re
import subprocess
import sys
import textwrap

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
from companion import paths
from heavysgd import elementary
from heavysgd.kernel_cache import fingerprint
from heavysgd.simulate.lanes import lane_code
from heavysgd.translate import in_single

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
    once = nb.njit(lambda x, draws, params, eta, b, walls: advance(x, draws, 0, params, eta, b, walls, 16))
    arguments = hs.simulate.lanes.arguments(hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5), np.float32)
    once(np.zeros((1, 16), np.float32), np.full((2, 16), 0.5, np.float32), *arguments)
    body = next(iter(once.inspect_llvm().values()))
    arithmetic = [line for line in body.splitlines() if re.search(r"\bf(add|sub|mul|div|cmp)\b", line)]
    assert len(arithmetic) > 50 and not any("double" in line for line in arithmetic)


def law(strength):
    @nb.njit(inline="always")
    def transform(u, v, params):
        return strength * (u - 0.5)

    return transform


def test_a_kernel_is_known_by_its_constants_too():
    assert fingerprint(law(2.0)) == fingerprint(law(2.0)) != fingerprint(law(3.0))


KERNEL = textwrap.dedent("""
    import sys, time, heavysgd as hs
    f = hs.landscapes.wang_oh_rhee()
    sgd = hs.SGD(f, hs.Lomax(float(sys.argv[1]), 0.1), 0.004, 0.5)
    found = hs.first_exit(sgd, f.minima[0], 20, 2000, progress=False)
    from heavysgd.simulate.lanes import lane_code
    from heavysgd.simulate.stopping import _interval, _kernel
    stats = _kernel(*lane_code(sgd), *_interval()).stats
    print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()), found.steps.sum())
""")


def test_kernels_are_found_on_disk_by_another_process(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib"), "NUMBA_CACHE_DIR": str(tmp_path)}

    def run(alpha):
        command = [sys.executable, "-c", KERNEL, alpha]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    first, again, other = run("1.2"), run("1.2"), run("1.5")
    assert first[:2] == ["0", "1"] and again[:2] == other[:2] == ["1", "0"]  # alpha is a run-time argument
    assert first[2] == again[2] != other[2]


FIELDS = """
import sys, heavysgd as hs, numpy as np, sympy
x, y = sympy.symbols("x y")
box, points = ((-2, 2), (-2, 2)), np.random.default_rng(0).uniform(-1.9, 1.9, (300, 2))
one = hs.Landscape((x**2 - 1) ** 2 + (y**2 - 1) ** 2 + x * y / 4, box)
other = hs.Landscape((x**2 - 1) ** 2 + y**2 + (x - y) ** 2 / 9, box)
for name in sys.argv[1:]:
    print(name, np.bincount({"one": one, "other": other}[name].basin_of(points) + 1))
"""


def test_kernels_from_disk_call_their_own_functions_and_not_those_of_the_process(tmp_path):
    # The fields of `one` are found by its gradient. Were compiled functions numbered alike in every process, those loaded
    # here would take the gradient of `other`, compiled before, for theirs.
    run = lambda *names: subprocess.run(  # noqa: E731
        [sys.executable, "-c", FIELDS, *names],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(paths.ROOT / "lib")},
        capture_output=True, text=True, check=True, timeout=600,
    ).stdout.splitlines()  # fmt: skip
    alone, after = run("one"), run("other", "one")
    assert after[1] == alone[0] and after[0] != alone[0].replace("one", "other")
