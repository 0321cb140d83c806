"""Signatures as the pages of the library show them: types of the library by their public names, so that they are links."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ForwardRef

_WORD = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*(?![\w.'\"])")


def parameters(what: Callable, public: Mapping[str, str], *, bound: bool = False) -> str:
    """`(name: type = default, ...) -> type`, without private parameters; nothing for a protocol, which is not called, and
    for an exception that Python gives no signature. `public` has the public names of the library's classes by their own;
    `bound` leaves out the first parameter, which a call of a method does not name."""
    if getattr(what, "_is_protocol", False):
        return ""
    try:
        found = inspect.signature(what)
    except ValueError:
        return ""
    kept = [p for p in list(found.parameters.values())[bound:] if not p.name.startswith("_")]
    shown = [p.replace(annotation=_type(p.annotation, public), default=_default(p.default)) for p in kept]
    returned = inspect.Signature.empty if inspect.isclass(what) else _type(found.return_annotation, public)
    if str(returned) == "None":
        returned = inspect.Signature.empty
    return str(inspect.Signature(shown, return_annotation=returned))


def parameter_names(what: Any) -> list[str]:
    """Names of the parameters; none for what is not called, or has no signature."""
    try:
        return list(inspect.signature(what).parameters)
    except (TypeError, ValueError):
        return []


def property_type(what: property | cached_property, public: Mapping[str, str]) -> str:
    """The type of what a property gives, nothing where it is not said."""
    function = what.fget if isinstance(what, property) else what.func
    found = _type(inspect.signature(function).return_annotation, public) if function else inspect.Signature.empty
    return "" if found is inspect.Signature.empty else str(found)


class _Shown(str):
    """Text that a signature shows as it stands."""

    def __repr__(self) -> str:
        return str(self)


def _type(annotation: Any, public: Mapping[str, str]) -> Any:
    if annotation is inspect.Parameter.empty:
        return annotation
    text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
    text = text if isinstance(text, str) else inspect.formatannotation(text)
    return _Shown(_WORD.sub(lambda word: f"~{public[word[0]]}" if word[0] in public else word[0], text))


def _default(value: Any) -> Any:
    """A function or a class by its name; a function without one as dots."""
    name = getattr(value, "__name__", None)
    if value is inspect.Parameter.empty or name is None:
        return value
    return _Shown("..." if name == "<lambda>" else name)
