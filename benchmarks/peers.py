"""What a user would write instead: the same recursion, step by step, in the usual ways.

Every peer is a function of (paths, steps) that advances that many paths by that many steps of the paper's setting
(alpha = 1.2, eta = 0.004, b = 0.5) with the exact gradient, and returns nothing. Peers whose library is missing are
left out by name.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import heavysgd as hs
import numba as nb
import numpy as np
import sympy

ETA, B, RADIUS, ALPHA, SCALE = 0.004, 0.5, 1.6, 1.2, 0.1
LANDSCAPE = hs.landscapes.wang_oh_rhee()
START = float(LANDSCAPE.minima[1])


def gradient(modules: str) -> Callable:
    """f' as SymPy prints it for a library."""
    return sympy.lambdify(LANDSCAPE.symbol, LANDSCAPE.gradient_expr, modules=modules, cse=True)


def pure_python() -> Callable:
    slope = gradient("math")

    def run(paths: int, steps: int) -> None:
        for _ in range(paths):
            x = START
            for _ in range(steps):
                sign = 1.0 if random.random() < 0.5 else -1.0
                z = SCALE * sign * ((1.0 - random.random()) ** (-1 / ALPHA) - 1.0)
                move = ETA * (z - slope(x))
                x += max(-B, min(B, move))
                x = max(-RADIUS, min(RADIUS, x))

    return run


def numpy() -> Callable:
    slope, rng = gradient("numpy"), np.random.default_rng(0)

    def run(paths: int, steps: int) -> None:
        x = np.full(paths, START)
        for _ in range(steps):
            sign = np.where(rng.random(paths) < 0.5, 1.0, -1.0)
            z = SCALE * sign * ((1.0 - rng.random(paths)) ** (-1 / ALPHA) - 1.0)
            x = np.clip(x + np.clip(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)

    return run


def scalar_numba() -> Callable:
    slope = nb.njit(gradient("math"))

    @nb.njit(parallel=True)
    def loop(x, steps):
        for i in nb.prange(x.size):
            y = x[i]
            for _ in range(steps):
                sign = 1.0 if np.random.random() < 0.5 else -1.0
                z = SCALE * sign * ((1.0 - np.random.random()) ** (-1 / ALPHA) - 1.0)
                move = min(max(ETA * (z - slope(y)), -B), B)
                y = min(max(y + move, -RADIUS), RADIUS)
            x[i] = y

    return lambda paths, steps: loop(np.full(paths, START), steps)


def torch_eager() -> Callable:
    import torch

    slope = gradient("torch")

    def run(paths: int, steps: int) -> None:
        x = torch.full((paths,), START, dtype=torch.float64)
        for _ in range(steps):
            sign = torch.where(torch.rand(paths, dtype=torch.float64) < 0.5, 1.0, -1.0)
            z = SCALE * sign * ((1.0 - torch.rand(paths, dtype=torch.float64)) ** (-1 / ALPHA) - 1.0)
            x = torch.clamp(x + torch.clamp(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)

    return run


def torch_compiled() -> Callable:
    import torch

    slope = gradient("torch")

    @torch.compile(dynamic=False)
    def step(x):
        sign = torch.where(torch.rand_like(x) < 0.5, 1.0, -1.0)
        z = SCALE * sign * ((1.0 - torch.rand_like(x)) ** (-1 / ALPHA) - 1.0)
        return torch.clamp(x + torch.clamp(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)

    def run(paths: int, steps: int) -> None:
        x = torch.full((paths,), START, dtype=torch.float64)
        for _ in range(steps):
            x = step(x)

    return run


def jax_vmap() -> Callable:
    import jax

    jax.config.update("jax_enable_x64", True)
    slope = gradient("jax")

    def path(x, key, steps):
        def step(n, x):
            first, second = jax.random.uniform(jax.random.fold_in(key, n), (2,))
            z = SCALE * jax.numpy.where(first < 0.5, 1.0, -1.0) * ((1.0 - second) ** (-1 / ALPHA) - 1.0)
            return jax.numpy.clip(x + jax.numpy.clip(ETA * (z - slope(x)), -B, B), -RADIUS, RADIUS)

        return jax.lax.fori_loop(0, steps, step, x)

    loop = jax.jit(jax.vmap(path, in_axes=(0, 0, None)))

    def run(paths: int, steps: int) -> None:
        loop(jax.numpy.full(paths, START), jax.random.split(jax.random.key(0), paths), steps).block_until_ready()

    return run


def jax_loop() -> Callable:
    import jax

    jax.config.update("jax_enable_x64", True)
    slope = gradient("jax")

    def step(_, state):
        x, key = state
        key, first, second = jax.random.split(key, 3)
        sign = jax.numpy.where(jax.random.uniform(first, x.shape) < 0.5, 1.0, -1.0)
        z = SCALE * sign * ((1.0 - jax.random.uniform(second, x.shape)) ** (-1 / ALPHA) - 1.0)
        move = jax.numpy.clip(ETA * (z - slope(x)), -B, B)
        return jax.numpy.clip(x + move, -RADIUS, RADIUS), key

    loop = jax.jit(lambda x, key, steps: jax.lax.fori_loop(0, steps, step, (x, key))[0])
    return lambda paths, steps: loop(jax.numpy.full(paths, START), jax.random.key(0), steps).block_until_ready()


# name: (maker, paths, steps per measurement)
PEERS = {
    "pure Python": (pure_python, 1, 20_000),
    "NumPy, 1 000 paths": (numpy, 1000, 300),
    "NumPy, 100 000 paths": (numpy, 100_000, 4),
    "scalar Numba, all cores": (scalar_numba, 64, 30_000),
    "PyTorch eager, 1 000 paths": (torch_eager, 1000, 150),
    "PyTorch eager, 100 000 paths": (torch_eager, 100_000, 4),
    "torch.compile, 1 000 paths": (torch_compiled, 1000, 150),
    "torch.compile, 100 000 paths": (torch_compiled, 100_000, 8),
    "JAX vmap, 1 000 paths": (jax_vmap, 1000, 300),
    "JAX fori_loop, 1 000 paths": (jax_loop, 1000, 600),
    "JAX fori_loop, 100 000 paths": (jax_loop, 100_000, 8),
}
