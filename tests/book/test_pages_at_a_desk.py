"""Every page of the built book at a desk, in the light, and on paper: typeset, drawn, readable, whole."""

import re

import pypdfium2
import pytest
from companion.press import toc
from playwright.sync_api import expect

CHAPTERS = {chapter.stem for chapter in toc.chapters()}
UNTYPESET = """[...document.querySelectorAll(".math")].filter(
  formula => !formula.querySelector("mjx-container") || formula.querySelector("mjx-merror")
).map(formula => formula.textContent)"""
CODE = "[...document.querySelectorAll('article pre')].map(e => e.textContent)"
# Code and tables that one would have to push to and fro.
TOO_WIDE = """[...document.querySelectorAll("article pre, article table")].filter(
  part => part.scrollWidth > part.clientWidth + 1
).map(part => part.textContent.trim().slice(0, 80))"""
# Pictures that are not there, or of fewer colours than a line on a ground has with its edges smoothed.
BLANK = """async () => {
  const blank = [], canvas = new OffscreenCanvas(64, 64), pen = canvas.getContext("2d", {willReadFrequently: true});
  for (const image of document.querySelectorAll("article img")) {
    await image.decode().catch(() => 0);
    pen.clearRect(0, 0, 64, 64);
    if (image.naturalWidth) pen.drawImage(image, 0, 0, 64, 64);
    if (new Set(new Uint32Array(pen.getImageData(0, 0, 64, 64).data.buffer)).size < 8) blank.push(image.src);
  }
  return blank;
}"""


def test_a_page_at_a_desk_and_on_paper(page, faults, visit, violations, sections, name):
    visit(name)
    for fault in (UNTYPESET, BLANK, TOO_WIDE):
        assert page.evaluate(fault) == []
    if name.removeprefix("chapters/") in CHAPTERS:  # which show where they lead before one has to scroll far
        assert page.locator("article img").first.bounding_box()["y"] < 1.2 * page.viewport_size["height"]
    assert clipped(page) == []
    assert violations("wcag2a", "wcag2aa") == []
    chapters, toggle = page.locator("nav.bd-links"), page.locator(".primary-toggle:visible")
    expect(chapters).to_be_in_viewport()
    toggle.click()
    expect(chapters).not_to_be_in_viewport()
    toggle.click()
    expect(chapters).to_be_in_viewport()
    if sections():
        expect(page.locator("#pst-page-toc-nav")).to_be_in_viewport()
    assert faults == []


def clipped(page):
    """Lines of code whose end is not on paper."""
    lines = [line for block in page.evaluate(CODE) for line in block.splitlines()]
    if not lines:
        return []
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4"))
    paper = squeezed("".join(sheet.get_textpage().get_text_range() for sheet in sheets))
    return [line for line in lines if squeezed(line)[-12:] not in paper]


def squeezed(text):
    """Without white space, which paper wraps and columns widen."""
    return re.sub(r"\s", "", text)


WRAPPED_NO_MORE = (
    "@media print { article.bd-article div.cell pre { "
    "white-space: pre !important; overflow: hidden !important; font-size: 24px !important } }"
)


@pytest.mark.parametrize(
    "planted, found",
    [
        ("document.querySelector('article p').style.color = '#ccc'", lambda page, violations: violations("color-contrast")),
        ("document.querySelector('article').append(new Image())", lambda page, _: page.evaluate(BLANK)),
        ("document.querySelector('.math').replaceChildren()", lambda page, _: page.evaluate(UNTYPESET)),
        (
            f"document.head.append(Object.assign(document.createElement('style'), {{textContent: '{WRAPPED_NO_MORE}'}}))",
            lambda page, _: clipped(page),
        ),
    ],
    ids=["contrast", "blank picture", "mathematics", "clipped code"],
)
def test_a_fault_that_is_planted_is_found(page, visit, violations, planted, found):
    visit("chapters/01_heavy_tails")
    assert not found(page, violations)
    page.evaluate(planted)
    assert found(page, violations)
