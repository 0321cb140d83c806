"""The chapters on small learning rates, on choosing b, and on the engine: what they compute beside simulations."""

import heavysgd as hs
import numpy as np
import pytest
from companion.rules import Measured
from companion.studies import choose_b, engine, small_rates

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
ETAS = np.array([0.01, 0.001])


def rates(ratios, stderrs=(0.1, 0.2), costs=(1000.0, 4000.0)):
    predicted = np.array([hs.theory.mean_exit_time(small_rates.quiet_sgd(PAPER, NOISE, eta, 0.5), 1) for eta in ETAS])
    ratios, stderrs = np.asarray(ratios, float), np.asarray(stderrs, float)
    return small_rates.RateStudy(NOISE, 0.5, 2, ETAS, ratios * predicted, stderrs * predicted, predicted, np.array(costs))


def test_a_rate_study_in_closed_form():
    study = rates([0.8, 1.1])
    assert study.ratios == pytest.approx([0.8, 1.1]) and study.ratio_stderrs == pytest.approx([0.1, 0.2])
    q = hs.theory.exit_measure(PAPER, 1.2, 0.5)[1].sum()
    assert study.exit_rate == pytest.approx(q)
    pooled = study.pooled_ratio()
    assert (pooled.value, pooled.stderr) == pytest.approx(((80 + 27.5) / 125, 125**-0.5))
    assert study.pooled_ratio(2 * q).value == pytest.approx(2 * pooled.value)
    assert rates([1, 1]).jump_count().value == pytest.approx(2)
    assert study.costs_to_ten_percent == pytest.approx([1000 * (1 / 0.8) ** 2, 4000 * (2 / 1.1) ** 2])
    saving = study.saving(12)
    assert saving.value == pytest.approx(np.log10(100 * study.means[1] / study.costs_to_ten_percent[1]))
    assert saving.stderr == pytest.approx(np.sqrt(2 / 11) / np.log(10))


def test_where_the_limit_is_good_to_ten_per_cent():
    c = 0.6
    at, low, high = rates(1 - c * ETAS**0.2, stderrs=(1e-6, 1e-6)).good_to(0.1)
    assert at == pytest.approx((0.1 / c) ** 5) == pytest.approx(low, rel=1e-3) == pytest.approx(high, rel=1e-3)
    error = (np.sum(ETAS**0.4) / 0.1**2) ** -0.5
    _, low, high = rates(1 - c * ETAS**0.2, stderrs=(0.1, 0.1)).good_to(0.1)
    assert (low, high) == pytest.approx(((0.1 / (c + 1.96 * error)) ** 5, (0.1 / (c - 1.96 * error)) ** 5))
    assert rates([1.2, 1.1]).good_to(0.1)[0] == np.inf  # where the formula is short of what is measured already


def test_rates_by_forward_flux_are_those_of_direct_exits():
    study = small_rates.rate_study(PAPER, NOISE, None, 1, [0.02, 0.01], [400, 300], 12, seed=3)
    assert study.jumps == 1 and study.etas.tolist() == [0.02, 0.01]
    found = hs.exit_rate(small_rates.quiet_sgd(PAPER, NOISE, 0.01, None), 1, seed=4, trials=300, repetitions=12)
    assert study.means[1] == 1 / found.rate and study.costs[1] == found.steps
    assert study.stderrs[1] == pytest.approx(found.stderr / found.rate**2)
    ratios, both = small_rates.against_direct(PAPER, NOISE, [(None, 0.02, 400), (0.5, 0.05, 400)], 1, 800, 12, seed=3)
    assert list(ratios) == ["no truncation, $\\eta = 0.02$", "$b = 0.5$, $\\eta = 0.05$"]
    assert abs(both.value - 1) < 4 * both.stderr < 0.3


def test_a_wrong_learning_rate_moves_the_ratio_by_the_formula():
    cases = [(0.5, 0.01, 1)]
    times = [hs.theory.mean_exit_time(small_rates.quiet_sgd(PAPER, NOISE, eta, 0.5), 1) for eta in (0.01, 0.02)]
    found = small_rates.shifted(PAPER, NOISE, cases, 1, Measured(1.1, 0.05), 2.0)
    assert (found.value, found.stderr) == pytest.approx((1.1 * times[0] / times[1], 0.05 * times[0] / times[1]))
    pooled = small_rates.pooled([Measured(1.0, 0.1), Measured(2.0, 0.2)])
    assert (pooled.value, pooled.stderr) == pytest.approx((1.2, 125**-0.5))


def test_a_chart_is_consequences_on_a_grid():
    thresholds = np.array([0.4, 0.5, float(PAPER.widths[1])])
    found = choose_b.chart(PAPER, 0.1, 0.001, thresholds, np.array([1.2, 1.4]))
    assert found.thresholds.tolist() == [0.4, 0.5] and found.settling.shape == (2, 2)
    there = hs.theory.consequences(PAPER, hs.Lomax(1.4, 0.1), 0.001, 0.4)
    assert found.settling[1, 0] == there.settling and found.leaving[1, 0] == there.leaving
    assert found.share_elsewhere[1, 0] == there.share_elsewhere
    free = choose_b.chart(PAPER, 0.1, 0.001, np.array([5.0]), np.array([1.2]))
    assert np.isnan(free.settling[0, 0])  # nothing is eliminated


def test_settling_is_simulated_from_the_worst_start():
    found = choose_b.settling_time(PAPER, NOISE, 0.004, 0.5, 300, 0.05, seed=2)
    times = hs.theory.finite_rates(PAPER, NOISE, 0.004, 0.5).mean_hitting_time([1, 3])
    assert found.worst == int(np.argmax(times)) and found.predicted == times.max()
    assert found.rarity == pytest.approx(NOISE.tail(250.0) / 0.004)
    assert found.measured.stderr == pytest.approx(found.measured.value / np.sqrt(300), rel=0.05)
    assert found.ratio.value == pytest.approx(found.measured.value / times.max())
    assert 0.5 < found.ratio.value < 1.3 and found.most_common_end in (1, 3)


def test_ratios_to_plain_steps_and_their_goals():
    times = {"heavysgd, plain steps": [2.0, 1.0, 3.0], "pure Python": [700.0], "NumPy, 1 000 paths": [40.0]}
    times |= {name: [3.0] for name in engine.KINDS}
    found = {name: rest for name, *rest in engine.ratios({"nanoseconds_per_step": times})}
    assert found["pure Python"] == [350.0, 300, True] and found["NumPy, 1 000 paths"] == [20.0, 25, False]
    assert found["heavysgd, hops"] == [1.5, 1.6, True] and found["heavysgd, plain steps, float32"][2] is False
    assert len(found) == 2 + len(engine.KINDS)
    plane = {"line, exits": [1.0], "plane, exits": [2.0, 4.0], "line, hops": [3.0], "plane, hops": [5.0]}
    assert engine.plane_costs({"nanoseconds_per_step": plane}) == [("exits", 1.0, 3.0), ("hops", 3.0, 5.0)]


def test_runs_in_pieces_are_the_same_and_another_seed_is_not():
    assert engine.split_differences(hs.SGD(PAPER, NOISE, 0.004, 0.5), 0, 31, 2000, seed=1) == (0, 31)


def test_a_paired_ratio_has_the_error_of_its_differences():
    double = np.random.default_rng(0).exponential(5.0, 4000)
    single = 1.01 * double + np.random.default_rng(1).normal(0, 0.1, 4000)
    found = engine.paired_ratio(single, double)
    assert found.value == pytest.approx(single.mean() / double.mean())
    assert found.stderr == pytest.approx(0.1 / np.sqrt(4000) / 5.0, rel=0.05)


def test_memory_is_that_of_what_is_kept():
    steps = 300_000
    kept, counted = (engine.peak_memory(what, steps) for what in ("every step kept", "occupation"))
    assert kept - counted == pytest.approx(64 * steps * 8 / 1024, rel=0.3)  # KiB of doubles
