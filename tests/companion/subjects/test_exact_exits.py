"""Simulated exits beside exact ones, and how many of them a near control takes."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.rules import Covers
from companion.subjects.common import exact_exits, law_tests, sizes
from heavysgd.inference import Measured
from scipy import stats

WELL = hs.landscapes.quadratic_well()
NOISE = hs.Lomax(1.5, 0.2)


def test_the_standard_error_for_a_distance_is_that_of_the_rules_power():
    stderr = sizes.stderr_for(0.3)
    assert Covers().chance(1.3, 1.0, Measured(1.0, stderr)) == pytest.approx(sizes.POWER, abs=1e-4)
    n = sizes.exits_for_ratio(0.8)
    assert Covers().chance(0.8, 1.0, Measured(1.0, n**-0.5)) == pytest.approx(sizes.POWER, abs=1e-3)
    assert Covers().chance(0.8, 1.0, Measured(1.0, (0.9 * n) ** -0.5)) < sizes.POWER


@pytest.mark.parametrize("factor", [0.75, 1.1, 1.4])
def test_exits_for_a_law_reject_it_nearly_always_and_half_of_them_do_not(factor):
    n = sizes.exits_for_law(factor)
    assert law_tests.kolmogorov_power(n, factor, seed=1) >= 0.98
    assert law_tests.kolmogorov_power(n // 2, factor, seed=2) < 0.95


def test_exits_for_destinations_reject_others_just_so():
    true, law = np.array([0.6, 0.0, 0.4]), np.array([0.55, 0.0, 0.45])
    n = sizes.exits_for_destinations(true, law)
    power = lambda n: law_tests.other_destinations("", np.round(n * true).astype(int), true, law).power  # noqa: E731
    assert power(n) >= sizes.POWER > power(n - 5)


def test_exits_for_a_slope_give_its_error_and_cost_little():
    x, costs = [0.0, 1.0, 2.0], np.array([100.0, 1000.0, 10_000.0])
    n = sizes.exits_for_slope(x, costs, 0.05)
    assert hs.inference.slope(x, [0.0] * 3, n**-0.5).stderr == pytest.approx(0.05, rel=0.01)
    assert n[0] / n[2] == pytest.approx(10, rel=0.01)
    even = 2 / (0.05 * 2) ** 2  # at each
    assert n @ costs < 0.7 * even * costs.sum()


def test_exits_beside_exact_ones():
    etas = [0.2, 0.05]
    found = exact_exits.beside(WELL, NOISE, None, 0, etas, 0.3, seed=1)
    exact = [hs.exact.first_exit(hs.SGD(WELL, NOISE, eta), 0.0).mean for eta in etas]
    assert found.exact.means == pytest.approx(exact, rel=exact_exits.TOLERANCE)
    sgds = [[hs.SGD(WELL, hs.Lomax(alpha, 0.2), eta) for eta in etas] for alpha in (1.5, 1.8)]
    limit, other = ([hs.theory.mean_exit_time(sgd, 0) for sgd in row] for row in sgds)
    assert found.near.means == pytest.approx(found.exact.means * np.array(other) / limit)
    apart = found.near.jump_count().value - found.exact.jump_count().value
    stderr = found.study.jump_count().stderr
    assert apart / stderr == pytest.approx(stats.norm.ppf(0.9995) + stats.norm.ppf(0.99), rel=0.02)
    assert abs(found.study.jump_count().value - found.exact.jump_count().value) < 4 * stderr
    assert found.reached == (abs(found.exact.jump_count().value - 1) < 0.1)
    assert found.stance == ("supports" if found.reached else "limits")


def test_several_cells_share_their_exits(monkeypatch):
    asked = []
    monkeypatch.setattr(exact_exits, "exit_study", lambda *arguments: asked.append(arguments[5]) or 1 / 0)
    for cells in (1, 4):
        with pytest.raises(ZeroDivisionError):
            exact_exits.beside(WELL, NOISE, None, 0, [0.2, 0.05], 0.1, 1, cells)
    assert asked[0] == pytest.approx(4 * asked[1], rel=0.02)


def test_exact_means_over_the_limit_formula():
    ratios = exact_exits.over_limit(WELL, hs.Lomax(1.8, 0.1), None, 0, [0.05, 0.01])
    assert ratios == pytest.approx([0.990, 0.996], abs=1e-3)
