"""Every rule keeps what agrees and rejects what does not."""

import numpy as np
import pytest
from companion.ledger.rules import AtLeast, AtMost, Covers, Equals, PValue, Within
from heavysgd.inference import Measured

CASES = [
    (Covers(0.95), 1.0, Measured(1.1, 0.06), Measured(1.1, 0.04)),
    (Covers(), 1.5, Measured(1.5, 0.1), Measured(float("inf"), float("inf"))),
    (Within(0.95, 0.5), 2, Measured(2.2, 0.1), Measured(2.2, 0.2)),
    (AtMost(0.95), 0.1, Measured(0.08, 0.01), Measured(0.08, 0.02)),
    (AtLeast(0.95), 0.9, Measured(0.95, 0.02), Measured(0.95, 0.04)),
    (PValue(), "law", Measured(0.002), Measured(0.001)),
    (Equals(), [1, 2], Measured([1, 2]), Measured([1, 1])),
]


@pytest.mark.parametrize("rule, predicted, agreeing, differing", CASES, ids=lambda value: type(value).__name__)
def test_rule_decides_both_ways(rule, predicted, agreeing, differing):
    assert rule.holds(predicted, agreeing) is True
    assert rule.holds(predicted, differing) is False
    assert str(rule)


@pytest.mark.parametrize("confidence", [95, 0, 1, -0.1, float("nan"), "0.95", True])
def test_confidence_is_a_share(confidence):
    for rule in (Covers, Within, AtMost, AtLeast, PValue, Equals):
        with pytest.raises(ValueError, match="confidence = .*such as 0.95"):
            rule(confidence)


def test_other_numbers_of_rules_are_checked():
    with pytest.raises(ValueError, match="distance = 0"):
        Within(distance=0)
    with pytest.raises(ValueError, match="level = 5"):
        PValue(level=5)


POWERFUL = [
    (Covers(), 1.0, Measured(0.0, 0.1), "off by 0.46"),  # (3.290527 + 1.281552) * 0.1
    (Covers(0.95), 1.0, Measured(0.0, 0.1, dof=4), "off by 0.43"),  # (2.776445 + 1.533206) * 0.1
    (Within(distance=0.5), 2, Measured(0.0, 0.1), "off by 0.3"),  # 0.5 - 0.3290527 + 0.1281552
    (Within(0.95, 0.5), 2, Measured(0.0, 0.1), "off by 0.43"),
    (AtMost(), 0.9, Measured(0.0, 0.1), "0.719 and more"),  # 0.9 - (3.090232 - 1.281552) * 0.1
    (AtLeast(0.95), 0.9, Measured(0.0, 0.1), "0.936 and less"),
    (AtMost(), 0.9, Measured(0.0), "0.9 and more"),
]


@pytest.mark.parametrize("rule, predicted, measured, words", POWERFUL, ids=lambda value: str(value))
def test_power_is_the_fault_rejected_nine_times_in_ten(rule, predicted, measured, words):
    assert rule.power(predicted, measured) == words
    if measured.stderr == 0:
        return
    rng, runs = np.random.default_rng(0), 2000
    ends = [end for end in rule.tolerated(predicted, measured) if np.isfinite(end)]
    for truth in ends:
        draw = rng.standard_normal if np.isinf(measured.dof) else lambda n: rng.standard_t(measured.dof, n)
        values = truth + measured.stderr * draw(runs)
        rejected = sum(not rule.holds(predicted, Measured(v, measured.stderr, measured.dof)) for v in values)
        assert rejected / runs == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("rule, predicted, measured, words", POWERFUL, ids=lambda value: str(value))
def test_the_chance_of_rejection_is_nine_in_ten_at_the_power_and_counted_elsewhere(rule, predicted, measured, words):
    if measured.stderr == 0:
        assert rule.chance(predicted, 2.0, measured) is None
        return
    rng, runs = np.random.default_rng(0), 4000
    for end in filter(np.isfinite, rule.tolerated(predicted, measured)):
        assert 0.9 - 1e-9 < rule.chance(predicted, end, measured) < 0.902  # the far side adds its little
    for true in (predicted + 0.05, predicted - 0.3):
        draw = rng.standard_normal if np.isinf(measured.dof) else lambda n: rng.standard_t(measured.dof, n)
        values = true + measured.stderr * draw(runs)
        rejected = np.mean([not rule.holds(predicted, Measured(v, measured.stderr, measured.dof)) for v in values])
        assert rule.chance(predicted, true, measured) == pytest.approx(rejected, abs=0.03)


def test_chances_where_there_is_nothing_to_count():
    assert Within(distance=0.5).chance(1, 1.0, Measured(1.0, 0.2)) == 1.0  # the rule can never hold
    assert PValue().chance("a law", 1.0, Measured(0.2)) is Equals().chance([1], 1.0, Measured([1])) is None


def test_power_in_words_where_there_is_no_number():
    assert Within(distance=0.5).power(1, Measured(1.0, 0.2)) == "everything: the error is too large"
    assert Covers().power(1.0, Measured(float("inf"), float("inf"))) == "everything: the error is too large"
    assert Covers().power(1.0, Measured(1.0)) == Equals().power([1], Measured([1])) == "anything else"
    assert PValue().power("a law", Measured(0.2)) == "as the control shows"
