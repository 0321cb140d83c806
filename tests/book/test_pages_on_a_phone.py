"""Every page of the built book on a phone, in the dark: as wide as the screen, readable, both menus at hand."""

import pytest
from companion.press import toc
from playwright.sync_api import expect

# Claims, rules and items of the crosswalk whose verdict is not on the screen.
UNSEEN = """[...document.querySelectorAll("table:is(:has(.sign, .rules), .items *) tbody tr")].filter(
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

# Punctuation behind a formula that has come to stand at the beginning of the next line.
LOOSE = """[...document.querySelectorAll("article p mjx-container")].filter(shown => {
  const next = (shown.closest("span.math") ?? shown).nextSibling;
  if (next?.nodeType != Node.TEXT_NODE || !/^[)\\].,;:]/.test(next.data)) return false;
  const mark = document.createRange();
  mark.setStart(next, 0);
  mark.setEnd(next, 1);
  return mark.getBoundingClientRect().right < shown.getBoundingClientRect().right;
}).map(shown => shown.closest("p").textContent)"""


def test_a_page_on_a_phone_in_the_dark(page, faults, visit, fits, violations, sections, name):
    page.emulate_media(color_scheme="dark")
    visit(name, "phone")
    assert fits()
    for fault in (UNSEEN, CUT, TINY, LOOSE):
        assert page.evaluate(fault) == []
    chapters, contents = page.locator("nav.bd-links"), page.locator("#pst-page-toc-nav")
    expect(chapters).not_to_be_in_viewport()
    page.locator(".primary-toggle:visible").click()
    expect(chapters.get_by_role("link")).to_have_count(len(toc.pages()) - 1)  # all but the front page, the title
    expect(chapters).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(chapters).not_to_be_in_viewport()
    if sections():
        expect(contents).not_to_be_in_viewport()
        page.locator(".secondary-toggle:visible").click()
        expect(contents).to_be_in_viewport()
        assert contents.get_by_role("link").count() >= sections()
    assert violations("color-contrast") == []
    assert faults == []


@pytest.mark.parametrize(
    "planted, fault",
    [
        ("document.querySelector('table:has(.sign) td:last-child').style.translate = '400px'", UNSEEN),
        ("document.querySelector('article p mjx-container').style.marginLeft = '500px'", CUT),
        ("document.querySelector('figure img').style.width = '100px'", TINY),
        (
            "document.querySelectorAll('article p .tied').forEach(of => { of.style.whiteSpace = 'normal';"
            " of.querySelector('mjx-container').style.marginLeft = 'calc(100% - 3em)'; })",
            LOOSE,
        ),
    ],
    ids=["verdict off the screen", "formula cut", "tiny figure", "comma on the next line"],
)
def test_a_fault_that_is_planted_on_a_phone_is_found(page, visit, planted, fault):
    visit("chapters/01_heavy_tails", "phone")
    assert page.evaluate(fault) == []
    page.evaluate(planted)
    assert page.evaluate(fault) != []
