"""Chapters 4 and 5: mean exit times over learning rates, what is fitted to them, and the tests of their law."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.seeds import derived
from companion.subjects.common import exit_study, law_tests
from companion.subjects.exits import law as exit_laws
from companion.subjects.exits import order as exit_order
from heavysgd.inference import Measured
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


def test_differences_neighbours_and_the_farthest():
    one, two, three = (
        study(means := 1 / hs.theory.exit_scale(NOISE, ETAS, jumps), 0.1 * means, jumps=jumps) for jumps in (1, 2, 3)
    )
    step = hs.inference.difference(three.jump_count(), one.jump_count())
    assert step.value == pytest.approx(2) and step.stderr == pytest.approx(2**0.5 * one.jump_count().stderr)
    assert [(a.jumps, b.jumps) for a, b in exit_order.with_neighbour([one, two, three])] == [(1, 2), (2, 1), (3, 2)]
    off = exit_order.farthest_off([Measured(1.1, 0.01), Measured(1.8, 0.02), Measured(2.1, 0.09)], [1, 2, 2])
    assert (off.value, off.stderr) == pytest.approx((0.1, 0.09))  # 0.1 + 1.64 0.09 exceeds 0.2 + 1.64 0.02
    with pytest.raises(ValueError):
        exit_order.farthest_off([Measured(1.0, 0.1)], [1, 2])


def test_learning_rates_are_those_of_the_times_asked_for():
    etas = exit_order.etas_for(WELL, NOISE, 0.8, 0, [2e4, 2e6, 10])
    for eta, steps in zip(etas[:2], (2e4, 2e6)):
        assert hs.theory.mean_exit_time(hs.SGD(WELL, NOISE, eta, 0.8), 0) == pytest.approx(steps, rel=1e-6)
    assert etas[2] == 0.35


def test_numbers_of_paths_are_chosen_by_theory(monkeypatch):
    asked = {}
    record = lambda f, noise, b, basin, etas, n_paths, *rest: asked.update(etas=etas, n=n_paths, basin=basin)  # noqa: E731
    monkeypatch.setattr(exit_order, "exit_study", record)
    f, z = hs.landscapes.wang_oh_rhee(), hs.Lomax(1.2, 0.1)
    exit_order.figure2_study(f, z, 0.5, [0.02, 0.001, 0.2], 10**7, 1000, 10**6, seed=0)
    mean = hs.theory.mean_exit_time(exit_study.quiet_sgd(f, z, 0.02, 0.5), 1)
    assert asked["n"] == [int(10**7 / mean), 12, 1000] and 12 < asked["n"][0] < 1000 and asked["basin"] == 1
    exit_order.cell(WELL, NOISE, 0.8, [2e4, 2e5, 2e6], 0.1, seed=0)
    lever = 0.5 * np.log(asked["etas"][0] / asked["etas"][-1])
    # Three rates evenly spaced on a logarithmic scale: the error of a slope is sqrt(2 / n) over the whole lever.
    assert np.sqrt(2 / asked["n"]) / lever == pytest.approx(0.1, rel=0.01)


def test_laws_of_exits():
    assert law_tests.pairs(np.array([1.0, 2.0, 3.0, 4.0, 9.0])).tolist() == [3.0, 7.0]
    times = np.random.default_rng(0).exponential(1.0, 500)
    assert law_tests.kolmogorov(times).value == stats.kstest(times, "expon").pvalue > 0.01
    assert law_tests.kolmogorov(1.3 * times).value < 0.001
    law = np.array([0.5, 0.3, 0.2, 0.0])
    statistic = 0.0 + 2**2 / 30 + 2**2 / 20
    assert law_tests.chi_square(np.array([50, 32, 18, 0]), law).value == pytest.approx(stats.chi2.sf(statistic, 2))
    assert law_tests.chi_square(np.array([50, 30, 19, 1]), law).value == 0.0
    share = exit_laws.share_over_limit(np.array([20, 80]), np.array([0.25, 0.75]), 0)
    assert (share.value, share.stderr) == pytest.approx((0.8, 0.04 / 0.25))
    assert exit_laws.slug("Paper's, $b = 0.5$") == "paper-s-b-0.5"


def test_destinations_are_counted():
    sgd = exit_study.quiet_sgd(hs.landscapes.wang_oh_rhee(), hs.Lomax(1.2, 0.1), 0.01, None)
    counts = exit_laws.destination_counts(sgd, 1, 300, seed=2)
    assert counts.sum() == 300 and counts[1] == 0
    assert law_tests.chi_square(counts, hs.theory.exit_location(sgd, 1)).value > 0.001


def test_a_neighbouring_constant_is_a_prediction_over_another():
    sgd = exit_study.quiet_sgd(WELL, NOISE, 0.1, 0.8)
    found = study([10.0, 300.0], predicted=[hs.theory.mean_exit_time(sgd, 0), 1.0])
    b = exit_laws.over_another(found, WELL, 0, NOISE, 0.75)
    assert b == pytest.approx(hs.theory.exit_rates(WELL, 1.5, 0.75)[0] / hs.theory.exit_rates(WELL, 1.5, 0.8)[0])
    alpha = exit_laws.over_another(found, WELL, 0, hs.Lomax(1.4, 0.2), 0.8)
    assert alpha > 1 > b and alpha == pytest.approx(51 ** (2 * 0.1), rel=0.5)  # lambda has the tail at 10 / 0.2 twice


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


def test_the_approach_is_a_series_of_studies():
    paper = study([10.0, 300.0])
    series = exit_laws.approach_series(paper, 6, 2, seed=1)
    assert next(iter(series.values())) is paper and len(series) == 4
    assert [s.jumps for s in series.values()] == [1, 1, 2, 1]
    for s in list(series.values())[1:]:
        assert s.predicted[-1] == hs.theory.mean_exit_time(hs.SGD(WELL, s.noise, s.etas[-1], s.b), 0)
