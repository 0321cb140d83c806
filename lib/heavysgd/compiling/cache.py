"""Compiled kernels kept on disk, in a folder of the user's.

A kernel is written out flat (`translate.flat_source`) into a module of that folder, and Numba's own cache keeps the
machine code beside it. The module's name is made of all that decides the code: its text, the types it is called with, the
version of Numba and the processor. So nothing there ever goes stale, processes that share the folder never write different
things under one name, and the folder may be removed at any time.

    HEAVYSGD_CACHE      the folder; unset, `heavysgd` in the user's folder for caches
    NUMBA_CACHE_DIR     Numba's variable, followed for the machine code

What cannot be read is compiled again; where nothing can be written, kernels are compiled in every process. Either is said
once, with a `CacheWarning`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
import threading
import types
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba as nb
from llvmlite.binding import get_host_cpu_name
from numba.core.errors import NumbaError

from heavysgd.checks import CacheWarning
from heavysgd.compiling.flat import flat_source
from heavysgd.compiling.formula import TranslationError, function_from_source

_STAMP = 1_000_000_000  # time of every module: Numba takes another for another text, but here the name tells texts apart
_importing = threading.Lock()


def cached(kernel: Any) -> Any:
    """The Numba dispatcher `kernel`, looked up on disk before it is compiled; unchanged where it cannot be written flat."""
    try:
        return StoredKernel(*flat_source(kernel, "cache=True"))
    except TranslationError:
        return kernel


def folder() -> Path:
    """Where kernels are kept."""
    if wish := os.environ.get("HEAVYSGD_CACHE"):
        return Path(wish)
    if platform.system() == "Windows":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "heavysgd" / "cache"
    if platform.system() == "Darwin":
        return Path.home() / "Library" / "Caches" / "heavysgd"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "heavysgd"


class StoredKernel:
    """A kernel that is compiled, or found on disk, when it is first called with arguments of some types.

    found, compiled : how many of these were found on disk, and how many were not.
    """

    def __init__(self, source: str, name: str, parts: tuple[tuple[str, str], ...] = ()):
        self.source, self.name, self.parts = source, name, parts
        self.found = self.compiled = 0
        self._of_types: dict[tuple, Callable[..., Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, *arguments):
        types = tuple(map(nb.typeof, arguments))
        run = self._of_types.get(types)
        if run is None:
            with self._lock:
                run = self._of_types.get(types) or self._made(types)
                self._of_types[types] = run
        return run(*arguments)

    def _made(self, types: tuple):
        """The machine code for arguments of these types: from disk, else compiled and stored, else compiled alone."""
        described = [self.source, *map(str, types), nb.__version__, get_host_cpu_name()]
        module = f"heavysgd_kernel_{hashlib.sha256('|'.join(described).encode()).hexdigest()[:24]}"
        made = None
        for _ in range(2):  # what could not be read is removed, and compiled again
            try:
                with _importing:  # another thread may be in the midst of the same module
                    for part, source in self.parts:
                        _imported(part, source)
                    made = getattr(_imported(module, self.source), self.name)
                made.compile(types)
                hit = sum(made.stats.cache_hits.values())
                self.found, self.compiled = self.found + hit, self.compiled + 1 - hit
                return made
            except NumbaError:
                raise
            except Exception as error:  # a truncated pickle can raise anything
                _say_once(error)
                for name in (module, *dict(self.parts)):
                    _forget(name)
            if made is not None and types in made.overloads:  # compiled, and only not stored
                break
        self.compiled += 1
        if made is not None and types in made.overloads:
            return made
        return self._made_in_memory()

    def _made_in_memory(self):
        """The kernel from its source alone, with nothing on disk."""
        for part, source in self.parts:
            if part not in sys.modules:
                sys.modules[part] = types.ModuleType(part)
                exec(compile(source.replace("cache=True", ""), part, "exec"), vars(sys.modules[part]))
        return function_from_source(self.source.replace("cache=True", ""), self.name, {})


def _imported(module: str, source: str):
    """The module, written first if it is not there whole. Raises `OSError` where it cannot be written."""
    if module in sys.modules:
        return sys.modules[module]
    path = folder() / f"{module}.py"
    if not path.is_file() or path.read_text() != source:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{uuid.uuid4().hex[:12]}.part")
        scratch.write_text(source)
        os.utime(scratch, (_STAMP, _STAMP))
        scratch.replace(path)
    found = importlib.util.spec_from_file_location(module, path)
    if found is None or found.loader is None:
        raise OSError(f"{path}: cannot be imported")
    sys.modules[module] = importlib.util.module_from_spec(found)
    found.loader.exec_module(sys.modules[module])
    return sys.modules[module]


def _forget(module: str) -> None:
    """Removes what is stored of a module, as far as it can be removed."""
    gone = sys.modules.pop(module, None)
    places = [folder()]
    for part in vars(gone).values() if gone else ():
        if hasattr(part, "stats") and part.stats.cache_path:
            places.append(Path(part.stats.cache_path))
    for place in places:
        for file in place.glob(f"{module}.*"):
            try:
                file.unlink()
            except OSError:
                pass


_said = threading.Event()


def _say_once(error: Exception) -> None:
    if not _said.is_set():
        warnings.warn(
            f"the cache of compiled kernels in {folder()} cannot be used ({type(error).__name__}: {error}); kernels are "
            "compiled anew. Free the disk, remove the folder, or name another in HEAVYSGD_CACHE",
            CacheWarning,
            stacklevel=5,
        )
    _said.set()
