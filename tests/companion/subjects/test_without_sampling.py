"""The chapter without sampling: limits from sequences, exact values beside theory, the first correction's constant.

Reference values are an independent computation's, in NumPy, with another discretisation (and other paths for C_alpha).
"""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.rules import Covers
from companion.subjects.common.approach import Approach
from companion.subjects.without_sampling import classes, correction, study, tables
from heavysgd.inference import Measured

PAPER, NOISE = hs.landscapes.wang_oh_rhee(), hs.Lomax(1.2, 0.1)
ETAS = np.array([1e-3, 1e-4, 1e-5, 1e-6])


def sequence(power: float, constant: float = 2.0) -> Approach:
    return Approach(ETAS, constant * (1 + 0.5 * ETAS**power), np.zeros(4))


def test_a_limit_takes_one_order_out():
    found = sequence(0.2).limit(0.2)
    assert (found.value, found.stderr) == pytest.approx((2, 0), abs=1e-12)
    wrong = sequence(0.2).limit(1 / 6)
    assert abs(wrong.value - 2) > 0.005 and wrong.stderr > 0.005
    with pytest.raises(ValueError, match="three learning rates"):
        Approach(ETAS[:2], ETAS[:2], ETAS[:2]).limit(0.2)


def test_numerical_errors_reach_the_limit():
    noisy = sequence(0.2)._replace(errors=np.full(4, 1e-3))
    shrunk = 10**-0.2
    last, before = (1e-3 * noisy.values[k] for k in (-1, -2))
    assert noisy.limit(0.2).stderr == pytest.approx(np.hypot(last, shrunk * before) / (1 - shrunk))
    assert noisy.at(0) == Measured(noisy.values[0], pytest.approx(1e-3 * noisy.values[0]))


def test_exponents_lie_between_learning_rates():
    found = Approach(ETAS, 7 * ETAS**-1.4, np.full(4, 1e-3)).exponents
    assert found.values == pytest.approx(-1.4) and found.etas == pytest.approx(np.sqrt(ETAS[1:] * ETAS[:-1]))
    assert found.errors * 1.4 == pytest.approx(2**0.5 * 1e-3 / np.log(10))
    assert found.last().stderr == pytest.approx(found.errors[-1] * 1.4)
    powers = Approach(ETAS, 7 * ETAS**-1.4, np.full(4, 1e-3)).powers_of(ETAS**0.2)
    assert powers.values == pytest.approx(-7) and powers.errors == pytest.approx(found.errors)


def test_exits_of_the_papers_landscape():
    found = study.exits(PAPER, NOISE, 0.5, 1, [0.01, 0.001])
    assert found.means == pytest.approx([33_447.65, 838_701], rel=1e-5) and found.jumps == 2
    assert found.ratios.values == pytest.approx([0.85917, 0.85953], abs=2e-5)
    assert found.excess.values == pytest.approx(1 / found.ratios.values - 1)
    q = hs.theory.exit_measure(PAPER, 1.2, 0.5)[1]
    assert found.location == pytest.approx(q / q.sum()) and found.share(0).values == pytest.approx(found.destinations[:, 0])
    wider = hs.theory.exit_measure(PAPER, 1.2, 0.51)[1]
    assert found.ratio_with(PAPER, 1.2, 0.51, 1) == pytest.approx(wider.sum() / q.sum())


def test_simulation_is_held_against_exact_values():
    found = study.checks(PAPER, NOISE, [(0.5, 0.1)], 1, 0, 2_000_000, seed=3)[0.5, 0.1]
    wrong = hs.exact.first_exit(study.quiet_sgd(PAPER, hs.Lomax(1.25, 0.1), 0.1, 0.5), PAPER.minima[1])
    assert Covers().holds(found.exact.mean, found.mean) and not Covers().holds(wrong.mean, found.mean)
    assert Covers().holds(found.exact.destinations[0], found.share)
    assert not Covers().holds(found.limit_location[0], found.share)


def test_a_profile_falls_where_one_cut_step_no_longer_leaves():
    x, sooner = study.profile(PAPER, NOISE, 0.5, 1e-3, 1, n_points=60)
    left = PAPER.maxima[0] + 0.5
    near, far = sooner[x < left][-1], sooner[x > left][0]
    assert sooner[0] > near > 3 * abs(far)


def test_the_distance_of_a_law_on_the_limits_scale_is_that_of_its_mean():
    found = study.laws(PAPER, NOISE, None, 1, [1e-3])
    ratio = study.exits(PAPER, NOISE, None, 1, [1e-3]).ratios.values[0]
    assert found.scaled.values[0] == pytest.approx((1 - ratio) / np.e, rel=0.05)
    assert found.shape.values[0] < found.scaled.values[0] / 50


def test_the_whole_landscape():
    found = study.whole(PAPER, NOISE, 0.5, [0, 2], [1e-3])
    assert found.share.values == pytest.approx([0.019846], rel=1e-4)
    assert found.slowest.values == pytest.approx([1.1519], rel=1e-4) and found.gap == pytest.approx(1.29922, rel=1e-5)
    assert found.parted.values == pytest.approx([136], rel=0.01)
    assert found.rates[0, 0] == pytest.approx(found.slowest.values[0] * found.gap)


@pytest.mark.parametrize("alpha", [1.2, 1.5, 1.8])
def test_the_stable_process_has_the_jumps_of_nu(alpha):
    scale = correction.stable_scale(alpha)
    law = hs.SymmetricStable(alpha, scale)
    assert law.tail(1e5) * 1e5**alpha == pytest.approx(1, rel=1e-3)
    assert correction.mean_largest(law, 1) == pytest.approx(correction.positive_part(alpha), rel=1e-4)


def test_the_mean_of_the_largest_step():
    law, count = hs.SymmetricStable(1.8, 0.3), 20
    drawn = law.sample(20_000 * count, seed=2).reshape(-1, count).max(axis=1).clip(0)
    assert correction.mean_largest(law, count) == pytest.approx(drawn.mean(), rel=0.03)
    assert correction.mean_largest(law, count + 2) > 1.04 * correction.mean_largest(law, count)


@pytest.mark.parametrize("alpha, simulated, error", [(1.2, 2.96, 0.02), (1.5, 1.78, 0.02)])
def test_the_constant_is_that_of_another_simulation(alpha, simulated, error):
    assert abs(correction.crossing_constant(alpha) - simulated) < 3 * error
    assert abs(correction.crossing_constant(alpha - 0.1) - simulated) > 3 * error


def test_crossings_have_the_constant_below_their_curve():
    found = correction.simulate_crossings(1.5, 8000, 100, seed=4)
    assert Covers().holds(correction.crossing_constant(1.5), found.constant)
    assert not Covers().holds(correction.crossing_constant(1.35), found.constant)
    u = np.linspace(0, 400, 40_001)
    seen = found.probability(u)
    assert np.all(np.diff(seen) <= 0) and 0.85 < seen[0] < 1
    assert np.trapezoid(seen, u) == pytest.approx(found.suprema.clip(0, 400).mean(), rel=0.01)


def test_boundaries_that_do_not_move_leave_the_rate():
    for b in (None, 0.5, 0.28):
        q = hs.theory.exit_measure(PAPER, 1.2, b)
        still = [correction.rate_with_boundaries_moved(PAPER, 1.2, b, i, np.zeros(3)) for i in range(4)]
        assert still == pytest.approx(q.sum(axis=1), rel=1e-6)


def test_the_correction_without_truncation_by_hand():
    noise, eta = hs.Lomax(1.5, 0.1), 1e-4
    tails = PAPER.sides[1]
    q = (tails**-1.5).sum() / 2
    moved = correction.crossing_constant(1.5) * correction.lengths(PAPER, noise, eta)[:2]
    by_hand = (1.5 * tails**-2.5 * moved).sum() / 2 / q
    assert correction.predicted_excess(PAPER, noise, None, 1, [eta]) == pytest.approx([by_hand], rel=1e-5)


def test_the_correction_beside_another_computation():
    well = hs.Landscape(study.double_well().expr, bounds=(-2, 2))  # where that computation was made
    found = correction.compared(well, hs.Lomax(1.5, 0.2), None, 0, [1e-3, 1e-4, 1e-5])
    assert 1 - found.exits.ratios.values == pytest.approx([0.0554, 0.0260, 0.0121], abs=6e-5)
    assert found.predicted == pytest.approx([0.0529, 0.0247, 0.0115], rel=0.07)
    assert found.ratio.values == pytest.approx(found.exits.excess.values / found.predicted)
    assert correction.next_order(1.5) == pytest.approx(1 / 6) and abs(found.limit().value - 1) < 0.03


def test_ways_out_in_the_least_number_of_jumps_make_up_the_exit_measure():
    q = hs.theory.exit_measure(PAPER, 1.2, 0.28)
    assert classes.way_out(PAPER, 1.2, 0.28, 1, -1, 3) == pytest.approx(q[1, 0], rel=1e-6)
    assert q[1, 2] == 0 and classes.left_class(PAPER, 1.2, 0.28)[0] > 0


def test_a_closed_class_is_left_by_one_jump_more():
    rate, jumps = classes.right_class(PAPER, 1.2, 0.25)
    found = classes.leaving(PAPER, NOISE, 0.25, [2, 3], 3, [1e-4], rate, jumps)
    assert jumps == 4 and found.predicted[0] == pytest.approx(1 / (rate * hs.theory.exit_scale(NOISE, 1e-4, 4)))
    assert 0.4 < found.ratios.values[0] < 1
    assert found.clock.values[0] == pytest.approx(found.times.values[0] * hs.theory.exit_scale(NOISE, 1e-4, 3))
    assert found.rate.values[0] == pytest.approx(1 / found.clock.values[0])


def test_a_transient_class_is_killed_at_the_limits_rate():
    found = classes.killing_rates(PAPER, NOISE, 0.4, [2, 3], 3, [1e-4, 1e-6])
    assert 1 < found.values[1] < found.values[0] < 1.2


def test_visits_count_exits_until_the_class_is_left():
    closed, open_ = classes.visits(PAPER, NOISE, [0.28, 0.4], [2, 3], 3, 1e-3)
    assert closed > open_ > 1


def test_tables_show_what_is_missing():
    falling = sequence(0.2)
    rows = [("Theorem 1 (i)", "a ratio", 2.0, falling), ("Theorem 2", "a share", 0, falling)]
    shown = tables.changes_table(rows, 0.2).data.splitlines()
    assert "$\\eta = 10^{-6}$" in shown[0] and "| 2.000 ± " in shown[2]
    assert shown[2].startswith("| Theorem 1 (i): a ratio | 2 |") and shown[3].endswith("| – |")


def test_costs_are_told_in_units_that_one_can_read():
    row = {"b": None, "eta": 1e-4, "exact": 0.031, "error": 5e-6, "direct": 1.2e9, "flux": None}
    bench = {"rows": [row, row | {"direct": 7300.0, "flux": 59.0}], "peak_mib": 300.0}
    bench["origin"] = {"commit": "a" * 40, "tree_changed": False, "processor": "one", "threads": 1, "versions": {}}
    shown = tables.cost_table(bench).data
    assert "38 years | – |" in shown and "2 hours | 59 s |" in shown and "0.03 s" in shown and "300 MiB" in shown
