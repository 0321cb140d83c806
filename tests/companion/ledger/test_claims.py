"""The ledger: verdicts, controls, what is on file, rules that changed, where a record comes from."""

import json

import pytest
from companion.ledger import records
from companion.ledger.claims import Change, Control, Ledger, against
from companion.ledger.rules import Covers
from companion.press.pages import scorecard
from companion.press.tables import claim_table
from heavysgd.inference import Measured


def check(ledger, id="a", measured=1.0, control=2.0, **more):
    found, other = Measured(measured, 0.1), Control("other", Measured(control, 0.1))
    ledger.check(id, "one is $x$", "Theorem 1", Covers(), 1.0, found, other, **more)
    return ledger.records[-1]


@pytest.mark.parametrize(
    "measured, control, verdict",
    [(1.0, 2.0, "holds"), (2.0, 3.0, "not met"), (1.0, 1.1, "undecided"), (2.0, 1.1, "not met")],
)
def test_a_claim_holds_only_if_its_control_fails(tmp_path, measured, control, verdict):
    assert check(Ledger("01", tmp_path), measured=measured, control=control)["verdict"] == verdict


@pytest.mark.parametrize(
    "measured, expected, surprising",
    [(1.0, "holds", False), (1.0, "not met", True), (2.0, "not met", False), (2.0, "holds", True)],
)
def test_a_verdict_other_than_the_one_on_file_is_a_surprise(tmp_path, measured, expected, surprising):
    record = check(Ledger("01", tmp_path), measured=measured, expected=expected)
    assert bool(records.unexpected([record])) is surprising
    assert (f"(on file: {expected})" in claim_table([record]).data) is surprising


def test_a_control_states_the_chance_that_it_is_rejected(tmp_path):
    ledger, ratio = Ledger("01", tmp_path), Measured(1.1, 0.1)
    controls = {
        "prediction": Control("another prediction", predicted=1.4),
        "ratio": against("the same over another", Covers(), ratio, 1 / 1.4),
        "given": Control("of a law", Measured(2.0, 0.1), power=0.75),
        "data": Control("other data", Measured(2.0, 0.1)),
    }
    for id, control in controls.items():
        ledger.check(id, "s", "t", Covers(), 1.0, ratio, control)
    found = {record["id"]: record["control"] for record in records.load(tmp_path)}
    assert found["prediction"]["power"] == pytest.approx(0.76, abs=0.01)  # 4 errors away, 3.29 are kept
    assert found["ratio"]["power"] == pytest.approx(found["prediction"]["power"])
    assert found["ratio"]["measured"] == pytest.approx(1.1 / 1.4) and found["ratio"]["stderr"] == pytest.approx(0.1 / 1.4)
    assert found["given"]["power"] == 0.75 and found["data"]["power"] is None


def test_unmet_rules_are_records_and_count(tmp_path):
    ledger = Ledger("01", tmp_path)
    check(ledger, "a"), check(ledger, "b", measured=2.0, expected="not met"), check(ledger, "c", control=1.0)
    assert records.tally(records.load(tmp_path)) == {"holds": 1, "not met": 1, "undecided": 1}
    assert records.in_words(ledger.records) == "of 3 claims 1 hold, 1 are not met, 1 are undecided"


def test_records_are_read_back_in_order_and_a_new_run_drops_the_old(tmp_path):
    ledger = Ledger("02", tmp_path)
    check(ledger, "b"), check(ledger, "c")
    check(Ledger("01", tmp_path), "a")
    assert [record["id"] for record in records.load(tmp_path)] == ["a", "b", "c"]
    Ledger("02", tmp_path)
    assert [record["id"] for record in records.load(tmp_path)] == ["a"]


@pytest.mark.parametrize(
    "more, said",
    [({}, "id = 'a'"), ({"stance": "agrees"}, "stance = 'agrees': .*limits"), ({"expected": "fails"}, "'fails': .*met")],
)
def test_an_id_is_used_once_and_words_are_those_there_are(tmp_path, more, said):
    ledger = Ledger("01", tmp_path)
    check(ledger)
    with pytest.raises(ValueError, match=said):
        check(ledger, "b" if more else "a", **more)


def test_records_are_plain_json(tmp_path):
    ledger = Ledger("01", tmp_path)
    ledger.check("inf", "s", "t", Covers(), 1.0, Measured(1.0, 0.1), Control("none", Measured(float("inf"), float("inf"))))
    assert json.loads(ledger.path.read_text())[0]["control"]["measured"] == "inf"


def test_a_record_tells_its_stance_and_its_run(tmp_path):
    run = {"profile": "smoke", "parameters": {"n": 3}, "origin": {"commit": "c" * 40}}
    ledger = Ledger("engine", tmp_path, stance="engine", run=run)
    check(ledger), check(ledger, "b", stance="limits")
    one, two = records.load(tmp_path)
    assert (one["stance"], two["stance"]) == ("engine", "limits") and one["run"] == two["run"] == run | {"seeds": {}}


def test_a_record_keeps_the_seeds_handed_out_before_it(tmp_path):
    ledger = Ledger("engine", tmp_path, root=3)
    first = ledger.seeds("splits")
    check(ledger), ledger.seeds("precision"), check(ledger, "b")
    one, two = (r["run"]["seeds"] for r in records.load(tmp_path))
    assert one == {"splits": first} and list(two) == ["splits", "precision"]


def test_each_claim_is_shown_once(tmp_path):
    ledger = Ledger("engine", tmp_path)
    check(ledger), check(ledger, "b")
    assert [r["id"] for r in ledger.unshown()] == [r["id"] for r in ledger.records] and ledger.unshown() == []
    check(ledger, "c")
    assert [r["id"] for r in ledger.unshown()] == ["c"]


def test_the_table_shows_numbers_and_verdict(tmp_path):
    text = claim_table([check(Ledger("01", tmp_path))]).data
    assert "one is $x$" in text and "0.804 … 1.196" in text and "✓ holds" in text


def test_the_scorecard_states_power_stance_counts_and_what_became_of_a_rule(tmp_path, monkeypatch):
    ledger = Ledger("04_exit_order", tmp_path)
    check(ledger), check(ledger, "b", stance="limits", rule_history=[Change("2026-11-24", "was 90 %", "it failed")])
    check(ledger, "c", measured=2.0, expected="not met")
    record = records.load(tmp_path)[0]
    assert record["power"] == Covers().power(1.0, Measured(1.0, 0.1)) == "off by 0.46" and record["rule_history"] == []
    monkeypatch.setattr(scorecard.book, "claims", lambda profile: records.load(tmp_path))
    page = scorecard.markdown("smoke")
    assert "rejects nine times in ten: off by 0.46" in page and '*Theorem 1*; <span class="stance">limits</span>' in page
    assert "**Of 3 claims 2 hold, 1 are not met, 0 are undecided**" in page and "✗ not met |" in page
    assert "*2026-11-24*: was 90 %. Why: it failed." in page and "The rules of 1 claims" in page
    limits = next(line for line in page.splitlines() if line.startswith("| *limits*"))
    assert limits.endswith("| 1 | 0 | 0 |")
