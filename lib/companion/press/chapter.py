"""How a chapter begins."""

from __future__ import annotations

import warnings

from companion.ledger.claims import Ledger
from companion.press.style import use_house_style


def begin(name: str) -> Ledger:
    """Sets the figures' style and opens the ledger of chapter `name`. Warnings show once, without a source line."""
    use_house_style()
    warnings.formatwarning = lambda message, category, *_, **__: f"{category.__name__}: {message}\n"
    return Ledger(name)
