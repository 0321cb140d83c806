"""Which words of a chapter lead to the glossary, which do not, and where a word is at home."""

import json
import re

import nbformat as nbf
import pytest
from companion.press import toc
from companion.press.words import terms

PAGE = """# Words

```{glossary}
jump number
  $l^*$: how many. ({doc}`02_one`, {doc}`03_two`.)

basin
attraction field
  All points
  that end in one. ({doc}`02_one`.)

$p_+$
  A share.

SB
  A batch.

SB + Clip
  The same, cut.

communication class
  Some. ({doc}`03_two`.)

rule
  What must be true.

noise
  What is added.

generator
  A matrix.
```

Other text.

```{glossary}
heavy tail
  A power.
```
"""
GLOSSARY = terms.entries(PAGE)
NAMED = {name for entry in terms.of_the_book() for name in entry.names}
# What somebody who opens the book at any chapter needs.
NEEDED = """width, jump number, basin, attraction field, truncation threshold, tail index, learning rate, first exit time,
typical transition graph, LB, SB, SB + Clip, SB + Noise, Our 1, Our 2, expected sharpness, control, stance, rule, claim,
verdict, exit measure, clock, time scale, irreducible, Markov jump process, exact kernel, forward flux, big jump"""


def linked(*sources, stem="04_three"):
    notebook = nbf.v4.new_notebook(cells=[nbf.v4.new_markdown_cell(source) for source in sources])
    return [cell.source for cell in terms.link(notebook, stem, GLOSSARY).cells]


def test_entries_have_their_words_and_their_home():
    assert ["SB"] in [entry.names for entry in GLOSSARY] and GLOSSARY[-1] == (["heavy tail"], None)
    assert GLOSSARY[:2] == [(["jump number"], "02_one"), (["basin", "attraction field"], "02_one")]
    assert all("$" not in name for entry in GLOSSARY for name in entry.names)


def test_the_first_use_of_a_word_is_a_link_and_no_other():
    assert linked("A jump number and a jump number.", "A jump number.") == [
        "A {term}`jump number <jump number>` and a jump number.",
        "A jump number.",
    ]
    assert linked("A basin, or attraction field.") == [
        "A {term}`basin <basin>`, or {term}`attraction field <attraction field>`."
    ]


@pytest.mark.parametrize(
    "source, shown",
    [
        ("Jump numbers", "{term}`Jump numbers <jump number>`"),
        ("a jump\nnumber", "a {term}`jump number <jump number>`"),
        ("two communication classes", "two {term}`communication classes <communication class>`"),
        ("**Rule:** the", "**{term}`Rule <rule>`:** the"),
        ("SB + Clip and SB", "{term}`SB + Clip <SB + Clip>` and {term}`SB <SB>`"),
        ("- the basin's end", "- the {term}`basin <basin>`'s end"),
        ("$x$ in a basin of $y$", "$x$ in a {term}`basin <basin>` of $y$"),
        ("| basin |\n\na basin", "| basin |\n\na {term}`basin <basin>`"),
        ("```python\nbasin\n```\n\na basin", "```python\nbasin\n```\n\na {term}`basin <basin>`"),
    ],
)
def test_a_word_is_known_by_its_plural_its_capital_and_across_lines(source, shown):
    assert linked(source) == [shown]


@pytest.mark.parametrize(
    "source",
    [
        "# A basin",
        "### The jump number",
        "$\\text{basin}$ and $$\\text{basin}$$",
        "$$\n\\text{basin}\n$$",
        "\\begin{align*}\\text{basin}\\end{align*}",
        "`basin` and ``a `basin` here``",
        "```python\nbasin = 1\n```",
        "```{prf:definition} basin\nA basin.\n```",
        ":::{note}\nA basin.\n:::",
        "````\n```\nbasin\n```\n````",
        "[the basin](02_one.ipynb) and ![a basin](basin.svg) and [a basin][one]",
        "{term}`basin` and {doc}`a basin <02_one>` and {numref}`basin <fig-basin>`",
        '<a href="x.html">basin</a> and <span title="basin">x</span> and <!-- basin -->',
        "https://example.org/basin/",
        "| basin | SB |\n| --- | --- |\n| jump number | basin |",
        "% basin",
        "(basin)=",
        "basinal, sub-basin, basin-wide, SBX, basin_fraction",
        "the formula rules, as a rule",
        "Noise, and noise",
    ],
)
def test_what_is_no_prose_no_whole_word_or_no_word_of_ours_is_left(source):
    assert linked(source) == [source]


def test_a_word_that_a_chapter_uses_otherwise_is_left_there():
    assert linked("a generator", stem="21_engine") == ["a generator"]
    assert linked("a generator") == ["a {term}`generator <generator>`"]


def test_code_is_left_and_a_book_without_glossary_as_it_is():
    cells = [nbf.v4.new_code_cell("basin = 1  # a basin")]
    assert terms.link(nbf.v4.new_notebook(cells=cells), "04_three", GLOSSARY).cells[0].source == "basin = 1  # a basin"
    plain = nbf.v4.new_notebook(cells=[nbf.v4.new_markdown_cell("a basin")])
    assert terms.link(terms.index(plain, "02_one", []), "02_one", []).cells[0].source == "a basin"


@pytest.mark.parametrize(
    "sources, place, begins",
    [
        (
            ["# One\n\nA jump number.", "## Jump numbers\n\nText."],
            1,
            "## Jump numbers\n\n```{index} ! jump number\n```\n\nText.",
        ),
        (["# One", "x", "A jump number."], 2, "```{index} ! jump number\n```\n\nA jump number."),
    ],
)
def test_a_word_is_entered_in_the_index_where_its_chapter_speaks_of_it(sources, place, begins):
    notebook = nbf.v4.new_notebook(cells=[nbf.v4.new_markdown_cell(source) for source in sources])
    found = [cell.source for cell in terms.index(notebook, "02_one", GLOSSARY).cells]
    assert found[place] == begins
    assert "```{index} ! basin, ! attraction field\n```" in found[0]  # not in the text: under the title
    assert "! communication class" not in "".join(found)


def test_definitions_are_taken_from_the_page(tmp_path, monkeypatch):
    page, script = tmp_path / "notation.html", tmp_path / "definitions.js"
    assert terms.write_definitions(page, script) == [] and not script.exists()
    page.write_text(
        '<dl class="glossary"><dt id="term-a">a<a class="headerlink" href="#term-a">#</a></dt>'
        '<dt id="term-b">b<a class="headerlink" href="#term-b">#</a></dt><dd><p>Both.</p>\n</dd>\n'
        '<dt id="term-c">c<a class="headerlink" href="#term-c">#</a></dt><dd><p>\\(x\\)</p></dd></dl>'
    )
    monkeypatch.setattr(terms, "of_the_book", lambda: [terms.Entry(["a", "b"], None), terms.Entry(["d"], None)])
    assert terms.write_definitions(page, script) == ["d"]
    found = json.loads(script.read_text().removeprefix("window.definitions = ").rstrip(";\n"))
    assert found["term-a"] == found["term-b"] == '<p class="title">a, b</p><p>Both.</p>'
    assert found["term-c"] == '<p class="title">c</p><p>\\(x\\)</p>'


@pytest.mark.parametrize("name", [name.strip() for name in NEEDED.split(",")])
def test_the_glossary_has_what_a_newcomer_needs(name):
    assert name in NAMED


def test_no_word_is_explained_twice_and_homes_are_pages():
    names = [name for entry in terms.of_the_book() for name in entry.names]
    pages = {page.removeprefix("chapters/") for page in toc.pages()}
    assert len(set(names)) == len(names) and {entry.home for entry in terms.of_the_book()} <= pages | {None}
    assert terms._COMMON | terms._CAPITAL | set(terms._ELSEWHERE) <= set(names)


@pytest.mark.parametrize("chapter", toc.chapters(), ids=lambda chapter: chapter.stem)
def test_links_change_nothing_else_of_a_chapter(chapter):
    before = nbf.read(chapter, 4)
    after = terms.link(nbf.read(chapter, 4), chapter.stem, terms.of_the_book())
    assert len(before.cells) == len(after.cells)
    for old, new in zip(before.cells, after.cells, strict=True):
        told = re.sub(r"\{term\}`([^`<]+) <[^>]+>`", r"\1", new.source)
        assert told.split() == old.source.split()
    found = re.findall(r"\{term\}`[^<`]+ <([^>]+)>`", "\n".join(cell.source for cell in after.cells))
    assert found and len(set(found)) == len(found)
