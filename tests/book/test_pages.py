"""The built book: every page there, every picture with a text, no word of it about a file that is not there."""

import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from companion import paths
from companion.ledger import claims
from companion.press import toc

PAGES = toc.pages()


@pytest.mark.parametrize("page", PAGES)
def test_page_exists_with_a_title(built_profile, page):
    text = (paths.HTML / f"{page}.html").read_text()
    assert "<h1" in text and "Traceback (most recent call last)" not in text


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_of_a_page_lead_somewhere(built_profile, page):
    file = paths.HTML / f"{page}.html"
    for target in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', file.read_text()):
        if not urlparse(target).scheme and not target.startswith("//"):
            assert (file.parent / unquote(target)).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_figures_have_text_alternatives(built_profile, page):
    figures = re.findall(r"<figure.*?</figure>", (paths.HTML / f"{page}.html").read_text(), re.S)
    assert all(re.search(r'alt="[^"]{30,}"', figure) for figure in figures)


def test_the_scorecard_lists_every_claim(built_profile):
    text = (paths.HTML / "chapters/scorecard.html").read_text()
    missing = [r["id"] for r in claims.load(paths.claims(built_profile)) if r["id"] not in text]
    assert missing == []


def test_mathematics_needs_no_network(built_profile):
    text = (paths.HTML / "README.html").read_text()
    assert "cdn.jsdelivr.net/npm/mathjax" not in text
    assert Path(paths.HTML / "_static/mathjax/tex-chtml.js").exists()
