"""Chapters 4 and 5: mean exit times over learning rates, what is fitted to them, and the tests of their law."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.seeds import derived
from companion.subjects.common import exit_study, law_tests
from companion.subjects.common.exact_exits import Beside
from companion.subjects.exits import law as exit_laws
from companion.subjects.exits import order as exit_order
from companion.subjects.exits import phases
from scipy import stats

WELL = hs.landscapes.quadratic_well()
NOISE = hs.Lomax(1.5, 0.2)
ETAS = np.array([0.1, 0.01, 0.001])


def study(means, stderrs=None, b=None, jumps=1, noise=NOISE, predicted=None):
    means = np.asarray(means, float)
    paths = [np.full(4, mean) for mean in means]
    errors = 0.1 * means if stderrs is None else np.asarray(stderrs, float)
    predicted = means if predicted is None else np.asarray(predicted, float)
    nowhere = [np.zeros(4, int)] * means.size
    return exit_study.ExitStudy(noise, b, jumps, ETAS[: means.size], means, errors, predicted, paths, nowhere, nowhere)


def test_a_study_is_its_exits_and_its_predictions():
    found = exit_study.exit_study(WELL, NOISE, 0.8, 0, [0.3, 0.2], [40, 60], 2000, seed=5)
    for k, (eta, n) in enumerate(((0.3, 40), (0.2, 60))):
        sgd = hs.SGD(WELL, NOISE, eta, 0.8)
        exits = hs.first_exit(sgd, 0.0, n_paths=n, max_steps=2000, seed=derived(5, "learning rate", k), progress=False)
        cut = exits.censored
        events = np.count_nonzero(~cut)
        assert np.array_equal(found.times[k], exits.steps) and np.array_equal(found.censored[k], cut)
        assert found.means[k] == pytest.approx(exits.steps.sum() / events)
        assert found.stderrs[k] == pytest.approx(found.means[k] / np.sqrt(events))
        assert found.predicted[k] == hs.theory.mean_exit_time(sgd, 0)
    assert found.jumps == 2 and any(cut.any() for cut in found.censored)


def test_ratios_and_their_pool():
    found = study([10.0, 300.0], [1.0, 60.0], predicted=[20.0, 200.0])
    assert found.ratios.tolist() == [0.5, 1.5] and found.ratio_stderrs == pytest.approx([0.05, 0.3])
    pooled = found.pooled_ratio()
    assert pooled.value == pytest.approx((0.5 * 400 + 1.5 / 0.09) / (400 + 1 / 0.09))
    assert pooled.stderr == pytest.approx((400 + 1 / 0.09) ** -0.5)
    part = found.upto(0.05)
    assert part.etas.tolist() == [0.01] and part.means.tolist() == [300.0] and len(part.times) == 1


def test_exponents_and_jumps_are_fitted():
    assert study(7 * ETAS**-1.7).exponent().value == pytest.approx(1.7)
    for jumps in (1, 3):
        found = study(0.2 / hs.theory.exit_scale(NOISE, ETAS, jumps))
        assert found.jump_count().value == pytest.approx(jumps)
    log = np.log(ETAS / NOISE.tail(1 / ETAS))
    assert found.jump_count().stderr == pytest.approx(0.1 / np.sqrt(np.sum((log - log.mean()) ** 2)))


def test_other_means_keep_relative_errors_and_weights():
    found = study([10.0, 300.0], [1.0, 60.0], predicted=[20.0, 200.0])
    other = found.with_means(np.array([20.0, 100.0]))
    assert other.stderrs == pytest.approx([2.0, 20.0]) and other.ratios.tolist() == [1.0, 0.5]
    shares = np.array([100, 25]) / 125  # exits seen: one over the squares of 10 % and 20 %
    assert found.mean_ratio().value == pytest.approx(shares @ [0.5, 1.5])
    assert found.mean_ratio().stderr == pytest.approx(np.hypot(shares[0] * 0.05, shares[1] * 0.3))
    assert other.mean_ratio().value == pytest.approx(shares @ [1.0, 0.5])


def test_by_how_many_jumps_fits_are_off_on_average():
    two, three = (study(1 / hs.theory.exit_scale(NOISE, ETAS, jumps), jumps=jumps) for jumps in (2, 3))
    off = Beside(two, two.with_means(two.means * ETAS**0.05), two.with_means(two.means * ETAS**-0.1))
    exact, near, measured = exit_order.mean_shortfall([off, Beside(three, three, three)])
    x = np.log(ETAS / NOISE.tail(1 / ETAS))
    per_power = np.polyfit(x, np.log(ETAS), 1)[0] / 2
    assert (exact, near) == pytest.approx((0.05 * per_power, -0.1 * per_power))
    error = two.jump_count().stderr
    assert (measured.value, measured.stderr) == pytest.approx((0.0, np.hypot(error, error) / 2), abs=1e-12)


def test_learning_rates_are_those_of_the_times_asked_for():
    etas = exit_order.etas_for(WELL, NOISE, 0.8, 0, [2e4, 2e6, 10])
    for eta, steps in zip(etas[:2], (2e4, 2e6)):
        assert hs.theory.mean_exit_time(hs.SGD(WELL, NOISE, eta, 0.8), 0) == pytest.approx(steps, rel=1e-6)
    assert etas[2] == 0.35


def test_a_cell_spans_two_decades_of_mean_exit_times(monkeypatch):
    asked = {}
    monkeypatch.setattr(exit_order, "beside", lambda *arguments: asked.update(etas=arguments[4], more=arguments[5:]))
    exit_order.cell(WELL, NOISE, 0.8, 200_000, 0.05, 3, cells=4)
    means = [hs.theory.mean_exit_time(hs.SGD(WELL, NOISE, eta, 0.8), 0) for eta in asked["etas"]]
    assert means[0] == pytest.approx(2000, rel=1e-6) and means[2] == pytest.approx(200_000, rel=1e-6)
    assert asked["etas"][1] ** 2 == pytest.approx(asked["etas"][0] * asked["etas"][2]) and asked["more"] == (0.05, 3, 4)


def test_the_exact_staircase_is_the_slope_between_a_cells_ends():
    found = exit_order.exact_staircase(WELL, NOISE, [0.8, 1.2], 100_000)
    etas = exit_order.etas_for(WELL, NOISE, 0.8, 0, (1000, 100_000))
    means = [hs.exact.first_exit(hs.SGD(WELL, NOISE, eta, 0.8), 0.0).mean for eta in etas]
    assert found.exponents[0] == pytest.approx(np.log(means[1] / means[0]) / np.log(etas[0] / etas[1]), rel=2e-3)
    assert found.thresholds.tolist() == [0.8, 1.2] and found.exponents[1] < 1.6 < 1.8 < found.exponents[0] + 0.1


def test_laws_of_exits():
    assert law_tests.pairs(np.array([1.0, 2.0, 3.0, 4.0, 9.0])).tolist() == [3.0, 7.0]
    times = np.random.default_rng(0).exponential(1.0, 500)
    assert law_tests.kolmogorov(times).value == stats.kstest(times, "expon").pvalue > 0.01
    assert law_tests.kolmogorov(1.3 * times).value < 0.001
    law = np.array([0.5, 0.3, 0.2, 0.0])
    statistic = 0.0 + 2**2 / 30 + 2**2 / 20
    assert law_tests.chi_square(np.array([50, 32, 18, 0]), law).value == pytest.approx(stats.chi2.sf(statistic, 2))
    assert law_tests.chi_square(np.array([50, 30, 19, 1]), law).value == 0.0
    assert exit_laws.slug("Paper's, $b = 0.5$") == "paper-s-b-0.5"


def test_destinations_beside_exact_ones():
    f, steep = hs.landscapes.wang_oh_rhee(), hs.Lomax(1.8, 0.1)
    found = exit_laws.destinations_beside(f, steep, 0.1, 1, 0.35, seed=2)
    assert found.counts[1] == 0 == found.exact[1] and found.exact.sum() == pytest.approx(1)
    assert law_tests.chi_square(found.counts, found.exact).value > 0.001
    assert law_tests.chi_square(found.counts, found.other).value < 0.001
    assert found.limit.tolist() == hs.theory.exit_location(exit_study.quiet_sgd(f, steep, 0.1, None), 1).tolist()
    p, n = found.exact[2], found.counts.sum()
    share = found.share(2)
    assert share.value == found.counts[2] / n and share.stderr == pytest.approx((p * (1 - p) / n) ** 0.5)
    assert abs(share.value - p) < 4 * share.stderr


def test_a_share_takes_as_many_exits_as_tell_it_from_its_limit(monkeypatch):
    asked = {}
    monkeypatch.setattr(exit_laws, "_counts", lambda f, noise, eta, basin, n, seed: asked.update(n=n))
    found = exit_laws.share_beside(hs.landscapes.wang_oh_rhee(), hs.Lomax(1.8, 0.1), 0.1, 1, 2, seed=0)
    p, off = found.exact[2], found.exact[2] - found.limit[2]
    assert off == pytest.approx(0.0091, abs=2e-4) and found.other is found.limit
    assert off / (p * (1 - p) / asked["n"]) ** 0.5 == pytest.approx(stats.norm.ppf(0.9995) + stats.norm.ppf(0.99), rel=1e-4)


def test_exits_follow_the_exact_law_and_not_the_limits():
    noise = hs.Lomax(1.5, 1.0)  # the mean is a quarter short of the limit formula
    found = exit_laws.law_beside(WELL, noise, None, 0, 0.03, seed=3)
    limit = hs.theory.mean_exit_time(exit_study.quiet_sgd(WELL, noise, 0.03, None), 0)
    assert found.other == found.limit == limit and found.exact.mean / limit == pytest.approx(0.738, abs=1e-3)
    steps = np.array([1, 40, 150, 600])
    assert np.exp(-found.hazard(np.append(steps, 3000)))[:4] == pytest.approx(found.exact.survival(steps), rel=0.01)
    assert found.against_exact().value > 0.001
    control = found.control("the limit's law", seed=1)
    assert control.measured.value < 0.001 and control.power >= 0.98
    assert abs(found.ratio().value - found.exact.mean / limit) < 4 * found.ratio().stderr
    assert found.far_from_exponential() < 0.03
    near = exit_laws.law_beside(WELL, noise, None, 0, 0.03, seed=3, near=0.05)
    other = hs.theory.mean_exit_time(exit_study.quiet_sgd(WELL, hs.Lomax(1.55, 1.0), 0.03, None), 0)
    assert near.other == pytest.approx(near.exact.mean * other / limit)


def test_a_constant_beside_its_exact_value_and_a_neighbours():
    found = exit_laws.constant_beside(WELL, NOISE, 0.8, 0.7, 0, 0.1, seed=4)
    factor = hs.theory.exit_rates(WELL, 1.5, 0.8)[0] / hs.theory.exit_rates(WELL, 1.5, 0.7)[0]
    assert found.near / found.exact == pytest.approx(factor)
    measured = found.study.mean_ratio()
    assert abs(measured.value - found.exact) < 4 * measured.stderr
    assert (factor - 1) * np.sqrt(found.study.times[0].size) == pytest.approx(5.617, rel=0.01)


def test_the_approach_has_exact_ratios_at_its_own_and_further_learning_rates():
    found = exit_laws.approach_beside(WELL, NOISE, None, 0, [0.1, 0.05], [0.1, 0.05, 0.01], 1.3, seed=5)
    assert found.ratios[:2] == pytest.approx(found.at) and found.etas.tolist() == [0.1, 0.05, 0.01]
    assert [times.size for times in found.study.times] == [176, 176]  # (5.617 / 0.3)^2 of them
    measured = found.study.mean_ratio()
    assert found.exact_mean_ratio == pytest.approx(found.at.mean())
    assert abs(measured.value - found.exact_mean_ratio) < 4 * measured.stderr


def rejected(test, draw, runs=200):
    return np.mean([test(draw()).value <= 0.001 for _ in range(runs)])


def test_near_laws_are_rejected_as_often_as_they_say():
    rng = np.random.default_rng(0)
    for factor in (1.1, 1.2, 1.4):
        found = rejected(law_tests.kolmogorov, lambda: rng.exponential(factor, 500))  # noqa: B023
        assert law_tests.kolmogorov_power(500, factor, seed=1) == pytest.approx(found, abs=0.15)
    true, law = np.array([0.6, 0.4, 0.0]), np.array([0.52, 0.48, 0.0])
    control = law_tests.other_destinations("other", np.array([300, 200, 0]), true, law)
    found = rejected(lambda counts: law_tests.chi_square(counts, law), lambda: rng.multinomial(500, true))
    assert 0.3 < control.power < 0.9 and control.power == pytest.approx(found, abs=0.12)
    assert control.measured.value == pytest.approx(stats.chisquare([300, 200], 500 * law[:2]).pvalue)


def test_later_exits_are_no_exponential_law():
    times = np.random.default_rng(0).exponential(50.0, 400)
    control = law_tests.late(times, seed=1, power_seed=2)
    assert control.what == "every exit 10 % of the mean later" and control.power > 0.95
    assert control.measured.value < 0.001 < law_tests.exponential(times, 1).value


def test_the_flow_takes_the_time_of_an_exponential_decay():
    rate = float(WELL.curvature(0.0))
    low, high = phases.edges(WELL, 0, 0.1)
    assert (low, high) == pytest.approx((-0.9, 0.9))
    assert phases.flow_time(WELL, 0, 0.1) == pytest.approx(np.log(0.9 / 0.2) / rate)


def test_paths_leave_early_as_often_as_the_exact_kernel_says():
    first = phases.leaving_early(WELL, NOISE, 0.8, 0, 0.1, 1.2, [0.1, 0.03], 1e-7)
    assert np.all(np.diff(first.gone.values) < 0) and first.steps(0.03) == np.ceil(1.2 * first.time / 0.03)
    sgd = hs.SGD(WELL, NOISE, 0.1, 0.8)
    exits = hs.first_exit(sgd, 0.9, n_paths=4000, max_steps=first.steps(0.1), seed=3, progress=False)
    left, gone = int((~exits.censored).sum()), first.gone.values[0]
    assert stats.binomtest(left, 4000, gone).pvalue > 1e-3 > stats.binomtest(left, 4000, 1.3 * gone).pvalue
    back = phases.returned(WELL, NOISE, 0.8, 0, first, 0.1, 2000, seed=4)
    soon = phases.returned(WELL, NOISE, 0.8, 0, first, 0.1, 2000, seed=4, factor=0.5)
    assert soon.value < 0.5 < back.value <= 1 - gone + 4 * back.stderr


def test_where_the_second_phase_begins_is_forgotten():
    near = phases.from_nearby(WELL, NOISE, 0.8, 0, 0.05, [0.1, 0.01])
    assert near.off[1] < near.off[0] < 0.02 and near.moved == pytest.approx([0, 0], abs=1e-4)
    assert phases.from_edges(WELL, NOISE, 0.8, 0, 0.1, 0.01) > 5 * near.off[1]
