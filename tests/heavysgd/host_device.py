"""A device that is no device: the CUDA source compiled by the host's C++ compiler, threads run one after the other."""

import ctypes
import functools
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

COMPILER = shutil.which("c++") or shutil.which("g++")
# No contraction of a * b + c: the two engines may still differ in the last digits, since Numba's may reorder.
FLAGS = ["-x", "c++", "-std=c++17", "-O2", "-DHOST", "-shared", "-fPIC", "-ffp-contract=off"]


class HostDevice:
    """What `CupyDevice` offers, on NumPy arrays; `threads` at most are pretended to fit."""

    threads = 3

    def __init__(self, source: str):
        self.program = _library(source)

    @staticmethod
    def name() -> str:
        return "host"

    def resident(self) -> int:
        return self.threads

    @staticmethod
    def put(values):
        return np.array(values, order="C")

    @staticmethod
    def get(values):
        return values.copy()

    def launch(self, kernel, threads, arguments, shared_bytes=0):
        given = [_as_c(argument) for argument in arguments]
        for thread in range(threads):
            self.program.set_thread(ctypes.c_longlong(thread))
            getattr(self.program, kernel)(*given)


_C = {"int32": ctypes.c_int32, "int64": ctypes.c_int64, "uint64": ctypes.c_uint64}
_C |= {"float32": ctypes.c_float, "float64": ctypes.c_double}


def _as_c(argument):
    if isinstance(argument, np.ndarray):
        return argument.ctypes.data_as(ctypes.c_void_p)
    return _C[argument.dtype.name](argument.item())


@functools.cache
def _library(source: str) -> ctypes.CDLL:
    folder = Path(tempfile.mkdtemp(prefix="heavysgd-"))
    name = folder / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.so"
    compiled = subprocess.run([COMPILER, *FLAGS, "-o", str(name), "-"], input=source, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stderr
    library = ctypes.CDLL(str(name))
    shutil.rmtree(folder)
    return library
