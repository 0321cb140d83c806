"""Every page of the built book in a browser: on a phone and in the dark, at a desk in the light, and on paper."""

import re
from io import BytesIO

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from companion.press import toc
from playwright.sync_api import expect

PAGES = [*toc.pages(), "search", "genindex"]
CHAPTERS = {chapter.stem for chapter in toc.chapters()}
# Of the rules of WCAG 2, levels A and AA, what Sphinx and its theme break and no page of ours can mend: long signatures are
# lists without terms, and the bibliography is a list of entries whose role is none any more.
THEIRS = {"definition-list", "aria-deprecated-role", "aria-required-children"}
ALIKE = [["mjx-container"], [".claims tr:nth-child(n + 20)"]]  # hundreds on a page, which axe need not look at
UNTYPESET = """[...document.querySelectorAll(".math")].filter(
  formula => !formula.querySelector("mjx-container") || formula.querySelector("mjx-merror")
).map(formula => formula.textContent)"""
CODE = "[...document.querySelectorAll('article pre')].map(e => e.textContent)"
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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_a_phone_in_the_dark(page, faults, visit, fits, name):
    page.emulate_media(color_scheme="dark")
    visit(name, "phone")
    assert fits()
    assert violations(page, "color-contrast") == []
    chapters, contents = page.locator("nav.bd-links"), page.locator("#pst-page-toc-nav")
    expect(chapters).not_to_be_in_viewport()
    page.locator(".primary-toggle:visible").click()
    expect(chapters.get_by_role("link")).to_have_count(len(toc.pages()) - 1)  # all but the front page, the title
    expect(chapters).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(chapters).not_to_be_in_viewport()
    if sections(page):
        expect(contents).not_to_be_in_viewport()
        page.locator(".secondary-toggle:visible").click()
        expect(contents).to_be_in_viewport()
        assert contents.get_by_role("link").count() >= sections(page)
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_at_a_desk_and_on_paper(page, faults, visit, name):
    visit(name)
    assert page.evaluate(UNTYPESET) == [] and page.evaluate(BLANK) == []
    if name.removeprefix("chapters/") in CHAPTERS:  # which show where they lead before one has to scroll far
        assert page.locator("article img").first.bounding_box()["y"] < 1.2 * page.viewport_size["height"]
    assert violations(page, "wcag2a", "wcag2aa") == []
    chapters, toggle = page.locator("nav.bd-links"), page.locator(".primary-toggle:visible")
    expect(chapters).to_be_in_viewport()
    toggle.click()
    expect(chapters).not_to_be_in_viewport()
    toggle.click()
    expect(chapters).to_be_in_viewport()
    if sections(page):
        expect(page.locator("#pst-page-toc-nav")).to_be_in_viewport()
    assert clipped(page) == []
    assert faults == []


def sections(page):
    """How many sections a page has. The index has headings, its letters, which are no sections."""
    return page.locator("article section h2").count()


def violations(page, *rules):
    """What axe finds against rules, or sets of them: each rule with how often and where first."""
    options = {"runOnly": list(rules), "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, {"exclude": ALIKE}, options).response["violations"]
    return [f"{v['id']}, {len(v['nodes'])} times: {v['nodes'][0]['target']}" for v in found if v["id"] not in THEIRS]


def clipped(page):
    """Lines of code whose end is not on paper."""
    lines = [line for block in page.evaluate(CODE) for line in block.splitlines()]
    if not lines:
        return []
    sheets = pypdf.PdfReader(BytesIO(page.pdf(format="A4"))).pages
    paper = squeezed("".join(sheet.extract_text() for sheet in sheets))
    return [line for line in lines if squeezed(line)[-12:] not in paper]


def squeezed(text):
    """Without white space, which paper wraps and columns widen."""
    return re.sub(r"\s", "", text)


WRAPPED_NO_MORE = (
    "@media print { article.bd-article div.cell pre { white-space: pre !important; overflow: hidden !important } }"
)


@pytest.mark.parametrize(
    "planted, found",
    [
        ("document.querySelector('article p').style.color = '#ccc'", lambda page: violations(page, "color-contrast")),
        ("document.querySelector('article').append(new Image())", lambda page: page.evaluate(BLANK)),
        ("document.querySelector('.math').replaceChildren()", lambda page: page.evaluate(UNTYPESET)),
        (
            f"document.head.append(Object.assign(document.createElement('style'), {{textContent: '{WRAPPED_NO_MORE}'}}))",
            clipped,
        ),
    ],
    ids=["contrast", "blank picture", "mathematics", "clipped code"],
)
def test_a_fault_that_is_planted_is_found(page, visit, planted, found):
    visit("chapters/01_heavy_tails")
    assert not found(page)
    page.evaluate(planted)
    assert found(page)
