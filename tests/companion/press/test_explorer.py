"""The explorer's data: every setting on record, as the library has it now, and what the page is made of."""

import json
import math
import re
import sys

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.recorded import recorded
from companion.paths import ROOT
from companion.press.explorer import page
from companion.press.explorer.choices import ALPHAS, ETAS, LANDSCAPES, SCALE

sys.path.insert(0, str(ROOT / "benchmarks"))
import explorer  # noqa: E402

RECORD = recorded("explorer/explorer")["settings"]
FOUND = {tuple(one["setting"]): one for one in RECORD}


def test_every_setting_is_on_record_once():
    assert len(FOUND) == len(RECORD) and list(FOUND) == list(explorer.settings())
    known = [value for one in RECORD for value in one["exits"]]
    assert sum(value is None for value in known) < 0.05 * len(known)


@pytest.mark.parametrize(
    "setting", [("paper", 1.5, 0.7, 1e-3), ("figure2", 1.2, 0.25, 3e-4), ("alternating", 1.8, 0.7, 1e-3)]
)
def test_the_record_is_what_the_library_says(setting):
    name, *rest = setting
    again = explorer.measured(LANDSCAPES[name], *rest)
    for what in ("exits", "limit", "shares"):
        assert again[what] == pytest.approx(FOUND[setting][what], rel=3e-3)
    other = explorer.measured(LANDSCAPES[name], rest[0], rest[1], 1.1 * rest[2])
    assert other["exits"] != pytest.approx(FOUND[setting]["exits"], rel=3e-2)


def test_what_is_not_known_is_none():
    def fails():
        raise ArithmeticError("digits are lost")

    assert explorer.known(fails) is None and explorer.known(lambda: [1.0, math.nan]) is None
    assert explorer.known(lambda: 123456.7) == 123500.0 and explorer.known(lambda: [0.12345]) == [0.1235]


def test_a_setting_that_is_there_is_not_computed_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(explorer, "STORE", tmp_path / "store.jsonl")
    monkeypatch.setattr(explorer, "TARGET", tmp_path / "explorer.json")
    monkeypatch.setattr(explorer, "ROOT", tmp_path)
    monkeypatch.setattr(explorer, "settings", lambda: iter([("figure2", 1.2, 0.7, 1e-3), ("figure2", 1.2, None, 1e-3)]))
    asked = []
    monkeypatch.setattr(explorer, "measured", lambda *how: asked.append(how[1:]) or {"exits": [1.0]})
    explorer.main()
    explorer.main()
    assert asked == [(1.2, 0.7, 1e-3), (1.2, None, 1e-3)]
    written = json.loads((tmp_path / "explorer.json").read_text())
    assert [one["exits"] for one in written["settings"]] == [[1.0], [1.0]] and "commit" in written["origin"]


@pytest.mark.parametrize("name", LANDSCAPES)
def test_slopes_are_those_of_the_landscape(name):
    choice = LANDSCAPES[name]
    source = choice.slope()
    assert not re.search(
        r"[A-Za-z_]+\(", re.sub(r"Math\.(pow|exp|sin|cos|abs)\(", "", source).replace("(", " (").replace(" (", " ")
    )
    x = np.linspace(choice.f.bounds[0] + 0.05, choice.f.bounds[1] - 0.05, 7)
    found = [eval(source.replace("Math.", "math.").replace("math.abs", "abs"), {"math": math, "x": float(v)}) for v in x]
    assert found == pytest.approx(choice.f.gradient(x), rel=1e-9, abs=1e-9)


def test_the_page_has_its_data_its_scripts_and_a_picture_without_scripts():
    text = page.markdown("quick")
    found = json.loads(re.search(r'<script type="application/json" id="explorer-data">(.*)</script>', text)[1])
    assert found["etas"] == list(ETAS) and found["alphas"] == list(ALPHAS) and found["scale"] == SCALE
    for name, choice in LANDSCAPES.items():
        there = found["landscapes"][name]
        assert there["settings"][0][2][1]["exits"] == FOUND[name, ALPHAS[0], choice.thresholds[2], ETAS[1]]["exits"]
        assert there["limits"][0][2]["jumps"] == hs.theory.jump_numbers(choice.f, choice.thresholds[2]).tolist()
        assert len(there["ends"]) == choice.f.size + 1 and there["ends"][0] == choice.f.bounds[0]
    still = text[text.index('id="explorer-still"') : text.index('id="explorer-form" ')]
    assert 'role="img"' in still and "<figcaption>" in still and "<svg" in still
    assert (page.Path(page.__file__).parent / "path.js").read_text() in text and "\n## One path\n" in text


def test_without_a_record_the_page_says_what_to_run(monkeypatch):
    monkeypatch.setattr(page, "recorded", lambda name: None)
    with pytest.raises(FileNotFoundError, match="run `make explorer` first"):
        page.markdown("quick")
