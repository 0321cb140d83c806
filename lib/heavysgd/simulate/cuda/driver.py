"""Launches: the simulations as sequences of short runs on a device, with every path's state kept between them.

States are arrays (numbers of the state, n), the observed position first.

A launch lasts a fraction of a second, so that the bar moves, Ctrl-C works, and no watchdog bites; how many steps that is
adapts to the device. Where launches end changes no result.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from heavysgd import checks
from heavysgd.checks import LostPathError
from heavysgd.recursion import Recursion
from heavysgd.simulate.arguments import basins_of, refuse_lost
from heavysgd.simulate.cuda.device import SHARED_BYTES, CupyDevice
from heavysgd.simulate.cuda.source import cuda_source, described
from heavysgd.simulate.histogram import histogram_shape, window
from heavysgd.simulate.progress import StepBar

LAUNCH_SECONDS = 0.25
FIRST_BUDGET = 4096  # steps a thread in the first launch
MOST_BUDGET = 2**24
RECORDED_BYTES = 2**28  # of positions kept on the device before they are fetched
HOPS_KEPT = 2**20  # hops kept on the device before they are fetched


class _Run:
    """What all simulations share: the program, the setting, the seeds, and how many steps the next launch may make."""

    def __init__(self, sgd: Recursion, dtype, seed: int, first_path: int, device: Callable):
        self.real = np.dtype(dtype).type
        self.device = device(cuda_source(sgd, self.real is np.float32))
        self.setting = self.put(described(sgd))
        self.seeds = np.uint64(checks.seed(seed)), np.uint64(checks.count("first_path", first_path, least=0))
        self.budget = FIRST_BUDGET

    def put(self, values):
        """Real numbers on the device, in the precision of the run."""
        return self.device.put(np.asarray(values, self.real))

    def fields(self, sgd: Recursion) -> tuple:
        """FIELD_TABLES of a landscape: boxes, numbers, cells, across."""
        fields = sgd.landscape.fields(self.real)
        numbers, cells, across = fields.flat()
        boxes = np.concatenate([fields.low, fields.high])
        return self.put(boxes), self.put(numbers), self.device.put(cells), np.int64(across)

    def bar(self, total: int, unit: str, progress: bool) -> StepBar:
        return StepBar(total, unit, progress, f"cuda, {self.device.name()}")

    def lost(self, n: int):
        """Where kernels write the step after which a path has no position any more; 0 while it has one."""
        return self.device.put(np.zeros(n, np.int64))

    def refuse_lost(self, lost) -> None:
        """Raises `LostPathError` for the first path that has no position any more."""
        steps = self.device.get(lost)
        if steps.any():
            path = int(np.flatnonzero(steps)[0])
            raise LostPathError.after(int(self.seeds[1]) + path, int(steps[path]), np.dtype(self.real))

    def launch(self, kernel: str, threads: int, arguments: tuple, **more) -> None:
        started = time.perf_counter()
        self.device.launch(kernel, threads, (*arguments, self.setting), **more)
        elapsed = time.perf_counter() - started
        if elapsed < LAUNCH_SECONDS / 2:
            self.budget = min(2 * self.budget, MOST_BUDGET)
        elif elapsed > 2 * LAUNCH_SECONDS:
            self.budget = max(self.budget // 2, 2)


def run_until(
    sgd: Recursion,
    x: np.ndarray,
    inside: np.ndarray,
    max_steps: int,
    seed: int,
    first_path: int,
    progress: bool,
    device: Any = CupyDevice,
) -> tuple[np.ndarray, np.ndarray]:
    """As `simulate.stopping.run_until`: advances `x` in place; steps taken, and which paths still run."""
    x = np.atleast_2d(x)
    run, n = _Run(sgd, x.dtype, seed, first_path, device), x.shape[1]
    steps, running = run.device.put(np.zeros(n, np.int64)), run.device.put(np.ones(n, np.uint8))
    position, where, fields = run.put(x), run.put(inside.T), run.fields(sgd)
    queue, before = np.arange(n), 0
    taken, on = np.zeros(n, np.int64), np.ones(n, bool)
    with run.bar(n, " exits", progress) as bar:
        while queue.size:
            budget, next_place = np.int64(run.budget), run.device.put(np.zeros(1, np.uint64))
            state = (run.device.put(queue), np.int64(queue.size), next_place, np.int64(n), position, steps, running, where)
            arguments = (*state, *fields, *run.seeds, np.int64(max_steps), budget)
            run.launch("run_until", min(queue.size, run.device.resident()), arguments)
            taken, on = run.device.get(steps), run.device.get(running).astype(bool)
            left = np.flatnonzero(on & (taken < max_steps))
            refuse_lost(run.device.get(position), taken, first_path)
            bar.advance(queue.size - left.size, int(taken.sum()) - before)
            queue, before = left, int(taken.sum())
    x[:] = run.device.get(position)
    return taken, on


def occupation(
    sgd: Recursion,
    x: np.ndarray,
    n_steps: int,
    bins: int,
    seed: int,
    first_path: int,
    progress: bool,
    device: Any = CupyDevice,
) -> tuple[np.ndarray, np.ndarray]:
    """Advances states `x` in place; counts, flat, and steps of each path in each field, shape (n, k)."""
    run, n, f = _Run(sgd, x.dtype, seed, first_path, device), x.shape[1], sgd.landscape
    cells = int(np.prod(histogram_shape(sgd.dimension, bins)))
    counts, visits = run.device.put(np.zeros(cells, np.uint64)), run.device.put(np.zeros((f.size, n), np.uint64))
    position, home, lost = run.put(x), run.device.put(basins_of(f, x[: sgd.dimension])), run.lost(n)
    shared_bytes = 4 * cells if 4 * cells <= SHARED_BYTES else 0
    grid = run.put(np.concatenate([window(sgd)[:, 0], bins / np.ptp(window(sgd), axis=1)]))
    what = np.int64(bins), np.int64(cells), np.int32(shared_bytes > 0), counts, visits, grid, *run.fields(sgd)
    with run.bar(n * n_steps, " steps", progress) as bar:
        done = 0
        while done < n_steps:
            budget = min(run.budget, n_steps - done)
            arguments = (np.int64(n), position, home, lost, np.int64(done), np.int64(budget), *what, *run.seeds)
            run.launch("occupy", n, arguments, shared_bytes=shared_bytes)
            run.refuse_lost(lost)
            done += budget
            bar.advance(n * budget, n * budget)
    x[:] = run.device.get(position)
    return run.device.get(counts).astype(np.int64), run.device.get(visits).astype(np.int64).T


def sample_path(
    sgd: Recursion,
    x: np.ndarray,
    n_steps: int,
    every: int,
    seed: int,
    first_path: int,
    progress: bool,
    device: Any = CupyDevice,
) -> np.ndarray:
    """Advances states `x` in place by n_steps, a multiple of `every`; positions, shape (n, n_steps / every, d)."""
    run, n = _Run(sgd, x.dtype, seed, first_path, device), x.shape[1]
    position, lost, kept = run.put(x), run.lost(n), [np.empty((n, 0, sgd.dimension), x.dtype)]
    most = max(1, RECORDED_BYTES // x.nbytes)  # records a launch
    with run.bar(n * n_steps, " steps", progress) as bar:
        done = 0
        while done < n_steps:
            budget = min(run.budget, n_steps - done, most * every)
            skipped, until = done // every, (done + budget) // every
            records = run.put(np.zeros((max(1, until - skipped), sgd.dimension, n)))
            steps = np.int64(done), np.int64(budget), np.int64(every), np.int64(skipped)
            run.launch("record", n, (np.int64(n), position, lost, *steps, records, *run.seeds))
            run.refuse_lost(lost)
            kept.append(run.device.get(records)[: until - skipped].transpose(2, 0, 1))
            done += budget
            bar.advance(n * budget, n * budget)
    x[:] = run.device.get(position)
    return np.concatenate(kept, axis=1)


def hops(
    sgd: Recursion,
    x: np.ndarray,
    n_steps: int,
    distance: float,
    seed: int,
    first_path: int,
    progress: bool,
    device: Any = CupyDevice,
) -> np.ndarray:
    """Advances states `x` in place; every hop as a row (path, step, basin), in no order."""
    run, n, f = _Run(sgd, x.dtype, seed, first_path, device), x.shape[1], sgd.landscape
    position, steps, lost = run.put(x), run.device.put(np.zeros(n, np.int64)), run.lost(n)
    home = run.device.put(basins_of(f, x[: sgd.dimension]))
    found, kept = run.device.put(np.zeros((HOPS_KEPT, 3), np.int64)), []
    done, overflowed = 0, False
    places = *run.fields(sgd), run.put(f.minima), run.real(distance)
    with run.bar(n * n_steps, " steps", progress) as bar:
        while done < n * n_steps or overflowed:
            count = run.device.put(np.zeros(1, np.uint64))
            state = (np.int64(n), position, steps, home, lost, np.int64(n_steps), np.int64(run.budget))
            run.launch("hop", n, (*state, *places, count, np.uint64(HOPS_KEPT), found, *run.seeds))
            run.refuse_lost(lost)
            made = int(run.device.get(count)[0])
            overflowed = made > HOPS_KEPT  # some path waits before a hop, maybe its last
            kept.append(run.device.get(found)[: min(made, HOPS_KEPT)])
            before, done = done, int(run.device.get(steps).sum())
            bar.advance(done - before, done - before)
    x[:] = run.device.get(position)
    return np.concatenate(kept)
