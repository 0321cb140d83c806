"""One anchor for every claim on each page that shows it, and links between those pages.

Raw HTML, because the pages are apart: a chapter's tables are its output, the others are written from records.
"""

from __future__ import annotations


def anchor(id: str) -> str:
    """What follows the # in an address."""
    return f"claim-{id}"


def link(id: str, page: str, text: str, *, named: bool = False) -> str:
    """A link to the claim on another page of the same folder; `named` makes it the claim's own anchor as well."""
    own = f' id="{anchor(id)}"' if named else ""
    return f'<a{own} class="claim" href="{page}.html#{anchor(id)}">{text}</a>'
