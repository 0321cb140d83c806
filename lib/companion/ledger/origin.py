"""Where a result comes from: day, machine, versions, commit. Written into every claim and every file under results/."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from heavysgd.simulate.threads import thread_count

from companion.paths import ROOT

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}  # the widest first; None where it is neither, or not known
PACKAGES = ("numpy", "numba", "sympy", "scipy", "torch", "jax", "cupy-cuda12x", "cupy-cuda13x")


def origin(tree: Sequence[str] = ("lib", "benchmarks"), **more) -> dict:
    """Day (UTC), commit (with a mark if `tree` differs), processor, its widest vectors, threads, versions, and `more`."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "tree_changed": bool(_git("status", "--porcelain", "--untracked-files=no", *tree)),
        "processor": _cpuinfo("model name") or platform.processor(),
        "vectors": next((name for flag, name in VECTORS.items() if flag in _cpuinfo("flags").split()), None),
        "threads": thread_count(None),
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


def _cpuinfo(field: str) -> str:
    """What Linux says of the first processor; empty elsewhere."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith(field)), "")
