"""The chapter on small learning rates: rates by forward flux beside exact ones, what is fitted to them."""

import warnings

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import quiet_sgd
from companion.subjects.small_rates import study as small_rates
from companion.subjects.small_rates import tables

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
ETAS = np.array([0.01, 0.001])


def rates(ratios, stderrs=(0.1, 0.2), costs=(1000.0, 4000.0), trials=(30, 10)):
    predicted = np.array([hs.theory.mean_exit_time(quiet_sgd(PAPER, NOISE, eta, 0.5), 1) for eta in ETAS])
    ratios, stderrs = np.asarray(ratios, float), np.asarray(stderrs, float)
    return small_rates.RateStudy(
        NOISE, 0.5, 2, np.array(trials), 12, ETAS, ratios * predicted, stderrs * predicted, 0.9 * predicted, predicted,
        np.array(costs),
    )  # fmt: skip


def test_a_rate_study_in_closed_form():
    study = rates([0.8, 1.1])
    assert study.ratios == pytest.approx([0.8, 1.1]) and study.ratio_stderrs == pytest.approx([0.1, 0.2])
    assert study.exact_ratios == pytest.approx([0.9, 0.9]) and study.exact_mean_ratio == pytest.approx(0.9)
    assert study.spreads == pytest.approx(np.sqrt(12) * np.array([0.1 / 0.8, 0.2 / 1.1]))
    found = study.mean_ratio()
    assert (found.value, found.stderr) == pytest.approx((0.875, np.hypot(0.075, 0.05)))
    assert found.dof == pytest.approx(11 * (0.075**2 + 0.05**2) ** 2 / (0.075**4 + 0.05**4))
    assert study.costs_to_ten_percent == pytest.approx([1000 * (1 / 0.8) ** 2, 4000 * (2 / 1.1) ** 2])
    saving = study.saving()
    assert saving.value == pytest.approx(np.log10(100 * study.exact[1] / study.costs_to_ten_percent[1]))
    assert saving.stderr == pytest.approx(np.sqrt(2 / 11) / np.log(10))


def test_repetitions_that_differ_much_are_told_of_in_the_table():
    *lines, _, note = tables.rate_table([rates([0.8, 1.1])]).data.splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[cells[0].index("repetitions differ by")] for row in cells[2:]] == ["43%", "63%"]
    assert "more than half" in note
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = small_rates.rate_study(PAPER, NOISE, 0.28, 1, [0.001], [10], 4, seed=3)
    with pytest.warns(hs.PrecisionWarning):
        sgd, seed = quiet_sgd(PAPER, NOISE, 0.001, 0.28), derived(3, "learning rate", 0)
        found = hs.exit_rate(sgd, 1, seed=seed, trials=10, repetitions=4, progress=False)
    assert study.spreads == pytest.approx([found.spread]) and found.spread > 0.5


def test_the_fitted_number_of_jumps_is_the_slope_between_two_learning_rates():
    study = rates([0.8, 1.1])
    lever = np.log(NOISE.tail(1 / ETAS[1]) / ETAS[1]) - np.log(NOISE.tail(1 / ETAS[0]) / ETAS[0])
    found = study.jump_count()
    assert rates([1, 1]).jump_count().value == pytest.approx(2) == pytest.approx(study.counted(study.exact))
    assert found.value == pytest.approx(2 - np.log(1.1 / 0.8) / lever)
    assert found.stderr == pytest.approx(np.hypot(0.1 / 0.8, 0.2 / 1.1) / abs(lever)) and 11 < found.dof < 22
    near = small_rates.counted_nearby(PAPER, study, 1, 0.1)
    assert near == pytest.approx(2 + 2 * 0.1 / 0.2, abs=0.05)  # H^2 / eta for a tail index of 1.3 against one of 1.2


def test_where_the_limit_is_good():
    etas = np.array([1e-1, 1e-2, 1e-3, 1e-4])
    line = small_rates.ExactRatios(etas, np.array([1.05, *(1 - 0.8 * etas[1:] ** 0.25)]))
    assert line.good_to(0.1) == pytest.approx((0.1 / 0.8) ** 4) and np.isnan(line.good_to(0.01))
    found = small_rates.exact_ratios(PAPER, NOISE, 0.5, 1, [1e-4, 1e-5])
    assert found.etas.tolist() == [1e-4, 1e-5]
    assert found.ratios == pytest.approx([0.89305, 0.92418], abs=2e-3)  # of an independent computation
    assert 1e-5 < found.good_to(0.1) < 1e-4


def test_rates_by_forward_flux_are_beside_exact_ones():
    study = small_rates.rate_study(PAPER, NOISE, None, 1, [0.02, 0.01], [400, 300], 12, seed=3)
    assert study.jumps == 1 and study.etas.tolist() == [0.02, 0.01] and study.trials.tolist() == [400, 300]
    own = derived(3, "learning rate", 1)
    found = hs.exit_rate(quiet_sgd(PAPER, NOISE, 0.01, None), 1, seed=own, trials=300, repetitions=12)
    assert study.means[1] == 1 / found.rate and study.costs[1] == found.steps
    assert study.stderrs[1] == pytest.approx(found.stderr / found.rate**2)
    assert study.exact == pytest.approx([1118.04, 2569.45], rel=2e-3)
    assert np.all(np.abs(study.means - study.exact) < 4.5 * study.stderrs)


def test_the_check_is_forward_flux_over_exact_means():
    cases = [(None, 0.02, 400), (0.5, 0.05, 200)]
    ratios, both = small_rates.against_exact(PAPER, NOISE, cases, 1, 12, seed=3)
    assert list(ratios) == ["no truncation, $\\eta = 0.02$", "$b = 0.5$, $\\eta = 0.05$"]
    assert both.value == pytest.approx(sum(m.value * share for m, share in zip(ratios.values(), (2 / 3, 1 / 3))))
    assert abs(both.value - 1) < 4 * both.stderr < 0.3 and 11 < both.dof < 22


def test_larger_learning_rates_move_the_check_by_the_formula():
    times = [hs.theory.mean_exit_time(quiet_sgd(PAPER, NOISE, eta, 0.5), 1) for eta in (0.01, 0.02)]
    found = small_rates.shifted(PAPER, NOISE, [(0.5, 0.01, 1)], 1, 2.0)
    assert found == pytest.approx(times[1] / times[0])
