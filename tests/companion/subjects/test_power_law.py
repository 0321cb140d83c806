"""The chapter on power laws: conventions, exponents, tails, and the digits' covariance along lines."""

import numpy as np
import pytest
import torch
from companion.subjects.power_law import digits
from companion.subjects.power_law import study as power
from scipy import stats


@pytest.mark.parametrize("e", [1.0, 1.75, 4.0])
def test_the_most_likely_exponent_is_students(e):
    """A density (1 + w^2)^-e is Student's with 2 e - 1 degrees of freedom."""
    nu = 2 * e - 1
    w = stats.t(nu).rvs(200_000, random_state=np.random.default_rng(3)) / np.sqrt(nu)
    assert power.of_mean_log(float(np.log1p(w**2).mean())) == pytest.approx(e, rel=0.02)


def test_the_two_conventions_are_one_apart():
    ito, anti = (power.Dynamics(1.5, c).exact_exponent() for c in (power.ITO, power.ANTI))
    assert ito == pytest.approx(2.5, rel=0.01) and anti == pytest.approx(1.5, rel=0.01)


def test_simulated_paths_have_the_exact_exponent_and_exits():
    one = power.Dynamics(1.5, power.ANTI)
    seen = one.simulated_exponent(200_000, 32, seed=1)
    assert abs(seen.value - one.exact_exponent()) < 4.5 * seen.stderr
    left = one.left(4.0, 2000, seed=2)
    assert abs(left.value - one.escape(4.0)) < 4.5 * left.stderr


def test_escape_exponents_are_local_slopes():
    found = power.local_exponents(power.Dynamics(1.5, eta=0.0025), [300, 1000, 3000])
    assert found.values == pytest.approx([2, 2], abs=0.01)


def test_kestens_index_is_two_where_the_variance_is_infinite():
    """E (1 - eta q)^2 = 1 - 2 eta + eta^2 (1 + 2 / B) is one at eta = 2 B / (B + 2)."""
    for batch in (1, 2, 3, 4):
        assert power.kesten(2 * batch / (batch + 2), batch) == pytest.approx(2, abs=1e-6)


def test_hills_estimate_is_kestens_and_not_the_diffusions():
    found = power.hill(0.4, 1, 20_000, 512, seed=5)
    assert abs(found.value - power.kesten(0.4, 1)) < 4.5 * found.stderr
    assert power.student(0.4, 1) == 3.5 and power.student(0.4, 1, power.ANTI) == 1.5


def test_a_sharper_regression_is_left_sooner_by_its_own_power():
    times, slope = power.flatness_slope([1.0, 1.5, 2.0], 0.75)
    assert np.all(np.diff(times) < 0) and slope.value == pytest.approx(1, abs=0.1)


def test_the_curvature_of_the_covariance_is_that_of_its_difference_quotient():
    here = digits.minimum(60, seed=1)
    assert here.slope < 1e-5
    direction = digits.random_direction(here, 2)
    step = 1e-3
    low, middle, high = (here.variance(direction, t) for t in (-step, 0.0, step))
    whole, first = here.curvature(direction)
    assert (low + high - 2 * middle) / (2 * step**2) == pytest.approx(whole, rel=1e-3) and 0 < first < whole


def test_the_top_direction_is_an_eigenvector():
    here = digits.minimum(60, seed=1)
    top = digits.top_direction(here, 3)
    image = torch.func.jvp(lambda w: here.gradients(w).mean(0), (here.weights,), (top,))[1]
    assert float(image @ top / image.norm()) == pytest.approx(1, abs=1e-3)
    line = digits.along(here, top, 0.01)
    assert line.r2 > 0.99 and line.t.shape == line.values.shape
