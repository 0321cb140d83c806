"""The page on choosing b: prices, exact and in the limit, and settling times beside simulation."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.choose_b import figures
from companion.subjects.choose_b import study as choose_b

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


def test_limit_prices_are_consequences():
    resonance = float(PAPER.widths[1])
    found = choose_b.limit_prices(PAPER, NOISE, 0.001, [0.4, resonance, 5.0])
    there = hs.theory.consequences(PAPER, NOISE, 0.001, 0.4)
    assert found.thresholds.tolist() == [0.4, resonance, 5.0] and found.settling[0] == there.settling
    assert found.leaving[0] == there.leaving and found.share_elsewhere[0] == there.share_elsewhere
    assert np.isnan(found.settling[1:]).all()  # a resonance, and nothing is eliminated


def test_exact_prices_are_expectations_of_the_process():
    found, sgd = choose_b.exact_prices(PAPER, NOISE, 0.004, [0.5, 5.0]), hs.SGD(PAPER, NOISE, 0.004, 0.5)
    assert found.settling[0] == pytest.approx(hs.exact.killed(sgd, [0, 2]).mean.max(), rel=1e-3)
    longest = max(hs.exact.first_exit(sgd, PAPER.minima[i]).mean for i in (0, 2))
    assert found.leaving[0] == pytest.approx(longest, rel=1e-3)
    assert found.share_elsewhere[0] == pytest.approx(hs.exact.stationary(sgd).basin_fraction[[0, 2]].sum(), rel=1e-3)
    assert np.isnan([column[1] for column in found[1:]]).all()
    limit = choose_b.limit_prices(PAPER, NOISE, 0.004, [0.5])
    assert 0.5 < found.settling[0] / limit.settling[0] < 1.5 and found.settling[0] != limit.settling[0]


def test_settling_is_simulated_from_the_worst_start():
    found = choose_b.settling_time(PAPER, NOISE, 0.004, 0.5, 400, 2.0, seed=2)
    times = hs.exact.killed(hs.SGD(PAPER, NOISE, 0.004, 0.5), [0, 2]).mean
    assert (
        found.worst == [0, 2][int(np.argmax(times))]
        and found.exact == times.max()
        and found.n_steps == int(2 * times.max())
    )
    limit = hs.theory.finite_rates(PAPER, NOISE, 0.004, 0.5).mean_hitting_time([1, 3])
    assert found.limit == limit[found.worst] and found.neighbour > 1.1 * found.exact
    assert found.measured.value == pytest.approx(found.exact, abs=4 * found.measured.stderr)
    assert found.ratio.value == pytest.approx(found.measured.value / found.limit)
    ends = choose_b.ends_with_survivors(PAPER, NOISE, 0.004, 0.5, found)
    assert found.ends.value == pytest.approx(ends, abs=4 * found.ends.stderr) and 0.5 < ends < 1


def test_lines_of_the_limit_break_where_its_rates_diverge_too():
    found, ones = hs.theory.regimes(PAPER, 0.4, 0.7), np.ones(2)
    assert figures.by_survivors(np.array([0.61, 0.63]), ones, found)[0].tolist() == [0.61, 0.63]
    assert np.isnan(figures.by_survivors(np.array([0.61, 0.63]), ones, found, diverges=True)[0]).tolist() == [
        False,
        True,
        False,
    ]


def test_lines_break_where_other_minima_survive():
    found = hs.theory.regimes(PAPER, 0.4, 0.7)
    x, y = figures.by_survivors(np.array([0.42, 0.44, 0.5, 0.55, 0.65]), np.array([1.0, 2.0, 3.0, 0.0, 5.0]), found)
    assert x[[0, 1, 3, 4, 6]].tolist() == [0.42, 0.44, 0.5, 0.55, 0.65] and np.isnan(x[[2, 5]]).all()
    assert np.isnan(y[[2, 4, 5]]).all() and y[[0, 1, 3, 6]].tolist() == [1.0, 2.0, 3.0, 5.0]
