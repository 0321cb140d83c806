"""What inference refuses, and that it says what is wrong with which argument."""

from dataclasses import astuple, is_dataclass

import heavysgd as hs
import numpy as np
import pytest
from heavysgd import checks, inference

TAKES_SAMPLES = {
    "sample": [lambda s: inference.hill(s, 2), lambda s: inference.pareto_ml(s, 0.1)],
    "times": [lambda s: inference.censored_mean(s, [False] * 60), lambda s: inference.exponentiality(s, 50.0, 9)],
    "x": [lambda s: inference.slope(s, np.ones(60), np.ones(60))],
    "y": [lambda s: inference.slope(np.arange(60), s, np.ones(60))],
    "stderr": [lambda s: inference.slope(np.arange(60), np.ones(60), s)],
    "etas": [lambda s: inference.jump_count(hs.Lomax(1.5), s, np.ones(60), np.ones(60))],
    "means": [lambda s: inference.jump_count(hs.Lomax(1.5), np.arange(1, 61), s, np.ones(60))],
    "stderrs": [lambda s: inference.jump_count(hs.Lomax(1.5), np.arange(1, 61), np.ones(60), s)],
}
CALLS = [(name, call) for name, calls in TAKES_SAMPLES.items() for call in calls]
GOOD = np.arange(1.0, 61.0)


def masked(values):
    return np.ma.masked_array(values, mask=np.arange(60) % 7 == 3)


BAD = {
    "masked": (masked(GOOD), "9 of its values are masked.*compressed"),
    "masked integers": (masked(np.arange(1, 61)), "9 of its values are masked"),
    "nan": (np.where(GOOD == 8, np.nan, GOOD), r"\[7\] = nan: must be finite"),
    "None": ([*GOOD[:-1], None], r"\[59\] = nan: must be finite"),
    "complex": (GOOD + 1j, "real numbers"),
    "complex without imaginary part": (GOOD + 0j, "real numbers"),
    "objects": (np.array([object()] * 60), "real numbers"),
    "text": ([str(v) for v in GOOD], "real numbers"),
    "booleans": (GOOD > 3, "real numbers"),
    "dates": (np.arange(60).astype("datetime64[D]"), "real numbers"),
    "two-dimensional": (GOOD.reshape(30, 2), "must be one-dimensional"),
    "a number": (3.0, "must be one-dimensional"),
    "ragged": ([[1.0], [1.0, 2.0]], "must be an array of numbers"),
    "a masked number in a list": ([*GOOD[:-1], np.ma.masked], "array of numbers"),
}


@pytest.mark.parametrize("name, call", CALLS, ids=[f"{name} {k}" for k, (name, _) in enumerate(CALLS)])
def test_every_kind_of_bad_sample_is_refused_by_name(name, call):
    call(GOOD)
    for kind, (values, reason) in BAD.items():
        with pytest.raises(ValueError, match=f"^{name}.*{reason}"):
            call(values)
            pytest.fail(kind)
    with pytest.raises(ValueError, match=name):
        call([])


@pytest.mark.parametrize("name, call", CALLS, ids=[f"{name} {k}" for k, (name, _) in enumerate(CALLS)])
def test_every_kind_of_good_sample_counts_the_same(name, call):
    numbers = lambda found: astuple(found) if is_dataclass(found) else found  # noqa: E731
    expected = numbers(call(GOOD))
    unmasked = np.ma.masked_array(GOOD, mask=np.zeros(60, bool))
    for same in (GOOD.tolist(), tuple(GOOD), GOOD.astype(int), GOOD.astype(object), GOOD.astype(np.float32), unmasked):
        assert np.array_equal(numbers(call(same)), expected, equal_nan=True)
    assert np.array_equal(GOOD, np.arange(1.0, 61.0))  # and nothing is written to


def test_a_masked_value_is_not_counted():
    sample = np.ma.masked_array([1.0, -8.0, 1e9, 2.0, 4.0], mask=[0, 0, 1, 0, 0])
    with pytest.raises(ValueError, match="sample: 1 of its values are masked"):
        inference.hill(sample, 2)
    assert inference.hill(sample.compressed(), 2).value == pytest.approx(2 / (3 * np.log(2)))


@pytest.mark.parametrize("confidence", [95, 0, 1, -0.5, 1.0000001, np.nan, np.inf, "0.95", None, True, 0.5 + 0j])
def test_confidence_is_a_share(confidence):
    line = ([0, 1, 2], [1, 2, 4], [1, 1, 1])
    for call in (
        lambda: inference.slope(*line, confidence=confidence),
        lambda: inference.censored_mean([1.0, 2.0], [False, True], confidence=confidence),
        lambda: inference.jump_count(hs.Lomax(1.5), [0.1, 0.2], [2, 1], [1, 1], confidence=confidence),
        lambda: checks.confidence("confidence", confidence),
    ):
        with pytest.raises(ValueError, match="confidence = .*between 0 and 1, such as 0.95"):
            call()


@pytest.mark.parametrize(
    "call, reason",
    [
        (lambda: inference.slope([1, 2], [1], [1]), "shapes"),
        (lambda: inference.slope([1, 1], [1, 2], [1, 1]), "2 x or more"),
        (lambda: inference.slope([1, 2], [1, 2], [1, 0]), "stderr: the least is 0"),
        (lambda: inference.censored_mean([], []), "not empty"),
        (lambda: inference.censored_mean([1.0, 2.0], [False]), "shapes"),
        (lambda: inference.censored_mean([1.0, -1.0], [False, False]), "times: the least is -1, and all must be > 0"),
        (lambda: inference.censored_mean([1.0, 2.0], [0.0, 0.5]), "censored: must be True or False"),
        (lambda: inference.censored_mean([1.0, 2.0], ["False", "True"]), "censored: must be True or False"),
        (lambda: inference.censored_mean([1.0, 2.0], [np.nan, 0.0]), "censored: must be True or False"),
        (lambda: inference.censored_mean([1.0, 2.0], np.ma.masked_array([True, False], [1, 0])), "censored: 1 .* masked"),
        (lambda: inference.exponentiality([5.0, 6.0], cutoff=1.0), "times: all 2 are cut off.*raise the cutoff"),
        (lambda: inference.exponentiality([5.0, 6.0], cutoff=np.nan), "cutoff = nan"),
        (lambda: inference.exponentiality([5.0, 6.0], cutoff=0.0), "cutoff = 0.0"),
        (lambda: inference.exponentiality([5.0, np.inf]), "times.* = inf: must be finite"),
        (lambda: inference.exponentiality([5.0, 6.0], resamples=0), "resamples = 0"),
        (lambda: inference.hill([1.0, 2.0], 2), "k = 2"),
        (lambda: inference.hill([1.0], 1), "sample: has 1 values, and must have 2 or more"),
        (lambda: inference.hill([1.0, 0.0, 0.0], 1), "2 largest magnitudes must be > 0"),
        (lambda: inference.hill(np.full(9, 2.5), 4), "5 largest magnitudes are all 2.5: no tail"),
        (lambda: inference.hill([-3, 3, 3, 1], 2), "3 largest magnitudes are all 3.*larger k"),
        (lambda: inference.pareto_ml(np.ones(10), 2.0), "lower it"),
        (lambda: inference.pareto_ml(np.full(60, 7.0), 2.0), "60 exceedances of 2 are all the same"),
        (lambda: inference.pareto_ml(GOOD, -1.0), "threshold = -1.0"),
        (lambda: inference.pareto_ml(GOOD, np.nan), "threshold = nan"),
        (lambda: inference.jump_count(hs.Gaussian(), [0.1, 0.2], [1, 2], [1, 1]), "heavy tail"),
        (lambda: inference.jump_count("Lomax", [0.1, 0.2], [1, 2], [1, 1]), "must be a law"),
        (lambda: inference.jump_count(hs.Lomax(1.5), [0.1, 0.0], [1, 2], [1, 1]), "etas: the least is 0"),
        (lambda: inference.jump_count(hs.Lomax(1.5), [0.1, 0.1], [1, 2], [1, 1]), "2 etas or more"),
    ],
)
def test_bad_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
