"""Blocks of paths on threads: bounded calls into compiled code, a progress bar between them, Ctrl-C at any time.

A block's work is a function that advances it by a bounded number of steps and says whether it is finished. Because the
draws depend on (seed, path, step) alone, neither the number of threads nor the blocks change a result.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

from heavysgd import checks
from heavysgd.simulate.progress import StepBar

CALL_STEPS = 4_000_000  # steps per compiled call: some tenths of a second, the latency of Ctrl-C and of the bar


def thread_count(threads: int | None) -> int:
    """`threads`, or HEAVYSGD_THREADS, or the number of cores this process may use."""
    if threads is not None:
        return checks.count("threads", threads)
    wish = os.environ.get("HEAVYSGD_THREADS", "")
    if wish and not wish.isdigit():
        raise ValueError(f"HEAVYSGD_THREADS = {wish!r}: must be an integer, or unset for all cores")
    return int(wish or 0) or _usable_cores()


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blocks(n_paths: int, threads: int, most: int = 4096) -> list[slice]:
    """Consecutive slices of the paths: several a thread where there are many, so that long exits balance out."""
    size = max(1, min(most, max(128, n_paths // (4 * threads)), -(-n_paths // threads)))
    return [slice(i, min(i + size, n_paths)) for i in range(0, n_paths, size)]


class Advance(NamedTuple):
    """What one call of a block's work did: progress in the bar's unit, steps of single paths, whether it was the last."""

    done: int
    steps: int
    finished: bool


def run(work: Callable[[slice], Advance], parts: list[slice], threads: int, progress: bool, total: int, unit: str) -> None:
    """Calls `work(part)` on every part until it is finished, parts side by side; each call advances the bar."""
    stop = threading.Event()

    def finish(part):
        finished = False
        while not finished and not stop.is_set():
            done, steps, finished = work(part)
            bar.advance(done, steps)

    with StepBar(total, unit, progress, f"cpu, {threads} threads") as bar, ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(finish, part) for part in parts]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:  # also KeyboardInterrupt: let running calls end, start no other
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
