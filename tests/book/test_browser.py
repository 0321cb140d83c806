"""The built book as a reader's browser has it: menus that open on a phone and at a desk, and no page with an error."""

import re

import pytest
from companion.press import book, toc
from playwright.sync_api import expect

PAGES = [*toc.pages(), "search", "genindex"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}  # CSS pixels


def open_page(page, name, size):
    page.set_viewport_size(size)
    page.goto(f"/{name}.html", wait_until="load")


def sections(page):
    """How many sections a page has. The index has headings, its letters, which are no sections."""
    return page.locator("article section h2").count()


@pytest.mark.parametrize("name", PAGES)
def test_both_menus_open_on_a_phone(page, faults, name):
    open_page(page, name, PHONE)
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
def test_the_sidebar_leaves_and_returns_at_a_desk(page, faults, name):
    open_page(page, name, DESK)
    chapters, toggle = page.locator("nav.bd-links"), page.locator(".primary-toggle:visible")
    expect(chapters).to_be_in_viewport()
    toggle.click()
    expect(chapters).not_to_be_in_viewport()
    toggle.click()
    expect(chapters).to_be_in_viewport()
    if sections(page):
        expect(page.locator("#pst-page-toc-nav")).to_be_in_viewport()
    assert faults == []


def test_a_phone_reaches_another_chapter_and_a_section_of_it(page, faults):
    open_page(page, "README", PHONE)
    page.locator(".primary-toggle:visible").click()
    page.locator("nav.bd-links").get_by_role("link", name=toc.title("02_landscape")).click()
    expect(page).to_have_url(re.compile("/chapters/02_landscape.html$"))
    page.locator(".secondary-toggle:visible").click()
    page.locator("#pst-page-toc-nav").get_by_role("link", name="Jump numbers").click()
    page.mouse.click(20, 400)  # beside the menu, which closes it
    expect(page.locator("#pst-page-toc-nav")).not_to_be_in_viewport()
    expect(page.get_by_role("heading", name=re.compile(r"^[\d.]*\s*Jump numbers"))).to_be_in_viewport()
    assert faults == []


def test_claims_are_folded_until_one_asks_for_the_code(page, faults):
    open_page(page, f"chapters/{toc.chapters()[0].stem}", DESK)
    code = page.locator("details.hide pre").first
    expect(code).to_be_hidden()
    page.get_by_role("button", name="Show all code").click()
    expect(code).to_be_visible()
    assert page.locator("details.hide:not([open])").count() == 0
    page.get_by_role("button", name="Fold code").click()
    expect(code).to_be_hidden()
    assert faults == []


def test_folded_code_is_open_in_print_and_folded_again(page, faults):
    open_page(page, f"chapters/{toc.chapters()[0].stem}", DESK)
    folded = page.locator("details.hide:not([open])")
    many = folded.count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert many > 0 and folded.count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folded.count() == many and faults == []


def test_faults_are_seen(page, faults):
    open_page(page, "README", PHONE)
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    page.evaluate("console.error('planted, too')")
    page.evaluate("fetch('/nowhere.png')")
    page.evaluate("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)")
    page.wait_for_timeout(300)
    assert {"exception: planted", "console: planted, too", "request: http://127.0.0.1:9/elsewhere"} <= set(faults)
    assert any("404" in fault for fault in faults)


def test_the_scorecard_is_filtered_and_the_address_keeps_it(page, faults, built_profile):
    found = book.claims(built_profile)
    open_page(page, "chapters/scorecard", DESK)
    shown, count = page.locator(".claims tbody tr:visible"), page.locator("#filters output")
    expect(shown).to_have_count(len(found))
    page.get_by_label("stance").select_option("limits")
    limits = [record for record in found if record["stance"] == "limits"]
    expect(shown).to_have_count(len(limits))
    expect(count).to_have_text(f"{len(limits)} of {len(found)} claims")
    page.get_by_label("verdict").select_option("holds")
    page.reload()
    expect(page.get_by_label("stance")).to_have_value("limits")
    expect(shown).to_have_count(sum(record["verdict"] == "holds" for record in limits))
    assert faults == []


def test_a_claim_is_a_card_on_a_phone(page, faults):
    open_page(page, "chapters/scorecard", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    card = page.locator(".claims tbody tr").first
    assert page.evaluate("(row) => row.scrollWidth <= row.clientWidth + 1", card.element_handle())
    assert faults == []
