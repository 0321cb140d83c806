"""Measurements: their intervals, and what follows from several, against simulation and closed forms."""

import numpy as np
import pytest
from heavysgd import inference
from heavysgd.inference import Measured


def test_intervals_are_those_of_the_normal_and_of_students_law():
    assert Measured(1.0, 0.1).interval(0.95) == pytest.approx((1 - 0.1959964, 1 + 0.1959964))
    assert Measured(1.0, 0.1, dof=4).interval(0.95) == pytest.approx((1 - 0.2776445, 1 + 0.2776445))
    assert Measured(1.0, 0.1).bound(0.95) == pytest.approx(0.1644854)
    assert np.isnan(Measured(np.inf, np.inf).interval()).all()


@pytest.mark.parametrize("confidence", [95, 0, 1, -0.1, float("nan"), "0.95", True])
def test_confidence_is_a_share(confidence):
    for bound in (Measured(1.0, 0.1).interval, Measured(1.0, 0.1).bound):
        with pytest.raises(ValueError, match="confidence = .*such as 0.95"):
            bound(confidence)


def test_errors_of_what_follows_are_those_of_many_repetitions():
    rng, n = np.random.default_rng(5), 200_000
    one, other = Measured(3.0, 0.06), Measured(-2.0, 0.05)
    ones, others = rng.normal(3.0, 0.06, n), rng.normal(-2.0, 0.05, n)
    weights = np.array([0.06, 0.05]) ** -2 / (0.06**-2 + 0.05**-2)
    for found, drawn in (
        (inference.difference(one, other), ones - others),
        (inference.ratio(one, other), ones / others),
        (inference.pooled([one, other]), weights[0] * ones + weights[1] * others),
        (one.scaled(-2.0), -2.0 * ones),
    ):
        assert found.value == pytest.approx(drawn.mean(), abs=5 * found.stderr / n**0.5 + 2e-3)
        assert found.stderr == pytest.approx(drawn.std(), rel=0.02)


def test_a_mean_keeps_the_degrees_of_freedom_of_its_error():
    found = inference.mean([1.0, 2.0, 6.0])
    assert (found.value, found.stderr, found.dof) == pytest.approx((3.0, (7 / 3) ** 0.5, 2))
    assert found.scaled(2.0) == Measured(6.0, 2 * found.stderr, 2)


def test_a_share_of_none_or_all_has_an_error_all_the_same():
    none, half = inference.share([False] * 8), inference.share([True, False] * 4)
    assert (none.value, none.stderr) == pytest.approx((0.0, (0.1 * 0.9 / 8) ** 0.5))
    assert (half.value, half.stderr) == pytest.approx((0.5, (0.25 / 8) ** 0.5))


def test_estimators_are_measurements():
    rng = np.random.default_rng(1)
    sample = rng.pareto(1.5, 4000)
    times = rng.exponential(7.0, 400)
    for found, truth in (
        (inference.pareto_ml(sample, 1.0), 1.5),
        (inference.censored_mean(times, times > np.inf), 7.0),
        (inference.slope([0.0, 1.0, 2.0], [0.1, 1.0, 2.1], [0.1, 0.1, 0.1]), 1.0),
    ):
        low, high = found.interval(0.999)
        assert isinstance(found, Measured) and low < truth < high
        assert inference.difference(found, Measured(0.0)).stderr == found.stderr


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: inference.mean([1.0]), "sample: has 1 values"),
        (lambda: inference.mean([1.0, np.nan]), r"sample\[1\] = nan"),
        (lambda: inference.share([]), "outcomes: there are none"),
        (lambda: inference.share([0.5]), "outcomes: must be True or False"),
        (lambda: inference.pooled([]), "must be one or more"),
        (lambda: inference.pooled([Measured(1.0)]), "standard error > 0"),
        (lambda: inference.ratio(Measured(1.0, 0.1), Measured(0.0, 0.1)), "below: its value is 0"),
    ],
)
def test_what_says_nothing_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
