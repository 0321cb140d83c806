"""The pages of the library: every public name of `heavysgd` on one of them, with signature, docstring and source.

They are written from what Python knows of the library, file by file of a room, each beginning with the file's docstring,
which has the equations and their source. Methods and properties stand under their class; one without a docstring is
described by that of its class, or by the class from which it is inherited.
"""

from __future__ import annotations

import inspect
import sys
from functools import cached_property
from types import ModuleType
from typing import Any

from companion.press.reference import docstrings
from companion.press.reference.library import PAGES, classes, documented, members, module, names, said
from companion.press.reference.signatures import parameter_names, parameters, property_type


def markdown(page: str) -> str:
    """One page. Raises `ValueError`, naming it, for a public name without a docstring."""
    title, rooms, begins = PAGES[page]
    parts = [f"# {title}"]
    for room in rooms:
        parts += [f"## {room}"] if len(rooms) > 1 else []
        intro = begins or _docstring(room, module(room))
        parts += [f"```{{py:module}} {room}\n```", docstrings.myst(intro, _Names(room))]
        for file, found in _files(room):
            if file.__name__ != module(room).__name__:
                parts += [f"{'##' if len(rooms) == 1 else '###'} {_heading(file)}"]
                parts += [docstrings.myst(_docstring(file.__name__, file), _Names(room))]
            parts += [_entry(name, what, room) for name, what in found.items()]
    return "\n\n".join([*parts, "Every name of the library is in the {ref}`index <genindex>`."]) + "\n"


def _files(room: str) -> list[tuple[ModuleType, dict[str, Any]]]:
    """What is documented under a room by the file it is written in, whose docstring has the equations and their source."""
    found: dict[str, dict[str, Any]] = {}
    for name, what in names(room).items():
        found.setdefault(what.__module__, {})[name] = what
    order = sorted(found, key=lambda file: (not file.endswith(".base"), file))
    return [(sys.modules[file], found[file]) for file in order]


def _heading(file: ModuleType) -> str:
    return file.__name__.rpartition(".")[2].replace("_", " ").capitalize()


def _entry(name: str, what: Any, room: str) -> str:
    link, (place, _, own) = _Names(room, name, what), name.rpartition(".")
    parts = [
        f":::::{{py:{_kind(what)}}} {own}{parameters(what, classes())}\n:module: {place}",
        docstrings.myst(_docstring(name, what), link),
    ]
    if inspect.isclass(what):
        above = [classes()[base.__name__] for base in what.__mro__[1:] if base in documented().values()]
        parts += [f"A kind of {{py:class}}`~{above[0]}`."] if above else []
        parts += [_member(own, member, link) for own, member in members(what)]
    return "\n\n".join([*parts, ":::::"])


def _kind(what: Any) -> str:
    if not inspect.isclass(what):
        return "function"
    return "exception" if issubclass(what, BaseException) else "class"


def _member(name: str, member: Any, link: docstrings.Link) -> str:
    if isinstance(member, (property, cached_property)):
        found = property_type(member, classes())
        head, options = f"{{py:property}} {name}", f":type: {found}\n" if found else ""
    else:
        option = {classmethod: ":classmethod:\n", staticmethod: ":staticmethod:\n"}
        function = member if inspect.isfunction(member) else member.__func__
        bound = not isinstance(member, staticmethod)
        head, options = f"{{py:method}} {name}{parameters(function, classes(), bound=bound)}", option.get(type(member), "")
    return f"::::{head}\n{options}\n{docstrings.myst(said(member) or '', link)}\n::::"


def _docstring(name: str, what: Any) -> str:
    """Raises `ValueError` where there is none, or only the line that dataclasses and named tuples make of their fields."""
    said = what.__doc__
    if not said or (inspect.isclass(what) and said.startswith(f"{what.__name__}(")):
        raise ValueError(f"{name}: is public and has no docstring, so that its page has nothing to say of it")
    return said


class _Names:
    """What stands for a name in backticks: a link to its entry, or code. A name of a parameter means the parameter."""

    def __init__(self, room: str, name: str = "", what: Any = None):
        self.places = [*([f"{name}."] if inspect.isclass(what) else []), f"{room}.", "heavysgd.", ""]
        has = parameter_names(what)
        self.others = {name, *(f"{room}.{own}" for own in has), *(f"heavysgd.{own}" for own in has)}

    def __call__(self, text: str) -> str:
        target = next((place + text for place in self.places if place + text in documented()), None)
        return f"`{text}`" if target is None or target in self.others else f"{{py:obj}}`{text} <{target}>`"
