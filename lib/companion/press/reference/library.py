"""What of the library is public, by which name, and on which page of the book it stands.

A name that `heavysgd` itself has stands under that name, on the page of the room it comes from; all others stand under the
name of their room.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from types import ModuleType
from typing import Any, NamedTuple

import heavysgd

from companion.press import toc

FOLDER = "reference"  # of the pages


class Page(NamedTuple):
    """rooms : modules by their public names. begins : what the page says first, where its room does not."""

    title: str
    rooms: tuple[str, ...]
    begins: str = ""


PAGES = {
    "landscapes": Page("Landscapes", ("heavysgd.landscape", "heavysgd.landscapes")),
    "noise": Page("Laws of the noise", ("heavysgd.noise",)),
    "recursions": Page("Recursions", ("heavysgd.recursion",)),
    "simulation": Page("Simulation", ("heavysgd.simulate",)),
    "exact": Page("The exact kernel", ("heavysgd.exact",)),
    "theory": Page("Limit theory", ("heavysgd.theory",)),
    "inference": Page("Inference", ("heavysgd.inference",)),
    "networks": Page(
        "Networks",
        ("heavysgd.deep", "heavysgd.deep.experiment", "heavysgd.deep.data", "heavysgd.deep.nets", "heavysgd.deep.fleet"),
    ),
    "errors": Page("Errors and warnings", ("heavysgd.checks",), "What is refused, and what is said of what is not."),
}
# Of these only what `heavysgd` itself has is for others.
_OWN_USE = {"heavysgd.checks"}


def rooms() -> list[str]:
    """All rooms that have a page."""
    return [room for page in PAGES.values() for room in page.rooms]


def module(room: str) -> ModuleType:
    """The module of a public name: `heavysgd.landscapes` is `heavysgd.landscape.named`."""
    parent, _, name = room.rpartition(".")
    return getattr(heavysgd, name) if parent == "heavysgd" and name in heavysgd.__all__ else importlib.import_module(room)


def public(room: str) -> dict[str, Any]:
    """What a module offers by name: what it lists, or, where it does not, its own functions and classes."""
    own, listed = module(room), getattr(module(room), "__all__", None)
    if listed is None:
        listed = [name for name, what in vars(own).items() if getattr(what, "__module__", None) == own.__name__]
    found = {name: getattr(own, name) for name in listed if not name.startswith("_")}
    return {name: what for name, what in found.items() if not inspect.ismodule(what)}


@cache
def names(room: str) -> Mapping[str, Any]:
    """What is documented under a room, by qualified public name, functions before classes."""
    home, top = module(room).__name__, public("heavysgd")
    found = {f"heavysgd.{name}": what for name, what in top.items() if f"{what.__module__}.".startswith(f"{home}.")}
    if room not in _OWN_USE:
        taken = {id(what) for what in top.values()}
        found |= {f"{room}.{name}": what for name, what in public(room).items() if id(what) not in taken}
    return dict(sorted(found.items(), key=lambda pair: inspect.isclass(pair[1])))


@cache
def documented() -> Mapping[str, Any]:
    """Everything that is on a page, by qualified public name: modules, functions, classes, and what classes have."""
    found = {name: what for room in rooms() for name, what in {room: module(room), **names(room)}.items()}
    classes = {name: what for name, what in found.items() if inspect.isclass(what)}
    return found | {f"{name}.{own}": member for name, what in classes.items() for own, member in members(what)}


def listed() -> Mapping[str, Any]:
    """What `documented` has, where the table of contents has all these pages; else nothing, and nothing is imported."""
    return documented() if {f"{FOLDER}/{page}" for page in PAGES} <= set(toc.pages()) else {}


@cache
def classes() -> Mapping[str, str]:
    """Public names of the library's classes by their own, but for those that two have."""
    found = [(what.__name__, name) for name, what in documented().items() if inspect.isclass(what)]
    own = [name for name, _ in found]
    return {name: qualified for name, qualified in found if own.count(name) == 1}


def members(what: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties with a docstring: of the class, and of those above it that have no entry."""
    known, seen = {id(each) for room in rooms() for each in names(room).values()}, set()
    for base in what.__mro__:
        if base is not what and (id(base) in known or not base.__module__.startswith("heavysgd.")):
            continue
        for name, member in vars(base).items():
            if not name.startswith("_") and name not in seen and said(member):
                seen.add(name)
                yield name, member


def said(member: Any) -> str | None:
    """The docstring of a method or property, None for anything else."""
    kinds = (property, cached_property, classmethod, staticmethod)
    return member.__doc__ if inspect.isfunction(member) or isinstance(member, kinds) else None
