"""The built book as a reader's browser has it: menus that open on a phone and at a desk, and no page with an error."""

import re

import pytest
from companion import paths
from companion.press import book, toc
from playwright.sync_api import expect


def test_a_phone_reaches_another_chapter_and_a_section_of_it(page, faults, visit):
    visit("README", "phone")
    page.locator(".primary-toggle:visible").click()
    page.locator("nav.bd-links").get_by_role("link", name=toc.title("02_landscape")).click()
    expect(page).to_have_url(re.compile("/chapters/02_landscape.html$"))
    page.locator(".secondary-toggle:visible").click()
    page.locator("#pst-page-toc-nav").get_by_role("link", name="Jump numbers").click()
    page.mouse.click(20, 400)  # beside the menu, which closes it
    expect(page.locator("#pst-page-toc-nav")).not_to_be_in_viewport()
    expect(page.get_by_role("heading", name=re.compile(r"^[\d.]*\s*Jump numbers"))).to_be_in_viewport()
    assert faults == []


def test_claims_are_folded_until_one_asks_for_the_code(page, faults, visit):
    visit(f"chapters/{toc.chapters()[0].stem}")
    code = page.locator("details.hide pre").first
    expect(code).to_be_hidden()
    page.get_by_role("button", name="Show all code").click()
    expect(code).to_be_visible()
    assert page.locator("details.hide:not([open])").count() == 0
    page.get_by_role("button", name="Fold code").click()
    expect(code).to_be_hidden()
    assert faults == []


def test_folded_code_is_open_in_print_and_folded_again(page, faults, visit):
    visit(f"chapters/{toc.chapters()[0].stem}")
    folded = page.locator("details.hide:not([open])")
    many = folded.count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert many > 0 and folded.count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folded.count() == many and faults == []


def test_faults_are_seen(page, faults, visit):
    visit("README", "phone")
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    page.evaluate("console.error('planted, too')")
    page.evaluate("fetch('/nowhere.png')")
    page.evaluate("fetch('http://127.0.0.1:9/elsewhere').catch(() => 0)")
    page.wait_for_timeout(300)
    assert {"exception: planted", "console: planted, too", "request: http://127.0.0.1:9/elsewhere"} <= set(faults)
    assert any("404" in fault for fault in faults)


def test_the_scorecard_is_filtered_and_the_address_keeps_it(page, faults, built_profile, visit):
    found = book.claims(built_profile)
    visit("chapters/scorecard")
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


def test_the_scorecard_is_brief_until_more_is_asked_for(page, faults, visit):
    visit("chapters/scorecard")
    powers, box = page.locator(".claims").get_by_text("rejects nine times in ten"), page.get_by_label("histories of rules")
    expect(powers.first).to_be_hidden()
    box.check()
    expect(powers.first).to_be_visible()
    page.reload()
    expect(box).to_be_checked()
    box.uncheck()
    name = page.locator(".claims a.claim[id]").nth(3).get_attribute("id")
    page.goto(f"/chapters/scorecard.html#{name}")
    expect(page.locator(f".claims tr:has([id='{name}'])").get_by_text("rejects nine times in ten")).to_be_visible()
    expect(powers.first).to_be_hidden()
    assert faults == []


def test_a_claim_is_a_card_on_a_phone(page, faults, visit, fits):
    visit("chapters/scorecard", "phone")
    assert fits()
    card = page.locator(".claims tbody tr").first
    assert page.evaluate("(row) => row.scrollWidth <= row.clientWidth + 1", card.element_handle())
    assert faults == []


@pytest.mark.parametrize("where", ["nav.bd-links", ".prev-next-area", "#pst-page-toc-nav"])
def test_a_link_that_is_pointed_at_can_be_read(page, visit, violations, where):
    visit("chapters/05_exit_law")
    page.locator(f"{where} a:visible").nth(1).hover()
    page.wait_for_timeout(400)  # until its colour has changed
    assert violations("color-contrast") == []


def term(page, word):
    """The link of a word to the glossary."""
    return page.locator("article a.term", has_text=re.compile(f"^{word}$"))


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_word_that_is_pointed_at_shows_its_definition_until_escape(page, faults, colours, visit):
    page.emulate_media(color_scheme=colours)
    visit("chapters/02_landscape")
    box = page.get_by_role("tooltip")
    term(page, "jump number").hover()
    expect(box).to_contain_text("how many big jumps")
    expect(box.locator("mjx-container")).to_have_count(3)
    expect(term(page, "jump number")).to_have_attribute("aria-describedby", "definition")
    box.hover()  # it stays, so that its own links can be reached
    page.wait_for_timeout(400)
    expect(box).to_be_visible()
    words, ground = box.evaluate("(box) => [getComputedStyle(box).color, getComputedStyle(box).backgroundColor]")
    assert (brightness(words) > brightness(ground)) == (colours == "dark")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    assert faults == []


def brightness(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3]))


def test_a_word_with_the_focus_shows_its_definition(page, faults, visit):
    visit("chapters/17_small_network")
    box = page.get_by_role("tooltip")
    page.keyboard.press("Tab")  # from here on the focus is seen
    term(page, "LB").focus()
    expect(box).to_contain_text("The gradient of a large batch")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(term(page, "LB")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/chapters/notation.html#term-LB$"))
    assert faults == []


def test_a_tap_shows_the_definition_and_a_second_one_leads_to_it(new_context, phone):
    page = new_context(has_touch=True, viewport=phone).new_page()
    page.goto("/chapters/02_landscape.html")
    box, word = page.get_by_role("tooltip"), term(page, "basin")
    word.tap()
    expect(box).to_contain_text("all points from which gradient descent")
    place = box.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= phone["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("heading", level=1).tap()  # anywhere else
    expect(box).to_be_hidden()
    word.tap(), expect(box).to_be_visible(), word.tap()
    expect(page).to_have_url(re.compile("#term-basin$"))


def test_definitions_need_no_server(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((paths.HTML / "chapters" / "02_landscape.html").as_uri())
    term(page, "exit measure").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("the limit’s rate of exits")
    assert [address for address in asked if not address.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize(
    "words, home",
    [
        ("jump number", "02_landscape"),
        ("truncation threshold", "01_heavy_tails"),
        ("expected sharpness", "18_paper_table"),
        ("exit measure", "02_landscape"),
        ("exact kernel", "11_without_sampling"),
        ("typical transition graph", "02_landscape"),
    ],
)
def test_a_search_finds_first_the_chapter_in_which_a_word_is_at_home(page, faults, words, home):
    page.goto(f"/search.html?q={words.replace(' ', '+')}")
    found = page.locator("ul.search > li > a")
    expect(found.first).to_have_attribute("href", re.compile(rf"^chapters/{home}\.html#index-\d+$"))
    expect(page.locator("ul.search > li").first.locator("p.context")).to_have_text(re.compile(r"\w"))
    expect(found.nth(1)).to_have_attribute("href", f"chapters/notation.html#term-{words.replace(' ', '-')}")
    assert faults == []
