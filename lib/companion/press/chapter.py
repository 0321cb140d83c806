"""How a chapter begins."""

from __future__ import annotations

import warnings

from companion.ledger.claims import Ledger
from companion.press import loaded
from companion.press.style import use_house_style


def begin(name: str) -> Ledger:
    """Sets the figures' style, tells what the chapter loads, and opens the ledger of chapter `name`.

    Warnings show once, without a source line.
    """
    use_house_style()
    loaded.tell()
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    return Ledger(name)
