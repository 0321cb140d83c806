"""A small extension of Sphinx: tells `sphinx.ext.viewcode` in which module the source of a public name is."""

from __future__ import annotations

from companion.press.reference import library


def home(_, room: str, name: str) -> str | None:
    """The module that defines the name, or the class that it is a method or property of."""
    known = library.documented()
    what = known.get(f"{room}.{name}")
    owner = what if hasattr(what, "__module__") else known.get(f"{room}.{name}".rpartition(".")[0])
    return getattr(owner, "__module__", None)


def setup(app) -> dict:
    app.connect("viewcode-follow-imported", home)
    return {"parallel_read_safe": True}
