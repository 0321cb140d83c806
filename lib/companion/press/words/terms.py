"""The words of the glossary in the chapters: where a chapter first uses one, it leads to its definition, which `terms.js`
shows; and the chapter in which a word is at home comes first when one searches for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import nbformat as nbf

from companion import paths

GLOSSARY = paths.CHAPTERS / "notation.md"
# What prose uses in other senses as well: linked nowhere, with a capital only, or not in the chapters that are named.
_COMMON, _CAPITAL = {"noise", "power", "radius", "scale", "tail", "time scale"}, {"claim", "rule", "control"}
_ELSEWHERE = {
    "Pareto": {"01_heavy_tails"},
    "generator": {"21_engine"},
    "temperature": {"32_one_well"},
    "width": {"21_engine", "24_diffusion_theory"},
}
# What is no prose: blocks between fences, headings, tables, comments and targets; mathematics, code, links and HTML.
_APART = r"""
    ^(?P<fence>`{3,}|~{3,}|:{3,}) .*? (?: ^(?P=fence)[ ]*$ | \Z )
  | ^\#{1,6}[ ].*?$ | ^[ ]*\|.*?$ | ^%.*?$ | ^\([\w-]+\)=$
  | \\begin\{(?P<name>\w+\*?)\} .*? \\end\{(?P=name)\}
  | \$\$ .+? \$\$ | \$ [^$]+ \$
  | (?P<ticks>`+) .+? (?P=ticks)
  | !?\[ [^\]]* \] (?: \([^)]*\) | \[[^\]]*\] )
  | <a\b .*? </a> | <!-- .*? --> | <[^>\s][^>]*> | https?://\S+
"""


class Entry(NamedTuple):
    """names : the words that share one definition; home : the chapter that the definition names first, or None."""

    names: list[str]
    home: str | None


def entries(source: str) -> list[Entry]:
    """The entries of the glossaries in a page; those of symbols alone are left out."""
    found = []
    for glossary in re.findall(r"^```\{glossary\}\n(.*?)^```$", source, re.S | re.M):
        for names, definition in re.findall(r"((?:^\S.*\n)+)((?:^[ ]+\S.*\n)+)", glossary, re.M):
            home = re.search(r"\{doc\}`(\w+)`", definition)
            if words := [name for name in names.splitlines() if "$" not in name]:
                found.append(Entry(words, home and home[1]))
    return found


def of_the_book() -> list[Entry]:
    """The entries of the book's own glossary; none where there is no such page."""
    return entries(GLOSSARY.read_text()) if GLOSSARY.exists() else []


def link(notebook: nbf.NotebookNode, stem: str, glossary: list[Entry]) -> nbf.NotebookNode:
    """Links the first use of every word in the prose of chapter `stem` to the glossary: longest words first, whole words
    only, with a capital or as a plural too."""
    names = [name for entry in glossary for name in entry.names]
    left = {_key(name): name for name in names if name not in _COMMON and stem not in _ELSEWHERE.get(name, ())}
    if not left:
        return notebook
    pattern = re.compile(rf"{_APART} | (?P<word> {_words(left.values())} )", re.S | re.M | re.X)

    def linked(match: re.Match) -> str:
        shown = " ".join((match["word"] or "").split())
        key = next((key for end in ("", "s", "es") if (key := _key(shown.removesuffix(end))) in left), None)
        return f"{{term}}`{shown} <{left.pop(key)}>`" if key else match[0]

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = pattern.sub(linked, cell.source)
    return notebook


def index(notebook: nbf.NotebookNode, stem: str, glossary: list[Entry]) -> nbf.NotebookNode:
    """Enters in the book's index, which its search reads first, the words that are at home in chapter `stem`: at the
    section whose heading has one, else at the first cell that does, else under the title."""
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    at: dict[int, list[str]] = {}
    for names in (entry.names for entry in glossary if entry.home == stem):
        word = re.compile(_words(names), re.X)
        having = [place for place, cell in enumerate(prose) if word.search(cell.source)]
        headed = [place for place in having if place and word.search(_parts(prose[place].source)[0])]
        at.setdefault((headed or having or [0])[0], []).extend(names)
    for place, names in at.items():
        heading, rest = _parts(prose[place].source)
        entry = f"```{{index}} {', '.join(f'! {name}' for name in names)}\n```"
        prose[place].source = "\n\n".join(part for part in (heading, entry, rest) if part)
    return notebook


def write_definitions(page: Path, script: Path) -> list[str]:
    """Writes the definitions of the built glossary for `terms.js`, by anchor; returns the words that have none.

    A script, because pages that are opened as files may not fetch.
    """
    if not page.exists():
        return []
    found, defined = {}, set()
    for terms, definition in re.findall(r'((?:<dt id="term-.*?</dt>\s*)+)<dd>(.*?)</dd>', page.read_text(), re.S):
        named = dict(re.findall(r'<dt id="(.*?)">(.*?)<a class="headerlink"', terms, re.S))
        title = f'<p class="title">{", ".join(named.values())}</p>'
        found |= {anchor: title + definition.strip() for anchor in named}
        defined |= set(named.values())
    script.write_text(f"window.definitions = {json.dumps(found, indent=1)};\n")
    return [name for entry in of_the_book() for name in entry.names if name not in defined]


def _key(name: str) -> str:
    return name[:1].lower() + name[1:]


def _words(names: Iterable[str]) -> str:
    """A verbose pattern for whole words, the longest first: with or without a capital, in the plural, across lines."""
    found = []
    for name in sorted(names, key=len, reverse=True):
        first = name[0].upper() if name in _CAPITAL else f"[{name[0].lower()}{name[0].upper()}]"
        found.append(first + r"\s+".join(map(re.escape, name[1:].split(" "))))
    return rf"(?<![\w-]) (?:{'|'.join(found)}) (?:s|es)? (?![\w-])"


def _parts(source: str) -> tuple[str, str]:
    """The heading with which a cell begins, empty where it has none, and the rest."""
    heading, _, rest = source.partition("\n")
    return (heading, rest.strip()) if heading.startswith("#") else ("", source)
