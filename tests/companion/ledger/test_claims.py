"""The ledger: verdicts, controls, records."""

import json

import pytest
from companion.ledger import claims
from companion.ledger.claims import Control, Ledger
from companion.ledger.rules import Covers, Measured
from companion.press.pages import scorecard
from companion.press.tables import claim_table


def check(ledger, id="a", measured=1.0, control=2.0):
    ledger.check(
        id, "one is $x$", "Theorem 1", Covers(), 1.0, Measured(measured, 0.1), Control("other", Measured(control, 0.1))
    )
    return ledger.records[-1]


@pytest.mark.parametrize(
    "measured, control, verdict", [(1.0, 2.0, claims.HOLDS), (2.0, 3.0, claims.FAILS), (1.0, 1.1, claims.NO_POWER)]
)
def test_a_claim_holds_only_if_its_control_fails(tmp_path, measured, control, verdict):
    assert check(Ledger("01", tmp_path), measured=measured, control=control)["verdict"] == verdict


def test_records_are_read_back_in_order_and_a_new_run_drops_the_old(tmp_path):
    ledger = Ledger("02", tmp_path)
    check(ledger, "b"), check(ledger, "c")
    check(Ledger("01", tmp_path), "a")
    assert [record["id"] for record in claims.load(tmp_path)] == ["a", "b", "c"]
    Ledger("02", tmp_path)
    assert [record["id"] for record in claims.load(tmp_path)] == ["a"]


def test_an_id_is_used_once(tmp_path):
    ledger = Ledger("01", tmp_path)
    check(ledger)
    with pytest.raises(ValueError, match="id = 'a'"):
        check(ledger)


def test_records_are_plain_json(tmp_path):
    ledger = Ledger("01", tmp_path)
    ledger.check("inf", "s", "t", Covers(), 1.0, Measured(1.0, 0.1), Control("none", Measured(float("inf"), float("inf"))))
    assert json.loads(ledger.path.read_text())[0]["control"]["measured"] == "inf"


def test_the_table_shows_numbers_and_verdict(tmp_path):
    text = claim_table([check(Ledger("01", tmp_path))]).data
    assert "one is $x$" in text and "0.804 … 1.196" in text and "✓ holds" in text


def test_a_record_and_the_scorecard_state_the_rules_power(tmp_path, monkeypatch):
    check(Ledger("04_theorem1_order", tmp_path))
    record = claims.load(tmp_path)[0]
    assert record["power"] == Covers().power(1.0, Measured(1.0, 0.1)) == "off by 0.46"
    monkeypatch.setattr(scorecard.paths, "claims", lambda profile: tmp_path)
    page = scorecard.markdown("smoke")
    assert "rejects nine times in ten: off by 0.46" in page and "**1 of 1 claims hold**" in page
