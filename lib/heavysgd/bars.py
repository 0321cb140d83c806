"""Bars over what may last: one way to show them and two to hide them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def bar(total: int, unit: str, shown: bool, **how: Any) -> tqdm:
    """A tqdm bar over `total` units; hidden where `shown` is false, or TQDM_DISABLE is set."""
    from tqdm import tqdm  # not before a bar is asked for: importing the library stays quick

    if not shown:  # else nothing is said of it: "disable=False" would override TQDM_DISABLE
        how["disable"] = True
    return tqdm(total=total, unit=unit, **how)
