"""Every page of the built book, loaded once: on a phone in the dark, then at a desk in the light, and on paper.

Typeset, drawn, readable, whole, as wide as the screen, both menus at hand.
"""

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
# Claims, and items of the crosswalk, whose verdict is not on the screen.
UNSEEN = """[...document.querySelectorAll("table:is(:has(.sign), .items *) tbody tr")].filter(
  row => row.lastElementChild.getBoundingClientRect().right > innerWidth
).map(row => row.textContent)"""
# Formulas within a line, and arrows to other pages, that end beyond the screen, or beyond what cuts them.
CUT = """[...document.querySelectorAll("article mjx-container, .prev-next-area svg")].filter(shown => {
  const end = shown.getBoundingClientRect().right - 1;
  for (let box = shown.parentElement; box != document.body; box = box.parentElement) {
    const over = getComputedStyle(box).overflowX;
    if (over == "auto" || over == "scroll") return false;
    if (over == "hidden" && end > box.getBoundingClientRect().right) return true;
  }
  return end > innerWidth;
}).map(shown => shown.closest("p, li, td, dd, a").textContent)"""
# Figures shown at less than 45 per cent of their size, on which letters of 11 points are 6.6 pixels tall.
TINY = """[...document.querySelectorAll("figure img")].filter(
  image => image.clientWidth < 0.45 * image.naturalWidth
).map(image => image.closest("figure").id)"""


def test_a_page_on_a_phone_at_a_desk_and_on_paper(page, faults, visit, show, fits, violations, sections, name):
    page.emulate_media(color_scheme="dark")
    visit(name, "phone")
    assert fits()
    for fault in (UNSEEN, CUT, TINY):
        assert page.evaluate(fault) == []
    menus_on_a_phone(page, sections())

    page.emulate_media(color_scheme="light")
    show("desk")
    for fault in (UNTYPESET, BLANK, TOO_WIDE):
        assert page.evaluate(fault) == []
    if name.removeprefix("chapters/") in CHAPTERS:  # which show where they lead before one has to scroll far
        assert page.locator("article img").first.bounding_box()["y"] < 1.2 * page.viewport_size["height"]
    assert clipped(page) == []
    menus_at_a_desk(page, sections())

    page.mouse.move(0, 0)  # away from links, which change their colour
    assert violations("wcag2a", "wcag2aa") == []
    page.emulate_media(color_scheme="dark")
    show("phone")
    assert violations("color-contrast") == []
    assert faults == []


def menus_on_a_phone(page, sections):
    """Both are away until asked for, and lead everywhere."""
    chapters, contents = page.locator("nav.bd-links"), page.locator("#pst-page-toc-nav")
    expect(chapters).not_to_be_in_viewport()
    page.locator(".primary-toggle:visible").click()
    expect(chapters.get_by_role("link")).to_have_count(len(toc.pages()) - 1)  # all but the front page, the title
    expect(chapters).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(chapters).not_to_be_in_viewport()
    if sections:
        expect(contents).not_to_be_in_viewport()
        page.locator(".secondary-toggle:visible").click()
        expect(contents).to_be_in_viewport()
        assert contents.get_by_role("link").count() >= sections
        page.keyboard.press("Escape")


def menus_at_a_desk(page, sections):
    """Both are there; that of the chapters goes and comes."""
    chapters, toggle = page.locator("nav.bd-links"), page.locator(".primary-toggle:visible")
    expect(chapters).to_be_in_viewport()
    toggle.click()
    expect(chapters).not_to_be_in_viewport()
    toggle.click()
    expect(chapters).to_be_in_viewport()
    if sections:
        expect(page.locator("#pst-page-toc-nav")).to_be_in_viewport()


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


@pytest.mark.parametrize(
    "planted, fault",
    [
        ("document.querySelector('table:has(.sign) td:last-child').style.translate = '400px'", UNSEEN),
        ("document.querySelector('article p mjx-container').style.marginLeft = '500px'", CUT),
        ("document.querySelector('figure img').style.width = '100px'", TINY),
    ],
    ids=["verdict off the screen", "formula cut", "tiny figure"],
)
def test_a_fault_that_is_planted_on_a_phone_is_found(page, visit, planted, fault):
    visit("chapters/01_heavy_tails", "phone")
    assert page.evaluate(fault) == []
    page.evaluate(planted)
    assert page.evaluate(fault) != []
