"""Runs one chapter with papermill and records how it went: `python -m companion.press.run_chapter STEM PROFILE [ROOT]`.

In a process of its own, so that the peak memory of its children is that of the chapter's kernel, and so that nothing a
chapter does, dying included, reaches the others.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import tempfile
import time
from importlib.metadata import version

import papermill
from traitlets.config import Config

from companion import paths
from companion.press import inputs, profiles
from companion.press.runs import Run

REPORTED_VERSIONS = ("numpy", "scipy", "sympy", "numba", "networkx", "matplotlib", "papermill", "jupyter-book")


def run_chapter(run: Run) -> dict:
    """Executes one chapter into the build and writes its run record; never raises for an error of the chapter."""
    chapter, folder = run.chapter, run.executed
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / f"{chapter.stem}.told"
    told.unlink(missing_ok=True)
    os.environ |= {"BOOK_PROFILE": run.profile, "BOOK_CLAIMS": str(run.claims), "BOOK_INPUTS": str(told)}
    os.environ["TQDM_DISABLE"] = "1"
    # The kernel starts in the chapters' folder, where a relative PYTHONPATH leads nowhere: it must not find another lib/.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(paths.ROOT / "lib"), os.environ.get("PYTHONPATH")]))
    before, started, error = inputs.digests(chapter), time.perf_counter(), None
    try:
        with tempfile.TemporaryDirectory() as sockets:
            papermill.execute_notebook(
                str(chapter),
                str(folder / chapter.name),
                parameters=run.given,
                cwd=str(chapter.parent),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                config=_talking_in(sockets),
            )
    except Exception as failure:  # noqa: BLE001 - any failure of a chapter is reported, none stops the others
        error = str(failure)
    record = {
        "chapter": chapter.stem,
        "profile": run.profile,
        "parameters": run.given,
        "inputs": inputs.of_run(chapter, before, told),
        "seconds": time.perf_counter() - started,
        "peak_mib": _peak_mib_of_children(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in REPORTED_VERSIONS}},
        "error": error,
    }
    run.record_file.write_text(json.dumps(record, indent=1))
    return record


def _talking_in(folder: str) -> Config:
    """Kernel and client talk through sockets in a folder of their own.

    Of ports they would have those that were free when the kernel was begun; another program may take one before it binds.
    """
    if sys.platform == "win32":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": os.path.join(folder, "kernel")}})


def _peak_mib_of_children() -> float:
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes on macOS, KiB elsewhere


if __name__ == "__main__":
    stem, name, *seeds_root = sys.argv[1:]
    run = Run(paths.CHAPTERS / f"{stem}.ipynb", name, profiles.load(name)[stem], *map(int, seeds_root))
    sys.exit(run_chapter(run)["error"])
