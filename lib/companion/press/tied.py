"""A line never begins with the comma after a formula, nor ends with the bracket before one."""

from __future__ import annotations

import re

# A browser may break a line on either side of a formula, whatever letter stands there.
_FORMULA = r'<span class="math notranslate nohighlight">\\\(.*?\\\)</span>'
_WITH_NEIGHBOURS = re.compile(rf"([(\[“]*)({_FORMULA})([)\]”.,;:!?-]*)", re.DOTALL)


def tied(html: str) -> str:
    """The page with every formula in one piece with the punctuation at its sides."""
    return _WITH_NEIGHBOURS.sub(_in_one_piece, html)


def _in_one_piece(found: re.Match) -> str:
    before, formula, after = found.groups()
    return f'<span class="tied">{found[0]}</span>' if before or after else formula
