"""`python -m heavysgd`: what this machine offers, and one exit time three ways, in some twenty seconds."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version

import heavysgd as hs
from heavysgd.compiling import cache
from heavysgd.simulate.cuda.device import CupyDevice
from heavysgd.simulate.threads import thread_count

_PACKAGES = ("numpy", "scipy", "sympy", "numba", "networkx")
_PATHS, _ETA, _B = 3000, 0.004, 0.5


def machine() -> str:
    """Versions, threads, the device and the folder of compiled kernels, a line each."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    missing = CupyDevice.why_not()
    return "\n".join(
        [
            f"heavysgd {hs.__version__} on Python {platform.python_version()}: {versions}",
            f"CPU: {thread_count(None)} threads",
            f"GPU: {'none taken, ' + missing if missing else 'backend=' + repr('cuda')}",
            f"compiled kernels: {cache.folder()}",
        ]
    )


def demonstration(n_paths: int = _PATHS) -> str:
    """The mean exit time from the paper's second basin: simulated, exact, and by the limit formula."""
    f, z = hs.landscapes.wang_oh_rhee(), hs.Lomax(alpha=1.2, scale=0.1)
    sgd = hs.SGD(f, z, eta=_ETA, b=_B, radius=1.6)
    started = time.perf_counter()
    exits = hs.first_exit(sgd, f.minima[1], n_paths=n_paths, max_steps=10**9)
    seconds = time.perf_counter() - started
    drawn, exact = hs.inference.mean(exits.steps), hs.exact.first_exit(sgd, f.minima[1])
    return "\n".join(
        [
            f"exit from the second basin of the paper's landscape, eta = {_ETA}, b = {_B}: two big jumps",
            f"  simulated  {drawn.value:,.0f} steps, standard error {drawn.stderr:,.0f} ({n_paths} exits, {seconds:.1f} s)",
            f"  exact      {exact.mean:,.1f} steps, relative error {exact.error:.0e}",
            f"  limit      {hs.theory.mean_exit_time(sgd, basin=1):,.0f} steps, reached as eta falls to 0",
        ]
    )


if __name__ == "__main__":
    print(machine(), flush=True)
    print(demonstration())
