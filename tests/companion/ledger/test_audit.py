"""The audit's counts: what depends on seeds, how many false alarms a level allows, and which claims are defects."""

import pytest
from companion.ledger import audit
from scipy.stats import binom


def record(id, verdict="holds", measured=1.0, expected="holds", level=0.001, power=0.95, seeds=True):
    return {
        "id": id,
        "chapter": "one",
        "rule": "r",
        "false_alarms": level,
        "measured": measured,
        "stderr": 0.1,
        "control": {"measured": 2.0, "power": power},
        "verdict": verdict,
        "expected": expected,
        "run": {"seeds": {"a": 1} if seeds else {}},
    }


def runs(verdicts, **more):
    return [[record("a", verdict, measured=float(k), **more)] for k, verdict in enumerate(verdicts)]


def test_claims_depend_on_seeds_where_other_seeds_make_other_numbers():
    assert not audit.depends_on_seeds([[record("a", seeds=False)]])
    assert audit.depends_on_seeds([[record("a")]])  # one run does not tell
    assert not audit.depends_on_seeds([[record("a")], [record("a")]])
    assert audit.depends_on_seeds([[record("a"), record("b")], [record("a"), record("b", measured=1.5)]])


def test_verdicts_are_counted_by_claim():
    found = audit.summary({"one": runs(["holds", "not met", "undecided", "holds"])})
    (claim,) = found["claims"]
    assert (claim["runs"], claim["as_expected"]) == (4, 2)
    assert claim["verdicts"] == {"holds": 2, "not met": 1, "undecided": 1}


def test_false_alarms_are_put_beside_those_that_the_level_allows():
    found = audit.summary({"one": runs(["holds"] * 8 + ["not met"] * 2, level=0.05)})
    (level,) = found["levels"]
    assert (level["claims"], level["runs"], level["seen"]) == (1, 10, 2)
    assert level["expected"] == pytest.approx(0.5)
    assert level["p_value"] == pytest.approx(binom.sf(1, 10, 0.05))
    assert found["defects"] == []  # one in twelve


def test_a_claim_that_fails_more_often_than_its_rule_allows_is_a_defect():
    assert audit.summary({"one": runs(["holds"] * 3 + ["not met"] * 2)})["defects"] == ["a"]
    assert audit.summary({"one": runs(["holds"] * 5)})["defects"] == []


def test_many_claims_may_have_one_that_fails_once():
    many = [[record(str(k), "holds" if k or root else "not met", measured=root) for k in range(60)] for root in range(5)]
    found = audit.summary({"one": many})
    assert found["defects"] == [] and found["levels"][0]["seen"] == 1


def test_rules_that_are_not_met_on_file_are_no_false_alarms():
    found = audit.summary({"one": runs(["not met", "not met", "holds"], expected="not met")})
    assert found["levels"] == [] and found["defects"] == [] and found["claims"][0]["as_expected"] == 2


def test_controls_are_missed_as_often_as_their_power_says():
    found = audit.summary({"one": runs(["holds"] * 9 + ["undecided"], power=0.9)})["controls"]
    assert (found["seen"], found["runs"]) == (1, 10)
    assert found["expected"] == pytest.approx(1.0) and found["p_value"] == pytest.approx(binom.sf(0, 10, 0.1))
    assert audit.summary({"one": runs(["holds", "holds"], power=None)})["controls"]["runs"] == 0


def test_exact_equality_allows_no_failure():
    assert audit.summary({"one": runs(["holds"] * 4 + ["not met"], level=0.0)})["defects"] == ["a"]
