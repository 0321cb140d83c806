"""The CUDA source, compiled by the host's C++ compiler and driven like a device, against the CPU engine path by path."""

import shutil
import subprocess

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
import sympy
from heavysgd.compiling import TranslationError, cpp_source
from heavysgd.simulate.cuda import driver
from heavysgd.simulate.cuda.source import cuda_source
from heavysgd.simulate.stopping import inside_fields, region

from tests.heavysgd.host_device import COMPILER, HostDevice

PAPER = hs.landscapes.wang_oh_rhee()
x = sympy.Symbol("x")
WAVES = hs.Landscape(x**2 / 8 + sympy.sin(3 * x) * sympy.exp(-(x**2) / 9) + sympy.tanh(x) / 9, bounds=(-4, 4), name="waves")
LAWS = [
    hs.Lomax(1.2, 0.1),
    hs.Lomax(1.5, 0.1, p_plus=0.3),
    hs.Pareto(1.4, 0.05),
    hs.StudentT(1.3, 0.2),
    hs.SymmetricStable(1.4, 0.2),
    hs.Gaussian(1.0),
]
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")


@pytest.fixture(autouse=True)
def short_launches(monkeypatch):
    monkeypatch.setattr(driver, "FIRST_BUDGET", 33)  # odd: launches end between the two steps of a block
    monkeypatch.setattr(driver, "MOST_BUDGET", 1001)


def recorded(sgd, start, n_steps, n_paths, seed, every=1, dtype="float64"):
    """Paths as the CUDA kernel records them, shape (n_paths, n_steps / every)."""
    position = np.full((1, n_paths), start, dtype)
    return driver.sample_path(sgd, position, n_steps, every, seed, 5, False, HostDevice)[:, :, 0]


@needs_compiler
@pytest.mark.parametrize("f", [PAPER, WAVES], ids=lambda f: f.name)
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_paths_are_those_of_the_cpu(law, f):
    sgd = hs.SGD(f, law, 0.002, 0.5)
    ours = recorded(sgd, f.minima[0], 400, 4, seed=2**40 + 7)
    cpu = hs.sample_path(sgd, f.minima[0], n_steps=400, n_paths=4, seed=2**40 + 7, first_path=5, progress=False)[:, 1:]
    other = hs.sample_path(sgd, f.minima[0], n_steps=400, n_paths=4, seed=2**40 + 7, first_path=6, progress=False)[:, 1:]
    assert np.max(np.abs(ours - cpu)) < 1e-9
    assert np.max(np.abs(ours - other)) > 1e-3


@needs_compiler
@pytest.mark.parametrize("law", [LAWS[0], LAWS[3]], ids=repr)
def test_first_exits_are_those_of_the_cpu(law):
    sgd = hs.SGD(PAPER, law, 0.004, 0.5)
    exits = hs.first_exit(sgd, PAPER.minima[0], n_paths=60, max_steps=2000, seed=8, progress=False)
    position = np.full(60, PAPER.minima[0])
    inside = region(np.full(60, PAPER.edges[0]), np.full(60, PAPER.edges[1]))
    steps, running = driver.run_until(sgd, position, inside, 2000, 8, 0, False, HostDevice)
    assert np.array_equal(running, exits.censored) and 0 < running.sum() < 60
    assert np.array_equal(steps, exits.steps) and np.allclose(position, exits.position, atol=1e-8)


@needs_compiler
def test_excursions_end_in_the_hole_or_outside():
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, 0.5)
    where = region(np.full(40, 0.25), np.full(40, 0.65), hole=(0.49, 0.51))
    device, cpu = np.full(40, 0.6), np.full(40, 0.6)
    steps, running = driver.run_until(sgd, device, where, 5000, 8, 0, False, HostDevice)
    expected, _ = hs.simulate.stopping.run_until(sgd, cpu, where, 5000, 8, 0, False, None)
    assert np.array_equal(steps, expected) and np.allclose(device, cpu, atol=1e-8) and not running.any()


@needs_compiler
@pytest.mark.parametrize("bins", [64, 20_000])  # in shared memory and not
def test_occupation_is_that_of_the_cpu(bins):
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, None, radius=1.6)
    cpu = hs.occupation(sgd, PAPER.minima[0], n_steps=3001, n_paths=6, bins=bins, seed=2, progress=False)
    position = np.full((1, 6), PAPER.minima[0])
    counts, visits = driver.occupation(sgd, position, 3001, bins, 2, 0, False, HostDevice)
    assert np.array_equal(counts, cpu.counts) and np.allclose(position[0], cpu.final, atol=1e-8)
    assert np.allclose(visits / 3001, cpu.basin_fraction_by_path)


@needs_compiler
@pytest.mark.parametrize("kept", [3, 10_000])  # a list of hops that overflows in every launch, and one that never does
def test_hops_are_those_of_the_cpu(kept, monkeypatch):
    monkeypatch.setattr(driver, "HOPS_KEPT", kept)
    sgd = hs.SGD(PAPER, LAWS[0], 0.004, None, radius=1.6)
    starts = np.resize(PAPER.minima, 17)
    cpu = hs.hops(sgd, starts, n_steps=12_001, distance=0.1, n_paths=17, seed=4, progress=False)
    found = driver.hops(sgd, starts[None, :].copy(), 12_001, 0.1, 4, 0, False, HostDevice)
    assert sorted(map(tuple, found)) == list(zip(cpu.path, cpu.step, cpu.basin)) and len(found) > 20


@needs_compiler
def test_records_at_every_few_steps():
    sgd = hs.SGD(PAPER, LAWS[0], 0.002, 0.5)
    assert np.array_equal(recorded(sgd, -0.7, 490, 2, 3, every=7), recorded(sgd, -0.7, 490, 2, 3)[:, 6::7])


@needs_compiler
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_single_precision_follows_the_same_draws(law):
    sgd = hs.SGD(PAPER, law, 0.002, 0.5)
    double, single = (recorded(sgd, PAPER.minima[1], 60, 8, 3, dtype=dtype) for dtype in ("float64", "float32"))
    assert single.dtype == np.float32
    assert 0 < np.max(np.abs(single - double)) < 2e-4 < np.max(np.abs(double - PAPER.minima[1]))


@needs_compiler
def test_a_law_of_ones_own_needs_no_second_version():
    strength = 0.25

    @nb.njit(inline="always")
    def uniform_steps(u, v, params):
        width = params[0] if u <= 0.5 else -params[0]
        return strength * width * (1.0 if v > 0.5 else 2.0)

    law = type("Own", (hs.Gaussian,), {"transform": staticmethod(uniform_steps)})(0.3)
    sgd = hs.SGD(PAPER, law, 0.002, 0.5)
    cpu = hs.sample_path(sgd, PAPER.minima[1], n_steps=50, n_paths=2, seed=1, first_path=5, progress=False)[:, 1:]
    assert np.allclose(recorded(sgd, PAPER.minima[1], 50, 2, 1), cpu, atol=1e-12)


def test_what_cannot_be_translated_is_named():
    @nb.njit
    def looped(u):
        total = 0.0
        for _ in range(3):
            total += u
        return total

    with pytest.raises(TranslationError, match="looped, line .*for"):
        cpp_source({"looped": looped})


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc here")
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_the_source_compiles_for_a_device(law, single, tmp_path):
    target = tmp_path / "out.ptx"
    command = ["nvcc", "-std=c++17", "-arch=sm_90", "-ptx", "-o", str(target), "-x", "cu", "-"]
    source = cuda_source(hs.SGD(PAPER, law, 0.002, 0.5), single)
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = target.read_text()
    assert all(f".entry {kernel}(" in text for kernel in ("run_until", "occupy", "record", "hop"))
    # One double would slow every step down.
    assert not single or ".f64" not in text.split(".entry record(")[1]


# --- in R^d ---

WELLS = hs.landscapes.separable(hs.landscapes.two_wells(0.8, 0.8), hs.landscapes.two_wells(0.5, 0.5))
BY_FLOW = hs.Landscape(WELLS.expr, WELLS.bounds, symbols=WELLS.symbols)
CUBE = hs.landscapes.separable(*WELLS.lines, hs.landscapes.two_wells(0.6, 0.9))
LOUD = hs.Lomax(1.3, 0.5)
SPACES = {
    "exact": hs.SGD(WELLS, hs.Isotropic(LOUD, 2), 0.02, 0.4),
    "by flow": hs.SGD(BY_FLOW, hs.Isotropic(LOUD, 2), 0.02, 0.4),
    "coordinates": hs.SGD(WELLS, hs.Independent(LOUD, 2), 0.02, 0.3, truncation="coordinates"),
    "cube": hs.SGD(CUBE, hs.Isotropic(LOUD, 3), 0.02, 0.4),
}
in_space = pytest.mark.parametrize("sgd", SPACES.values(), ids=SPACES)


@needs_compiler
@in_space
def test_paths_in_space_are_those_of_the_cpu(sgd):
    start = sgd.landscape.minima[1]
    position = np.repeat(start[:, None], 4, axis=1)
    ours = driver.sample_path(sgd, position, 400, 4, 7, 5, False, HostDevice)
    recorded = {"every": 4, "n_paths": 4, "seed": 7, "progress": False}
    cpu, other = (hs.sample_path(sgd, start, n_steps=400, first_path=first, **recorded)[:, 1:] for first in (5, 6))
    assert ours.shape == cpu.shape and np.max(np.abs(ours - cpu)) < 1e-9 < 1e-3 < np.max(np.abs(ours - other))


@needs_compiler
@in_space
def test_exits_occupation_and_hops_in_space_are_those_of_the_cpu(sgd):
    f, starts = sgd.landscape, np.resize(sgd.landscape.minima, (12, sgd.dimension))
    exits = hs.first_exit(sgd, starts, n_paths=12, max_steps=5000, seed=8, progress=False)
    position = starts.T.copy()
    steps, running = driver.run_until(sgd, position, inside_fields(sgd, f.basin_of(starts)), 5000, 8, 0, False, HostDevice)
    assert np.array_equal(steps, exits.steps) and np.array_equal(running, exits.censored) and not running.all()
    assert np.allclose(position.T, exits.position, atol=1e-8)

    seen = hs.occupation(sgd, starts, n_steps=3001, n_paths=12, bins=24, seed=8, progress=False)
    counts, visits = driver.occupation(sgd, starts.T.copy(), 3001, 24, 8, 0, False, HostDevice)
    assert np.array_equal(counts, seen.counts.ravel()) and np.allclose(visits / 3001, seen.basin_fraction_by_path)

    cpu = hs.hops(sgd, starts, n_steps=24_001, distance=0.2, n_paths=12, seed=8, progress=False)
    found = driver.hops(sgd, starts.T.copy(), 24_001, 0.2, 8, 0, False, HostDevice)
    assert sorted(map(tuple, found)) == list(zip(cpu.path, cpu.step, cpu.basin)) and len(found) > 5


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="no nvcc here")
@in_space
def test_the_source_in_space_compiles_for_a_device(sgd, tmp_path):
    target = tmp_path / "out.ptx"
    command = ["nvcc", "-std=c++17", "-arch=sm_90", "-ptx", "-o", str(target), "-x", "cu", "-"]
    done = subprocess.run(command, input=cuda_source(sgd), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
