"""Where a recorded result comes from: machine, versions, commit. Written into every file under results/."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import heavysgd as hs

ROOT = Path(__file__).parents[1]
PACKAGES = ("numpy", "numba", "sympy", "scipy", "torch", "jax", "cupy-cuda12x", "cupy-cuda13x")


def origin(**more) -> dict:
    """Commit (with a mark if the tree differs from it), processor, threads, versions, and what `more` adds."""
    return {
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "tree_changed": bool(_git("status", "--porcelain", "--untracked-files=no", "lib", "benchmarks")),
        "processor": _processor(),
        "threads": hs.simulate.threads.thread_count(None),
        "versions": {"python": platform.python_version(), **{name: v for name in PACKAGES if (v := _version(name))}},
        **more,
    }


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
