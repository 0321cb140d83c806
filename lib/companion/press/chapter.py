"""How a chapter begins."""

from __future__ import annotations

import os
import warnings

from IPython import get_ipython

from companion.ledger.claims import Ledger
from companion.ledger.origin import origin
from companion.ledger.seeds import Seeds
from companion.press import loaded, toc
from companion.press.style import use_house_style


def begin(name: str, root: int, stance: str = "supports") -> tuple[Ledger, Seeds]:
    """Sets the figures' style, tells what the chapter loads, and opens the ledger of chapter `name`, with its named seeds.

    `root` is that of the seeds, `stance` that of its claims towards their source, where they do not say. Warnings show
    once, without a source line.
    """
    use_house_style()
    loaded.tell()
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    ledger = Ledger(name, stance=stance, run=_run(name), root=root)
    return ledger, ledger.seeds


def _run(name: str) -> dict:
    """Profile, parameters, and where it is run."""
    shell = get_ipython()
    values = {key: shell.user_ns[key] for key in toc.parameters(name)} if shell else {}
    return {
        "profile": os.environ.get("BOOK_PROFILE", "interactive"),
        "parameters": values,
        "origin": origin(tree=("lib", "chapters", "results", "profiles")),
    }
