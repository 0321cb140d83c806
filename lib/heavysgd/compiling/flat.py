"""The same function as one flat module of Python source: itself, all that it calls, and the constants they refer to.

A kernel is put together at run time, of closures over the gradient of a landscape and the draw of a law. Written out flat
it is an ordinary module that imports nothing but NumPy and Numba: a person can read it, and its text says all it does.
Functions marked as `shared`, which are the same for many kernels, have modules of their own, named by what they hold, so
that they are compiled once.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import inspect
import textwrap
import types
from typing import Any, NamedTuple

import numpy as np

from heavysgd.compiling.formula import TranslationError

_OPTIONS = ("inline", "fastmath", "error_model", "nogil")  # of a compiled function, and all that kernels here use
_HEAD = (
    '"""A compiled kernel of heavysgd with all that it calls. Made by the library, and made again where it is missing."""'
)


def shared(function: Any) -> Any:
    """Marks a compiled function as one that many kernels call: it is compiled on its own, once for all of them."""
    function.is_shared = True
    return function


class Flat(NamedTuple):
    """The text of a module, the name of the function in it, and the modules of shared functions that it imports, each
    after those that it needs itself: (name, text)."""

    source: str
    name: str
    parts: tuple[tuple[str, str], ...]


def flat_source(function: Any, options: str = "") -> Flat:
    """A module that defines the compiled `function`.

    options : further options of its decorator and of those of shared functions, such as "cache=True".

    Raises `TranslationError` where the source of a function cannot be read, or a constant cannot be written down.
    """
    module = _Module(options)
    name = module.define(function, options)
    imports = [f"import {path}" if path == name else f"import {path} as {name}" for name, path in module.imports.items()]
    imports = [*sorted(imports), *(f"from {path} import {name}" for path, name in module.shared)]
    text = "\n".join([_HEAD, "", *imports, "", *module.constants, "", "", "\n\n\n".join(module.functions), ""])
    return Flat(text, name, tuple(module.parts.items()))


class _Module:
    """A module in the making. What it holds is known by a key, and has one name however often it is used."""

    def __init__(self, options: str):
        self.options = options
        self.parts: dict[str, str] = {}  # name of a module: its text
        self.shared: list[tuple[str, str]] = []  # module, what is imported from it
        self.imports = {"nb": "numba", "np": "numpy"}
        self.constants: list[str] = []
        self.functions: list[str] = []
        self.names: dict = {}  # key: name
        self.kept: list = []  # functions, so that no other is given the identity of one that is gone

    def define(self, function, options: str = "") -> str:
        """The name under which `function` is defined, with all that it calls before it."""
        key = "function", id(function)
        if key not in self.names:
            self.kept.append(function)
            text = _text(function.py_func)
            self.names[key] = self._free(function.py_func.__name__)
            body = self._renamed(function.py_func, text, self.names[key])
            self.functions.append(
                f"@nb.njit({', '.join([*_decorations(function), *([options] if options else [])])})\n{body}"
            )
        return self.names[key]

    def _renamed(self, plain, text: str, name: str) -> str:
        """The text of a function in which every name stands for what it stands for here."""
        tree = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
        own = {a.arg for a in tree.args.args} | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _stores(n)}
        used = sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - own)
        known = {**vars(builtins), **plain.__globals__, **inspect.getclosurevars(plain).nonlocals}
        if unknown := [local for local in used if local not in known]:
            raise TranslationError(f"{plain.__qualname__}: {unknown[0]!r} is not known")
        is_builtin = {local for local in used if known[local] is getattr(builtins, local, known)}
        there = {local: self._named(local, known[local]) for local in used if local not in is_builtin}
        if name == tree.name and all(local == found for local, found in there.items()):
            return text
        tree.name = name
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                node.id = there.get(node.id, node.id)
        return ast.unparse(tree)

    def _named(self, local: str, value) -> str:
        if getattr(value, "is_shared", False):
            return self._imported_part(value)
        if hasattr(value, "py_func"):
            return self.define(value)
        if isinstance(value, types.ModuleType):
            return self._imported(local, value.__name__)
        written = _written(value, local)
        key = "constant", local, written
        if key not in self.names:
            self.names[key] = self._free(local)
            self.constants.append(f"{self.names[key]} = {written}")
        return self.names[key]

    def _imported_part(self, function) -> str:
        """The name of a shared function, imported from a module of its own."""
        key = "function", id(function)
        if key not in self.names:
            self.kept.append(function)
            part = flat_source(function, self.options)
            module = f"heavysgd_part_{hashlib.sha256(part.source.encode()).hexdigest()[:24]}"
            self.parts |= {**dict(part.parts), module: part.source}
            self.names[key] = self._free(part.name)
            alias = part.name if self.names[key] == part.name else f"{part.name} as {self.names[key]}"
            self.shared.append((module, alias))
        return self.names[key]

    def _imported(self, local: str, path: str) -> str:
        if self.imports.setdefault(local, path) != path:
            raise TranslationError(f"{local!r} means {path} here and {self.imports[local]} there: name modules alike")
        return local

    def _free(self, name: str) -> str:
        taken = {*self.names.values(), *self.imports}
        number = 2
        found = name
        while found in taken:
            found, number = f"{name}_{number}", number + 1
        return found


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _text(plain) -> str:
    """The source of a function from its `def` on, comments included."""
    try:
        text = textwrap.dedent(inspect.getsource(plain))
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError) as error:
        raise TranslationError(f"{plain.__qualname__}: its source cannot be read") from error
    if not isinstance(node, ast.FunctionDef):
        raise TranslationError(f"{plain.__qualname__}: must be a function with a name of its own")
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def _decorations(function) -> list[str]:
    given = {name: function.targetoptions[name] for name in _OPTIONS if function.targetoptions.get(name)}
    return [f"{name}={_written(value, name)}" for name, value in given.items() if value != "never"]


def _written(value, name: str) -> str:
    """A constant as an expression."""
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(repr, value))) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{_written(part, name)}, " for part in value) + ")"
    if isinstance(value, np.ndarray):
        return f"np.array({_written(tuple(value.ravel().tolist()), name)}, np.{value.dtype.name}).reshape({value.shape})"
    if isinstance(value, np.generic):
        return f"np.{value.dtype.name}({_written(value.item(), name)})"
    if isinstance(value, type) and issubclass(value, np.generic):
        return f"np.{value.__name__}"
    if isinstance(value, float) and not np.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, (bool, int, float, str)):
        return repr(value)
    raise TranslationError(f"{name} = {value!r}: a kernel can refer to numbers, tuples and arrays of them, and functions")
