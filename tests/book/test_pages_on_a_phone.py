"""Every page of the built book on a phone, in the dark: as wide as the screen, readable, both menus at hand."""

from companion.press import toc
from playwright.sync_api import expect

# Claims, and items of the crosswalk, whose verdict is not on the screen.
UNSEEN = """[...document.querySelectorAll("table:is(:has(.sign), .items *) tbody tr")].filter(
  row => row.lastElementChild.getBoundingClientRect().right > innerWidth
).map(row => row.textContent)"""


def test_a_page_on_a_phone_in_the_dark(page, faults, visit, fits, violations, sections, name):
    page.emulate_media(color_scheme="dark")
    visit(name, "phone")
    assert fits() and page.evaluate(UNSEEN) == []
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
