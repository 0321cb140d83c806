"""What the driver asks of a device: a compiled program, arrays, launches. CuPy is imported here and nowhere else."""

# CuPy is an extra, for machines with a CUDA device.
# pyright: reportMissingImports=false

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

THREADS = 128  # a block: four warps, so that few idle threads are left where paths are few
SHARED_BYTES = 40_000  # of a block's shared memory, below what every device grants without asking


class CupyDevice:
    """The program `source` on the current CUDA device."""

    def __init__(self, source: str):
        import cupy

        self.cupy = cupy
        self.program = _module(source, cupy.cuda.Device().id)

    @staticmethod
    def why_not() -> str | None:
        """Why no device can be used; None where one can."""
        try:
            import cupy
        except ImportError:
            return "CuPy is not installed (extras cuda12, cuda13)"
        try:
            if cupy.cuda.runtime.getDeviceCount() > 0:
                return None
            return "CuPy sees no CUDA device"
        except cupy.cuda.runtime.CUDARuntimeError as error:
            return f"no CUDA device can be used ({error})"

    @staticmethod
    def name() -> str:
        """The device's own name."""
        import cupy

        return cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)["name"].decode()

    @staticmethod
    def resident() -> int:
        """Threads that fill the device."""
        import cupy

        found = cupy.cuda.Device().attributes
        return found["MultiProcessorCount"] * found["MaxThreadsPerMultiProcessor"]

    def put(self, values: np.ndarray) -> Any:
        """A copy of `values` on the device."""
        return self.cupy.asarray(np.ascontiguousarray(values))

    def get(self, values: Any) -> np.ndarray:
        """A copy of a device's array here; waits until it is computed."""
        return self.cupy.asnumpy(values)

    def launch(self, kernel: str, threads: int, arguments: tuple, shared_bytes: int = 0) -> None:
        """Runs `kernel` with at least `threads` threads and waits for its end."""
        blocks = -(-threads // THREADS)
        self.program.get_function(kernel)((blocks,), (THREADS,), arguments, shared_mem=shared_bytes)
        self.cupy.cuda.get_current_stream().synchronize()


@lru_cache(maxsize=64)
def _module(source: str, device: int):
    import cupy

    return cupy.RawModule(code=source, options=("--std=c++17",))
