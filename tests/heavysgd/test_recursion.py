"""One step over the dimension: the formula that every engine runs, against the recursion as the paper writes it."""

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
import sympy
from heavysgd.compiling import compiled_gradient
from heavysgd.philox import uniform_pair
from heavysgd.simulate.cuda.source import _source
from heavysgd.simulate.program import _program
from heavysgd.simulate.step_source import StepText

from tests.heavysgd.host_device import COMPILER, HostDevice

ETA, B, RADIUS = 0.05, 0.4, 1.2
BOX = {dimension: ((-RADIUS, RADIUS),) * dimension for dimension in (1, 2, 3)}
EXPRESSIONS = {
    1: lambda x: (x**2 - 1) ** 2,
    2: lambda x, y: (x**2 + y - 1) ** 2 + sympy.exp(-(x**2)) * y**2 / (1 + x**2),
    3: lambda x, y, z: (x**2 - 1) ** 2 + y**2 * (2 + sympy.sin(z)) + z**2 / (3 + y**2),
}


def problem(dimension):
    symbols = sympy.symbols(f"a:{dimension}", real=True)
    expr = EXPRESSIONS[dimension](*symbols)
    gradient = sympy.lambdify(symbols, [sympy.diff(expr, s) for s in symbols], modules="numpy")
    return symbols, expr, lambda x: np.array(gradient(*x), float)


@nb.njit(inline="always")
def one(u0, u1, params):
    return params[0] * (u0 - 0.5)


@nb.njit(inline="always")
def two(u0, u1, params):
    return params[0] * (u0 - 0.5), params[0] * (u1 - 0.5)


@nb.njit(inline="always")
def three(u0, u1, u2, params):
    return params[0] * (u0 - 0.5), params[0] * (u1 - 0.5), params[0] * (u2 - 0.5)


DRAWS = {1: (one, 1), 2: (two, 2), 3: (three, 3)}
STRENGTH = 40.0  # eta * 20 at most: many steps are cut, and many leave the ball


def paper_program(dimension, ball=False, single=False):
    """The program of the paper's step on the problem of that dimension."""
    symbols, expr, _ = problem(dimension)
    draw, uniforms = DRAWS[dimension]
    sgd = hs.SGD(hs.landscapes.two_wells(), hs.Gaussian(1.0), 0.01, 0.3)
    text = StepText(sgd.step, dimension, uniforms, sgd.constants, (("gradient", dimension),), 0, ("x",), ball)
    return _program(text, draw, (compiled_gradient(symbols, expr, BOX[dimension]),), single)


def cut(vector, bound):
    norm = np.linalg.norm(vector)
    return vector * min(1.0, bound / norm) if norm > 0 else vector


def reference(gradient, x, u, ball):
    y = x + cut(ETA * (STRENGTH * (u - 0.5) - gradient(x)), B)
    return cut(y, RADIUS) if ball else np.clip(y, -RADIUS, RADIUS)


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("ball", [False, True])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_step_is_that_of_the_paper(dimension, ball, single):
    _, _, gradient = problem(dimension)
    step, uniforms = paper_program(dimension, ball, single).step, DRAWS[dimension][1]
    real = np.float32 if single else np.float64
    rng = np.random.default_rng(1)
    walls = [RADIUS] if ball else [-RADIUS, RADIUS] * dimension
    moved = stopped = 0
    for _ in range(100):
        x, u = rng.uniform(-1, 1, dimension), rng.random(max(2, uniforms))
        constants = ((real(STRENGTH),), real(ETA), real(B), *map(real, walls))
        expected = reference(gradient, x, u[:dimension], ball)
        found = np.atleast_1d(step(*map(real, x), *map(real, u), constants))
        assert np.allclose(found, expected, atol=2e-6 if single else 1e-12)
        moved += np.isclose(np.linalg.norm(expected - x), B)
        stopped += np.isclose(np.linalg.norm(expected) if ball else np.abs(expected).max(), RADIUS)
    assert moved > 20 and (stopped > 0 or dimension == 1)  # both cuts were at work


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")
@pytest.mark.parametrize("dimension", [2, 3])
def test_the_cuda_source_takes_the_same_steps_in_more_dimensions(dimension):
    symbols, expr, gradient = problem(dimension)
    uniforms = DRAWS[dimension][1]
    gradient_of_x = compiled_gradient(symbols, expr, BOX[dimension])
    device = HostDevice(_source(paper_program(dimension), gradient_of_x, 1, 1, (STRENGTH,), 2 + 2 * dimension))
    n, steps, seed = 3, 40, np.uint64(9)
    start = np.random.default_rng(2).uniform(-1, 1, (dimension, n))
    records, setting = np.zeros((steps, dimension, n)), np.array([ETA, B, *[-RADIUS, RADIUS] * dimension])
    counts = np.int64(n), start.copy(), np.zeros(n, np.int64), np.int64(0), np.int64(steps), np.int64(1), np.int64(0)
    device.launch("record", n, (*counts, records, seed, np.uint64(0), setting))
    blocks = -(-uniforms // 2)
    for path in range(n):
        x = start[:, path]
        for step in range(steps):
            pairs = [uniform_pair(seed, np.uint64(path), np.uint64(blocks * step + j)) for j in range(blocks)]
            x = reference(gradient, x, np.ravel(pairs)[:dimension], False)
            assert np.allclose(records[step, :, path], x, atol=1e-9)
