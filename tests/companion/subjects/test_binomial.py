"""Counts of paths against exact probabilities, and the power of their controls."""

import numpy as np
import pytest
from companion.subjects.common.binomial import binomial, other_probability
from scipy import stats


def test_counts_are_put_to_the_exact_binomial_test():
    assert binomial(7, 20, 0.35).value == pytest.approx(1.0)
    assert (
        binomial(0, 20, 0.3).value == pytest.approx(stats.binomtest(0, 20, 0.3).pvalue)
        and binomial(0, 20, 0.3).value < 2e-3
    )
    assert binomial(0, 100, 0.0).value == 1.0 and binomial(1, 100, 0.0).value == 0.0


def test_the_power_of_a_control_is_the_chance_of_its_rejection():
    control = other_probability("near", 110, 1000, 0.11, 0.16)
    drawn = np.random.default_rng(0).binomial(1000, 0.11, 2000)
    rejected = np.mean([stats.binomtest(int(k), 1000, 0.16).pvalue <= 0.001 for k in drawn])
    assert control.predicted == 0.16 and control.measured == binomial(110, 1000, 0.16)
    assert control.power == pytest.approx(rejected, abs=0.03) and 0.8 < control.power < 0.95
    assert other_probability("the same", 110, 1000, 0.11, 0.11).power == pytest.approx(0.001, abs=5e-4)
