"""One step over the dimension: the formula that every engine runs, against the recursion as the paper writes it."""

import numba as nb
import numpy as np
import pytest
import sympy
from heavysgd.gradient_code import compiled_gradient
from heavysgd.philox import uniform_pair
from heavysgd.simulate.cuda.source import _source
from heavysgd.simulate.recursion import compiled_step

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
    symbols, expr, gradient = problem(dimension)
    draw, uniforms = DRAWS[dimension]
    step = compiled_step(compiled_gradient(symbols, expr, BOX[dimension]), draw, dimension, uniforms, ball, single=single)
    real = np.float32 if single else np.float64
    rng = np.random.default_rng(1)
    walls = [RADIUS] if ball else [-RADIUS, RADIUS] * dimension
    moved = stopped = 0
    for _ in range(100):
        x, u = rng.uniform(-1, 1, dimension), rng.random(max(2, uniforms))
        given = [*map(real, x), *map(real, u), (real(STRENGTH),), real(ETA), real(B), *map(real, walls)]
        expected = reference(gradient, x, u[:dimension], ball)
        assert np.allclose(np.atleast_1d(step(*given)), expected, atol=2e-6 if single else 1e-12)
        moved += np.isclose(np.linalg.norm(expected - x), B)
        stopped += np.isclose(np.linalg.norm(expected) if ball else np.abs(expected).max(), RADIUS)
    assert moved > 20 and (stopped > 0 or dimension == 1)  # both cuts were at work


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")
@pytest.mark.parametrize("dimension", [2, 3])
def test_the_cuda_source_takes_the_same_steps_in_more_dimensions(dimension):
    symbols, expr, gradient = problem(dimension)
    draw, uniforms = DRAWS[dimension]
    device = HostDevice(
        _source(
            compiled_gradient(symbols, expr, BOX[dimension]), dimension, 1, 1, draw, uniforms, (STRENGTH,), 2 * dimension
        )
    )
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
