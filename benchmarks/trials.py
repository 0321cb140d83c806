"""Trials of mutants: a copy of the checkout in which one is planted at a time, and tests are run until one fails."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from companion.paths import ROOT
from mutations import Mutant
from tqdm import tqdm

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints", "*.egg-info"
)
PYTEST = ["-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", "-p", "no:playwright"]
PYTEST += ["--hypothesis-seed=0"]  # the same examples for every mutant
NO_TESTS = 5  # pytest's exit status for a module without examples
_running: set[subprocess.Popen] = set()
_stopping = threading.Event()


class Place:
    """A copy of the checkout in which Python runs on one thread and writes nothing elsewhere."""

    def __init__(self, folder: Path):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder, self.checkout = folder, folder / "checkout"
        self.cache, self.scratch = folder / "cache", folder / "scratch"
        shutil.copytree(ROOT, self.checkout, ignore=NOT_COPIED)

    def tests(self, targets: list[str], cache: Path, limit: float | None = None) -> tuple[int | None, str, float]:
        """Pytest's exit status (None: beyond the limit), what it printed, and seconds; stops at the first failure."""
        began = time.perf_counter()
        code, output = self.python([*PYTEST, f"--basetemp={self.scratch / 'pytest'}", *targets], cache, limit)
        return code, output, time.perf_counter() - began

    def python(self, arguments: list[str], cache: Path, limit: float | None = None) -> tuple[int | None, str]:
        """Exit status and output. Compiled kernels are found in `cache` and kept there."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        own = {"PYTHONPATH": str(self.checkout / "lib"), "PYTHONDONTWRITEBYTECODE": "1", "HEAVYSGD_CACHE": str(cache)}
        own |= {"TMPDIR": str(self.scratch), "HYPOTHESIS_STORAGE_DIRECTORY": str(self.scratch / "hypothesis")}
        own |= {"HEAVYSGD_THREADS": "1", "OMP_NUM_THREADS": "1"}
        env = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | own
        how = {"cwd": self.checkout, "env": env, "stderr": subprocess.STDOUT, "start_new_session": True}
        with open(self.scratch / "output", "w+") as sink:
            code = waited(subprocess.Popen([sys.executable, *arguments], stdout=sink, **how), limit)
            sink.seek(0)
            return code, sink.read()

    @contextmanager
    def planted(self, mutant: Mutant):
        """The mutant's file in place of the unchanged one."""
        file = self.checkout / mutant.file
        unchanged, stat = file.read_bytes(), file.stat()
        file.write_text(mutant.source)
        try:
            yield
        finally:
            file.write_bytes(unchanged)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def cache_from(self, kernels: Path | None) -> Path:
        """This place's cache, holding a copy of those kernels and nothing that a mutant compiled."""
        shutil.rmtree(self.cache, ignore_errors=True)
        if kernels:
            shutil.copytree(kernels, self.cache)
        return self.cache


def waited(process: subprocess.Popen, limit: float | None) -> int | None:
    """Its exit status; None where it was ended, with all that it had started, for running beyond the limit.

    Raises `InterruptedError` where it was ended from elsewhere, which says nothing of what it ran.
    """
    _running.add(process)
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(process)
        _running.discard(process)
    if _stopping.is_set() or code == -signal.SIGKILL:
        raise InterruptedError(f"{process.args}: was killed")
    return code


def end(process: subprocess.Popen) -> None:
    """Ends a process and what is left of its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def judged(place: Place, mutant: Mutant, limits: dict[str, float], kernels: Path | None) -> dict:
    """What came of one mutant; `limits` are the test files to run, in order, and the seconds that each may take.

    Kernels compiled from the unchanged code hide no fault: what is stored is known by its text.
    """
    with place.planted(mutant):
        code, output, seconds = first_failure(place, limits, place.cache_from(kernels))
        first = re.search(r"^(FAILED|ERROR) (\S+)", output, re.M)
        if code not in (None, 0) and not (first and first[1] == "FAILED") and not imported(place, mutant.file):
            outcome = "stillborn"
        elif code is not None and code > 2:
            raise RuntimeError(f"pytest ended with {code} on {mutant.file}:\n{mutant.diff}\n{output[-2000:]}")
        else:
            outcome = "timeout" if code is None else "crash" if code < 0 else "killed" if code else "survived"
    found = {name: value for name, value in mutant._asdict().items() if name != "source"}
    by = first[2] if first and outcome == "killed" else None
    return {"id": mutant.id, **found, "outcome": outcome, "by": by, "seconds": round(seconds, 1)}


def first_failure(place: Place, limits: dict[str, float], cache: Path) -> tuple[int | None, str, float]:
    """As `Place.tests`, of the first file that does not pass, or of the last."""
    spent = 0.0
    for target, limit in limits.items():
        code, output, seconds = place.tests([target], cache, limit)
        spent += seconds
        if code not in (0, NO_TESTS):
            return code, output, spent
    return 0, "", spent


def imported(place: Place, file: str) -> bool:
    """Whether a module can be imported as it stands."""
    module = file.removeprefix("lib/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return place.python(["-c", f"import {module}"], place.cache_from(None))[0] == 0


def shared(work: Callable, items: list, places: list[Place], unit: str) -> list:
    """work(place, item) for every item, one at a time in each place, in the items' order; a bar over the items."""
    free = queue.SimpleQueue()
    for place in places:
        free.put(place)

    def one(item):
        place = free.get()
        try:
            return work(place, item)
        finally:
            free.put(place)

    _stopping.clear()
    with ThreadPoolExecutor(len(places)) as pool:
        jobs = [pool.submit(one, item) for item in items]
        try:
            for job in tqdm(as_completed(jobs), total=len(jobs), unit=unit):
                job.result()
        except BaseException:  # also KeyboardInterrupt
            _stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(_running):
                end(process)
            raise
    return [job.result() for job in jobs]
