"""Compiled kernels kept on disk, beside the source or where NUMBA_CACHE_DIR says.

Numba's own cache tells closures apart by pickling what they close over, which for compiled functions never matches in
another process. A kernel is known here by what it is made of: its source, that of everything it calls, down to the
gradient of the landscape and the draw of the law, and the constants they refer to.
"""

from __future__ import annotations

import hashlib
import inspect
import itertools
import secrets
import types

from numba.core.bytecode import FunctionIdentity
from numba.core.caching import FunctionCache, IndexDataCacheFile

# Numba numbers the functions it compiles, from 1 in every process, and machine code finds what it calls by such names. A
# kernel from disk would then take functions of this process that bear its own functions' numbers for its own. Numbers
# counted from a random start do not meet.
FunctionIdentity._unique_ids = itertools.count(secrets.randbits(48))


def cached(kernel):
    """The Numba dispatcher `kernel`, looked up on disk before it is compiled; unchanged where that cannot be done."""
    try:
        kernel._cache = _KernelCache(kernel.py_func, fingerprint(kernel))
    except (OSError, TypeError, RuntimeError):  # no source to be known by, or no place to write
        pass
    return kernel


def fingerprint(function) -> str:
    """SHA-256 of a compiled function, of all that it calls, and of the constants they use.

    Raises `OSError` or `TypeError` where the source of one of them cannot be read.
    """
    plain = function.py_func
    seen = inspect.getclosurevars(plain)
    parts = [
        inspect.getsource(plain),
        repr(sorted((name, _plain(value)) for name, value in function.targetoptions.items())),
    ]
    for name, value in sorted({**seen.globals, **seen.nonlocals}.items()):
        if hasattr(value, "py_func"):
            parts.append(f"{name}: {fingerprint(value)}")
        elif not isinstance(value, types.ModuleType):
            parts.append(f"{name}: {type(value).__name__} {value!r}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain(value) -> str:
    return repr(sorted(value) if isinstance(value, (set, frozenset)) else value)


class _KernelCache(FunctionCache):
    """One index and one data file a kernel: two processes that compile different ones never share a file."""

    def __init__(self, plain, key: str):
        super().__init__(plain)
        self._key = key
        name = f"{self._impl.filename_base}-{key[:16]}"
        self._cache_file = IndexDataCacheFile(self._cache_path, name, self._impl.locator.get_source_stamp())

    def _index_key(self, sig, codegen):
        return sig, codegen.magic_tuple(), self._key
