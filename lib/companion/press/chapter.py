"""How a chapter begins."""

from __future__ import annotations

import os
import warnings

from IPython import get_ipython

from companion.ledger.claims import Ledger
from companion.ledger.origin import origin
from companion.press import loaded, toc
from companion.press.style import use_house_style


def begin(name: str, stance: str = "supports") -> Ledger:
    """Sets the figures' style, tells what the chapter loads, and opens the ledger of chapter `name`.

    `stance` is that of its claims towards their source, where they do not say. Warnings show once, without a source line.
    """
    use_house_style()
    loaded.tell()
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    return Ledger(name, stance=stance, run=_run(name))


def _run(name: str) -> dict:
    """Profile, parameters and those of them that are seeds, and where it is run."""
    shell = get_ipython()
    values = {key: shell.user_ns[key] for key in toc.parameters(name)} if shell else {}
    return {
        "profile": os.environ.get("BOOK_PROFILE", "interactive"),
        "parameters": values,
        "seeds": {key: value for key, value in values.items() if key.endswith("seed")},
        "origin": origin(tree=("lib", "chapters", "results", "profiles")),
    }
