"""A path that has no position any more is an error in every simulation, which names the path and the step."""

import math
import pickle
import re

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
import sympy
from heavysgd.philox import uniform_pair
from heavysgd.simulate.cuda import driver
from heavysgd.simulate.stopping import inside_fields

from tests.heavysgd.host_device import COMPILER, HostDevice

x, y = sympy.symbols("x y")
LINE = hs.Landscape((x**2 - 1) ** 2, (-2, 2), name="line")
PLANE = hs.Landscape((x**2 - 1) ** 2 + y**2 + x * y / 9, ((-2, 2), (-2, 2)), name="plane")
OVER, SEED, PATHS, STEPS = 0.9995, 11, 20, 3000


@nb.njit(inline="always")
def _breaking(u, v, params):
    far = u * params[1] * params[1]
    return params[0] * (u - 0.5) if u < 0.9995 else far - far  # infinity less infinity


class Breaking(hs.Gaussian):
    """Gaussian in name; its draws are NaN where u is at least 0.9995."""

    uniforms = 2
    transform = staticmethod(_breaking)
    params = (1.0, 1e200)


SGDS = {
    "line": hs.SGD(LINE, Breaking(), 0.05, 0.45),
    "line, no truncation": hs.SGD(LINE, Breaking(), 0.05),
    "plane": hs.SGD(PLANE, hs.Independent(Breaking(), 2), 0.02, 0.45),
    "ball": hs.SGD(PLANE, hs.Independent(Breaking(), 2), 0.02, 0.45, radius=1.9),
}


def broken_after(sgd, path):
    """The step of `path` at which a uniform is too large, from the definition of the draws."""
    for step in range(STEPS):
        blocks = [
            uniform_pair(np.uint64(SEED), np.uint64(path), np.uint64(sgd.dimension * step + j))
            for j in range(sgd.dimension)
        ]
        if max(u for u, _ in blocks) >= OVER:
            return step + 1
    return math.inf


def simulate(kind, sgd):
    start, common = sgd.landscape.minima[0], {"n_paths": PATHS, "seed": SEED, "progress": False, "first_path": 100}
    if kind == "first_exit":
        return hs.first_exit(sgd, start, max_steps=STEPS, **common)
    if kind == "hops":
        return hs.hops(sgd, start, n_steps=STEPS, distance=0.1, **common)
    return {"occupation": hs.occupation, "sample_path": hs.sample_path}[kind](sgd, start, n_steps=STEPS, **common)


def on_device(kind, sgd):
    """The same as a device does it."""
    starts = np.repeat(np.atleast_1d(sgd.landscape.minima[0])[:, None], PATHS, axis=1)
    if kind == "first_exit":
        inside = inside_fields(sgd, np.zeros(PATHS, int))
        return driver.run_until(sgd, starts, inside, STEPS, SEED, 100, False, HostDevice)
    if kind == "hops":
        return driver.hops(sgd, starts, STEPS, 0.1, SEED, 100, False, HostDevice)
    if kind == "occupation":
        return driver.occupation(sgd, starts, STEPS, 40, SEED, 100, False, HostDevice)
    return driver.sample_path(sgd, starts, STEPS, 10, SEED, 100, False, HostDevice)


KINDS = ["first_exit", "occupation", "hops", "sample_path"]
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")


@pytest.mark.parametrize("engine", [simulate, pytest.param(on_device, marks=needs_compiler)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", SGDS)
def test_a_lost_path_is_an_error_that_names_path_and_step(case, kind, engine):
    with pytest.raises(hs.LostPathError, match="overflowed in float64") as error:
        engine(kind, SGDS[case])
    path, step = map(int, re.findall(r"path (\d+) has no position after step (\d+)", str(error.value))[0])
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)  # as from another process
    assert 100 <= path < 100 + PATHS and step == broken_after(SGDS[case], path)


def test_paths_that_keep_their_position_are_no_error():
    whole = [path for path in range(2000) if broken_after(SGDS["line"], path) > 60][:3]
    for path in whole:
        assert np.all(
            np.isfinite(hs.sample_path(SGDS["line"], -1.0, n_steps=60, seed=SEED, first_path=path, progress=False))
        )


def test_excursions_of_forward_flux_do_not_lose_paths_either():
    with pytest.raises(hs.LostPathError, match="has no position after step"):
        hs.exit_rate(SGDS["line"], 0, trials=1000, progress=False)
