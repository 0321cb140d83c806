"""The explorer in a browser: what the sliders show is on record, and the path is the library's."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.recorded import recorded
from companion.press.explorer.choices import ALPHAS, ETAS, LANDSCAPES, SCALE
from playwright.sync_api import expect

PAGE = "/chapters/explorer.html"


def test_its_first_view_carries_the_message(page, faults):
    page.goto(PAGE)
    said = page.locator("#explorer-sentence")
    expect(said).to_contain_text("b = 0.5, Ω₂ and Ω₄ take 2 jumps to leave")
    expect(page.locator("#explorer-landscape svg")).to_be_visible()
    expect(page.locator("#explorer-still")).to_be_hidden()
    assert faults == []


def test_without_scripts_a_picture_carries_it(browser, base_url):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto(PAGE)
    expect(page.locator("#explorer-still svg")).to_be_visible()
    expect(page.locator("#explorer-still figcaption")).to_contain_text("two jumps are kept longer")
    context.close()


def test_keys_move_the_sliders_and_the_numbers_are_those_on_record(page, faults):
    page.goto(PAGE)
    slider = page.get_by_role("slider", name="learning rate")
    slider.focus()
    for _ in range(len(ETAS)):
        page.keyboard.press("ArrowRight")
    expect(page.locator("output[for=eta]")).to_have_text("η = 10⁻⁵")
    record = {tuple(one["setting"]): one for one in recorded("explorer/explorer")["settings"]}
    exact = record["paper", ALPHAS[0], 0.5, ETAS[-1]]["exits"][1]
    digits, power = f"{exact:.2e}".split("e")
    shown = page.locator("#explorer-basins tbody tr").nth(1).locator("td").nth(3)
    raised = str(int(power)).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    expect(shown).to_have_text(f"{float(digits):g} · 10{raised}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name ?? document.activeElement.tagName") != "eta"
    assert faults == []


@pytest.mark.parametrize("name", LANDSCAPES)
def test_every_setting_is_drawn(page, faults, name):
    page.goto(PAGE)
    page.get_by_role("combobox", name="landscape").select_option(name)
    drawn = page.evaluate(
        """() => {
          const form = document.getElementById("explorer-form"), seen = new Set();
          for (const a of [0, 1, 2]) for (const b of [0, 1, 2, 3, 4]) for (const e of [0, 2, 5]) {
            [form.alpha.value, form.b.value, form.eta.value] = [a, b, e];
            form.dispatchEvent(new Event("input"));
            const text = document.getElementById("explorer-basins").textContent;
            const shown = [...document.querySelectorAll('[id^="explorer-"]:not(script)')].map((part) => part.outerHTML);
            if (/NaN|undefined|Infinity/.test(shown.join())) return "a number is none";
            seen.add(text);
          }
          return seen.size;
        }"""
    )
    assert drawn == 45 and faults == []


@pytest.mark.parametrize("name, b, seed", [("paper", 0.5, 7), ("figure2", None, 2**40 + 3), ("alternating", 0.5, 1)])
def test_the_path_is_the_librarys(page, faults, name, b, seed):
    page.goto(PAGE)
    choice = LANDSCAPES[name]
    start, eta, steps, every = float(choice.f.minima[0]), 1e-3, 100_000, 100
    how = {"slope": choice.slope(), "bounds": list(choice.f.bounds), "start": start, "eta": eta, "b": b, "alpha": 1.2}
    how |= {"scale": SCALE, "seed": seed, "path": 3, "steps": steps, "every": every}
    source = page.locator("#explorer-path-source").evaluate("element => element.textContent")
    found = page.evaluate("([source, how]) => new Function(`${source}; return simulate;`)()(how)", [source, how])
    sgd = hs.SGD(choice.f, hs.Lomax(1.2, SCALE), eta, b)
    known = hs.sample_path(sgd, start, n_steps=steps, every=every, seed=seed, first_path=3, progress=False)[0]
    assert np.abs(np.array(found) - known).max() < 1e-8 and known.std() > 0.01
    other = hs.sample_path(sgd, start, n_steps=steps, every=every, seed=seed + 1, first_path=3, progress=False)[0]
    assert np.abs(np.array(found) - other).max() > 1e-3 and faults == []


def test_a_path_is_drawn_when_asked_for_and_bad_numbers_are_refused(page, faults):
    page.goto(PAGE)
    page.get_by_role("spinbutton", name="steps").fill("100000")
    page.get_by_role("button", name="run").click()
    expect(page.locator("#explorer-path polyline")).to_be_visible()
    expect(page.locator("#explorer-told")).to_contain_text("100000 steps")
    page.get_by_role("slider", name="threshold").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#explorer-path svg")).to_have_count(0)
    page.get_by_role("spinbutton", name="steps").fill("10")
    page.get_by_role("button", name="run").click()
    assert page.get_by_role("spinbutton", name="steps").evaluate("field => field.validity.rangeUnderflow")
    expect(page.locator("#explorer-path svg")).to_have_count(0)
    assert faults == []
