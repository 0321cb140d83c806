"""Where a simulation runs. "auto" takes a CUDA device when there is one and the job is large enough to win there."""

from __future__ import annotations

import logging

from heavysgd import checks
from heavysgd.simulate.cuda.device import CupyDevice

BACKENDS = ("auto", "cpu", "cuda")
# Paths from which "auto" takes the device: estimated, not measured, from the time of a step of one lone thread (about
# 0.2 us) against that of the CPU's lanes.
WINS_FROM = 4096

_log = logging.getLogger("heavysgd")


def backend_taken(backend: str, n_paths: int) -> str:
    """ "cpu" or "cuda", the one a call with `n_paths` paths will run on; logged at level INFO.

    Raises `ValueError` for an unknown name, and for "cuda" where it cannot run.
    """
    checks.one_of("backend", backend, BACKENDS)
    why_not = None if backend == "cpu" else CupyDevice.why_not()
    if backend == "cuda" and why_not:
        raise ValueError(f"backend = 'cuda': {why_not}; use backend='cpu' or 'auto'")
    taken = "cuda" if backend == "cuda" or (backend == "auto" and not why_not and n_paths >= WINS_FROM) else "cpu"
    if backend == "auto":
        reason = why_not or f"{n_paths} paths, the device wins from {WINS_FROM}"
        _log.info("backend %r taken (%s)", taken, reason)
    return taken
