"""Docstrings of the library as MyST. They are plain text with formulas in ASCII, of which nothing may be read as markup.

What a docstring is made of, and all that is looked for: paragraphs; entries `name : text`, whose further lines are
indented; items after a dash; formulas, indented by four; examples after >>>. Formulas and examples are kept as they stand,
and the lines of the rest flow, so that they fit a phone. No word is lost and none is added.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from inspect import cleandoc
from itertools import groupby

Link = Callable[[str], str]  # what stands for a name in backticks

_NAMES = r"[A-Za-z_]\w*(?:, [A-Za-z_]\w*)*"
_BEGINS = re.compile(rf"(?P<item>- )|(?P<entry>{_NAMES} : )")
_NEXT = re.compile(rf"(?<=\.) (?={_NAMES} : )")  # an entry that begins within the line of another
_CODE = re.compile(r"`([^`]+)`")
_VALUE = re.compile(r'("[a-z_\d]+"|"[A-Z]{2,}")')  # a word that is a value of Python's, such as "auto"
_STRESSED = re.compile(r"(?<![\w*(])(\*\*?)(?=[^\s*])([^*]+)(?<=[^\s*])\1(?![\w*])")
_PRIMES = re.compile(r"(?<!\w)([A-Za-z]|sigma)('+)(?!\w)")  # f', which typography would make a quotation mark
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#$~|&])")


def myst(docstring: str, link: Link) -> str:
    """The docstring; `link` says what stands for a name in backticks."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", cleandoc(docstring))
    parts = []
    for formula, group in groupby(blocks, key=_is_formula):
        parts += [_kept("text", "\n\n".join(group))] if formula else [one for block in group for one in _parts(block, link)]
    return "\n\n".join(parts)


def prose(text: str, link: Link) -> str:
    """Text in which backticks are code, stars around words stress them, and everything else stands for itself."""
    parts = _CODE.split(text)
    return "".join(link(part) if place % 2 else _with_values(part) for place, part in enumerate(parts))


def _is_formula(block: str) -> bool:
    return all(line.startswith("    ") for line in block.split("\n"))


def _kept(language: str, block: str) -> str:
    return f"```{{code-block}} {language}\n{textwrap.dedent(block)}\n```"


def _parts(block: str, link: Link) -> list[str]:
    lines = block.split("\n")
    if lines[0].startswith(">>>"):
        return [_kept("pycon", block)]
    if len(lines) > 1 and set(lines[1]) == {"-"}:
        return [f"**{lines[0]}**", *_parts("\n".join(lines[2:]), link)]
    flowing = [" ".join(group) for group in _grouped(lines)]
    return [_flowing(one, link) for text in flowing for one in (_NEXT.split(text) if _BEGINS.match(text) else [text])]


def _grouped(lines: list[str]) -> list[list[str]]:
    """The lines of each paragraph, item or entry. A sentence at the margin that begins after an entry is no part of it."""
    groups: list[list[str]] = []
    for line in lines:
        after = bool(groups) and _BEGINS.match(groups[-1][0])
        if not groups or _BEGINS.match(line) or (after and line[0].isupper()):
            groups.append([line])
        else:
            groups[-1].append(line.strip())
    return groups


def _flowing(text: str, link: Link) -> str:
    begins = _BEGINS.match(text)
    if begins is None:
        return prose(text, link)
    rest = prose(text[begins.end() :], link)
    if begins["item"]:
        return f"- {rest}"
    return f"{', '.join(f'`{name}`' for name in begins['entry'].removesuffix(' : ').split(', '))}\n: {rest}"


def _with_values(text: str) -> str:
    parts = _VALUE.split(text)
    return "".join(f"`{part}`" if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    text = _PRIMES.sub(lambda found: found[1] + "′" * len(found[2]), text)
    kept = _STRESSED.split(text)  # text, stars, stressed, text, stars, stressed, ..., text
    for place in range(0, len(kept), 3):
        kept[place] = _ACTIVE.sub(r"\\\1", kept[place])
    for place in range(2, len(kept), 3):
        kept[place] = _ACTIVE.sub(r"\\\1", kept[place]) + kept[place - 1]
    return "".join(kept)
