"""The built book: every page there, every picture with a text, no word of it about a file that is not there."""

import csv
import html
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from companion import paths
from companion.ledger import records
from companion.press import book, toc
from companion.press.anchors import anchor
from companion.press.pages import results

PAGES = toc.pages()


@pytest.mark.parametrize("page", PAGES)
def test_page_exists_with_a_title(built_profile, page):
    text = (paths.HTML / f"{page}.html").read_text()
    assert "<h1" in text and "Traceback (most recent call last)" not in text
    assert "█" not in text  # a bar over what was run, which is for a terminal


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_of_a_page_lead_somewhere(built_profile, page):
    file = paths.HTML / f"{page}.html"
    for target in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', file.read_text()):
        if not urlparse(target).scheme and not target.startswith("//"):
            assert (file.parent / unquote(target)).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_figures_have_text_alternatives(built_profile, page):
    figures = re.findall(r"<figure.*?</figure>", (paths.HTML / f"{page}.html").read_text(), re.S)
    assert all(re.search(r'(alt|<svg role="img" aria-label)="[^"]{30,}"', figure) for figure in figures)


@pytest.mark.parametrize("chapter", toc.chapters(), ids=lambda chapter: chapter.stem)
def test_figures_are_numbered_by_chapter(built_profile, chapter):
    text = (paths.HTML / "chapters" / f"{chapter.stem}.html").read_text()
    numbers, own = re.findall(r'caption-number">Fig\. ([\d.]+) ', text), int(chapter.stem[:2])
    assert numbers == [f"{own}.{k + 1}" for k in range(len(numbers))]


@pytest.mark.parametrize("chapter", toc.chapters(), ids=lambda chapter: chapter.stem)
def test_words_of_a_chapter_lead_to_definitions_that_are_shown(built_profile, chapter):
    text = (paths.HTML / "chapters" / f"{chapter.stem}.html").read_text()
    linked = re.findall(r'href="notation\.html#(term-[^"]+)"[^>]*><span class="xref std std-term"', text)
    script = (paths.HTML / "_static" / "definitions.js").read_text()
    definitions = json.loads(script.removeprefix("window.definitions = ").rstrip(";\n"))
    assert linked and len(set(linked)) == len(linked) and set(linked) <= set(definitions)


def plain(page):
    """The words of a page as a reader sees them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", (paths.HTML / f"{page}.html").read_text())).split())


def test_the_scorecard_lists_every_claim_with_its_verdict(built_profile):
    found, text = book.claims(built_profile), plain("chapters/scorecard")
    assert [r["id"] for r in found if r["id"] not in text] == []
    assert text.count("✓ holds") == records.tally(found)["holds"]
    assert text.count("✗ not met") == records.tally(found)["not met"]
    assert text.count("? undecided") == records.tally(found)["undecided"]


@pytest.mark.parametrize("page", ["README", "chapters/scorecard"])
def test_counts_are_those_of_the_records_unmet_ones_included(built_profile, page):
    found = book.claims(built_profile)
    assert records.in_words(found).lower() in plain(page).lower()


def test_rules_that_changed_say_when_and_why(built_profile):
    text = plain("chapters/scorecard")
    changes = [change for r in book.claims(built_profile) for change in r["rule_history"]]
    assert changes and all(text.count(change["when"]) for change in changes)
    assert text.count("Why:") == len(changes)


def test_chapters_show_the_verdicts_that_they_recorded(built_profile):
    for chapter in toc.chapters():
        found = [r for r in book.claims(built_profile) if r["chapter"] == chapter.stem]
        shown, counted = plain(f"chapters/{chapter.stem}"), records.tally(found)
        assert (shown.count("✓ holds"), shown.count("? undecided")) == (counted["holds"], counted["undecided"])
        assert shown.count("✗ not met") >= counted["not met"]  # tables of rules have the mark as well


def test_the_status_page_says_when_where_and_with_which_seeds_chapters_ran(built_profile):
    text = plain("chapters/status")
    for run in (record["run"] for record in book.claims(built_profile)):
        assert run["origin"]["day"] in text and run["origin"]["commit"][:10] in text and run["origin"]["processor"] in text
    assert "root of the named seeds" in text


def test_mathematics_needs_no_network(built_profile):
    text = (paths.HTML / "README.html").read_text()
    assert "cdn.jsdelivr.net/npm/mathjax" not in text
    assert Path(paths.HTML / "_static/mathjax/tex-chtml.js").exists()


def test_the_front_page_and_the_readme_tell_what_held(built_profile):
    readme, found = (paths.ROOT / "README.md").read_text(), results.table(built_profile)
    assert results.replaced(readme, built_profile) == readme, f"README.md says otherwise than the records:\n{found}"
    shown = plain("README").replace("\u2019", "'")  # as the page's typography has it
    assert (
        all(entry["sentence"] in shown for entry in results.entries())
        and "front.svg" in (paths.HTML / "README.html").read_text()
    )


def test_every_claim_has_one_anchor_in_its_chapter_on_the_scorecard_and_in_the_crosswalk(built_profile):
    html_of = {page: (paths.HTML / f"{page}.html").read_text() for page in PAGES}
    for record in book.claims(built_profile):
        own, chapter = f'id="{anchor(record["id"])}"', f"chapters/{record['chapter']}"
        for page in (chapter, "chapters/scorecard", "chapters/crosswalk"):
            assert html_of[page].count(own) == 1, (record["id"], page)


@pytest.mark.parametrize("page", PAGES)
def test_links_to_claims_lead_to_their_anchors(built_profile, page):
    file = paths.HTML / f"{page}.html"
    for target, claim in re.findall(r'href="([^"#]+)#(claim-[^"]+)"', file.read_text()):
        assert f'id="{claim}"' in (file.parent / unquote(target)).read_text(), (target, claim)


def test_the_records_can_be_downloaded(built_profile):
    found = book.claims(built_profile)
    assert json.loads((paths.HTML / "_static/claims.json").read_text()) == found
    rows = list(csv.DictReader((paths.HTML / "_static/claims.csv").open()))
    assert [row["id"] for row in rows] == [record["id"] for record in found] and all(row["commit"] for row in rows)
