"""Classes, the limit chain and the finite-rate chain: closed forms, Monte Carlo of limit paths, refusals."""

import warnings

import heavysgd as hs
import numpy as np
import pytest
import sympy
from heavysgd.theory.limit_paths import _time_between
from heavysgd.theory.limit_paths_space import SpacePaths
from scipy import stats
from scipy.integrate import quad_vec

PAPER = hs.landscapes.wang_oh_rhee()
WELLS = hs.landscapes.alternating_wells()
ONE_WAY = hs.landscapes.one_way_wells()
NOISE = hs.Lomax(1.2, 0.1)


def many_wells(count):
    return hs.Landscape(1 - sympy.cos(2 * sympy.pi * sympy.Symbol("x")), bounds=(-0.4, count - 0.6))


def classes(f, b):
    return [(c.members.tolist(), c.absorbing, c.jumps, c.widest.tolist()) for c in hs.theory.communication_classes(f, b)]


@pytest.mark.parametrize(
    "f, b, expected",
    [
        (PAPER, 0.5, [([0, 1, 2, 3], True, 2, [1, 3])]),
        (PAPER, 0.4, [([0, 1], True, 2, [1]), ([2, 3], False, 2, [3])]),
        (PAPER, 0.28, [([0, 1], True, 3, [1]), ([2, 3], True, 3, [3])]),
        (PAPER, 0.61, [([0, 1], True, 1, [0, 1]), ([2, 3], False, 2, [3])]),
        (ONE_WAY, 1.0, [([0, 1], False, 2, [0]), ([2, 3], True, 2, [2])]),
        (hs.landscapes.quadratic_well(), 0.8, [([0], False, 2, [0])]),
    ],
)
def test_communication_classes(f, b, expected):
    assert classes(f, b) == expected
    nodes = hs.theory.transition_graph(f, b).nodes
    for number, (members, absorbing, jumps, _) in enumerate(expected):
        for i in members:
            labels = (nodes[i]["communication_class"], nodes[i]["absorbing"], nodes[i]["class_jumps"])
            assert labels == (number, absorbing, jumps)


@pytest.mark.parametrize("b, expected", [(0.5, [1, 3]), (0.4, [1]), (0.28, [1, 3]), (None, [0, 1, 2, 3])])
def test_survivors(b, expected):
    assert hs.theory.survivors(PAPER, b).tolist() == expected


def test_limit_chain_of_the_paper_by_hand():
    q = hs.theory.exit_measure(PAPER, 1.2, 0.5)
    chain = hs.theory.limit_chain(PAPER, 1.2, 0.5)
    right = q[2, 3] / (q[2, 1] + q[2, 3])
    assert chain.states.tolist() == [1, 3] and chain.jumps.tolist() == [2, 2]
    assert chain.generator[0, 1] == pytest.approx(q[1, 2] * right, rel=1e-12)
    assert chain.generator[1, 0] == pytest.approx(q[3, 2] * (1 - right), rel=1e-12)
    assert np.all(chain.killing == 0) and np.allclose(chain.generator.sum(axis=1), 0)
    assert chain.initial_law(PAPER.minima[2]) == pytest.approx([1 - right, right])
    assert chain.initial_law(-1.59).tolist() == [1, 0] and chain.initial_law(1.0).tolist() == [0, 1]


@pytest.mark.parametrize(
    "f, b, basin, p_plus", [(PAPER, 0.5, 1, 0.5), (PAPER, 0.5, 3, 0.5), (PAPER, 0.4, 3, 0.5), (WELLS, 0.9, 2, 0.4)]
)
def test_limit_paths_confirm_the_generator_and_reject_sharp_minima_left_in(f, b, basin, p_plus):
    chain = hs.theory.limit_chain(f, 1.2, b, p_plus)
    number = next(n for n, c in enumerate(chain.classes) if basin in c.members)
    chain = chain.within(number)
    found = hs.theory.sample_limit_rates(f, 1.2, b, basin=basin, n_paths=60_000, p_plus=p_plus, seed=4)
    error, row = float(np.linalg.norm(found.stderr)), chain.row(basin)
    exact = np.where(chain.states == basin, 0.0, chain.generator[row])
    stderr = np.maximum(found.stderr[chain.states], 1e-12)
    assert np.all(np.abs(found.rates[chain.states] - exact) < 4 * stderr)
    assert abs(found.rates.sum() - found.rates[chain.states].sum() - chain.killing[row]) < 4 * error
    naive = hs.theory.exit_measure(f, 1.2, b, p_plus)[basin].sum()  # every exit counted as a move
    assert abs(found.rates.sum() - naive) > 6 * error


def test_a_class_moves_on_its_own_clock_and_is_killed_when_transient():
    chain = hs.theory.limit_chain(ONE_WAY, 1.5, 1.0)
    q = hs.theory.exit_measure(ONE_WAY, 1.5, 1.0)
    assert chain.states.tolist() == [0, 2]
    assert chain.killing == pytest.approx([q[0, 1] * q[1, 2] / (q[1, 0] + q[1, 2]), 0])
    assert chain.initial_law(ONE_WAY.minima[1]) == pytest.approx([0.5, 0])  # half of the paths have left the class
    alone = chain.within(0)
    assert alone.states.tolist() == [0] and alone.transition(2.0)[0, 0] == pytest.approx(np.exp(-2 * chain.killing[0]))
    assert chain.within(1).stationary().tolist() == [1.0]


def test_open_ends_kill():
    well = hs.landscapes.quadratic_well()
    chain = hs.theory.limit_chain(well, 1.5, 0.8)
    assert chain.killing == pytest.approx([7.125], rel=1e-6)


def test_transition_is_a_semigroup_and_tends_to_the_stationary_law():
    chain = hs.theory.limit_chain(WELLS, 1.5, 0.9, p_plus=0.4)
    at = chain.transition([0.3, 0.7, 1.0, 500.0])
    assert np.allclose(at[0] @ at[1], at[2]) and np.allclose(at[3], chain.stationary()) and at.shape == (4, 3, 3)
    assert np.allclose(chain.stationary() @ chain.generator, 0) and chain.stationary().sum() == pytest.approx(1)
    mean, _ = quad_vec(lambda s: chain.transition(s), 0, 2.0)
    assert np.allclose(chain.occupation(2.0), mean / 2.0)


def test_sampled_paths_have_the_transition_probabilities():
    chain = hs.theory.limit_chain(WELLS, 1.5, 0.9, p_plus=0.4)
    ends = [chain.sample_path(2, 1.5, seed=s).states[-1] for s in range(2000)]
    counts = np.array([np.sum(np.array(ends) == state) for state in chain.states])
    law, fair = chain.transition(1.5)[1], hs.theory.limit_chain(WELLS, 1.5, 0.9).transition(1.5)[1]
    statistic = lambda p: np.sum((counts - 2000 * p) ** 2 / (2000 * p))  # noqa: E731
    assert statistic(law) < 18.4 < statistic(fair)  # chi-square(2) at 1e-4
    killed = hs.theory.limit_chain(ONE_WAY, 1.5, 1.0).sample_path(0, 1e3, seed=1)
    assert killed.states.tolist() == [0, -1] and killed.times.size == 2


def test_mean_hitting_times():
    chain = hs.theory.finite_rates(PAPER, NOISE, 0.001, 0.5)
    q, clock = hs.theory.exit_measure(PAPER, 1.2, 0.5), hs.theory.exit_scale(NOISE, 0.001, 1)
    times = chain.mean_hitting_time([1, 3])
    assert times == pytest.approx([1 / (q[0, 1] * clock), 0, 1 / (q[2].sum() * clock), 0])
    one_way = hs.theory.finite_rates(ONE_WAY, NOISE, 0.001, 1.0)
    assert np.isinf(one_way.mean_hitting_time([0])[1:]).all() and np.isfinite(one_way.mean_hitting_time([2])).all()


def test_finite_rates_tend_to_the_limit_chain():
    limit = hs.theory.limit_chain(PAPER, 1.2, 0.5)
    distance = []
    for eta in (1e-3, 1e-6, 1e-12):
        chain = hs.theory.finite_rates(PAPER, NOISE, eta, 0.5)
        unit = 1 / hs.theory.exit_scale(NOISE, eta, 2)
        distance.append(np.abs(chain.transition(0.8 * unit)[1, [1, 3]] - limit.transition(0.8)[0]).max())
    assert distance[0] > 2 * distance[1] > 4 * distance[2] and distance[2] < 1e-3


def test_shares_and_hop_counts_of_the_finite_chain():
    chain = hs.theory.finite_rates(PAPER, NOISE, 0.001, 0.5)
    assert chain.share([0, 2]) == pytest.approx(chain.stationary()[[0, 2]].sum())
    assert chain.share([0, 2], start=1, n_steps=1e12) == pytest.approx(chain.share([0, 2]), rel=1e-4)
    assert chain.share([0], start=0, n_steps=10) == pytest.approx(1, abs=1e-3)
    counts = chain.hop_counts(1, 1e7)
    assert np.all(np.diag(counts) == 0) and counts[1, 0] == pytest.approx(counts[0, 1], rel=0.01)
    assert chain.hop_counts(1, 2e7)[1, 0] > 1.9 * counts[1, 0]


def test_rates_far_apart_keep_their_stationary_law():
    generator = np.array([[-1e-30, 1e-30, 0.0], [1.0, -2.0, 1.0], [0.0, 1e-15, -1e-15]])
    chain = hs.theory.MarkovChain(np.arange(3), generator)
    weights = np.array([1e30, 1.0, 1e15])
    assert chain.stationary() == pytest.approx(weights / weights.sum(), rel=1e-9)


def test_refusals():
    with pytest.raises(hs.AssumptionError, match=r"reducible.*\[\[1\], \[3\]\]"):
        hs.theory.limit_chain(PAPER, 1.2, 0.28).stationary()
    with pytest.raises(hs.AssumptionError, match=r"killed in minima \[3\]"):
        hs.theory.limit_chain(PAPER, 1.2, 0.4).stationary()
    with pytest.raises(hs.AssumptionError, match="Assumption 3"):
        hs.theory.limit_chain(PAPER, 1.2, float(PAPER.widths[1] / 2))
    with pytest.raises(ValueError, match="at most 256"):
        hs.theory.limit_chain(many_wells(300), 1.5, 0.4)
    with pytest.raises(ValueError, match="takes 7 jumps.*b > "):
        hs.theory.exit_measure(PAPER, 1.2, 0.09)
    with pytest.raises(ValueError, match="heavy tail"):
        hs.theory.finite_rates(PAPER, hs.Gaussian(), 0.001, 0.5)
    with pytest.warns(hs.StabilityWarning, match="minimum 2"):
        hs.theory.finite_rates(PAPER, NOISE, 0.01, 0.5)


@pytest.mark.parametrize(
    "call, reason",
    [
        (lambda c: c.transition(-1.0), "t = "),
        (lambda c: c.transition(np.nan), "t = "),
        (lambda c: c.occupation(0.0), "t = 0.0"),
        (lambda c: c.row(0), "state = 0"),
        (lambda c: c.initial_law(np.nan), "start = nan"),
        (lambda c: c.within(1), "number = 1"),
        (lambda c: c.mean_hitting_time([2]), "state = 2"),
        (lambda c: c.sample_path(1, -3.0), "duration = -3.0"),
    ],
)
def test_bad_input_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call(hs.theory.limit_chain(PAPER, 1.2, 0.5))


def test_half_a_horizon_is_refused():
    with warnings.catch_warnings(), pytest.raises(ValueError, match="start and n_steps"):
        hs.theory.finite_rates(PAPER, NOISE, 0.001, 0.5).share([0], start=1)


def test_sample_limit_rates_wants_a_widest_minimum():
    with pytest.raises(ValueError, match="basin = 0.*widest"):
        hs.theory.sample_limit_rates(PAPER, 1.2, 0.5, basin=0, n_paths=10)


def test_flow_times_do_not_depend_on_the_unit_of_time():
    """An absolute error of the quadrature must not be taken for a relative one."""
    symbol = sympy.Symbol("x")
    slow, fast = (hs.Landscape(c * (symbol**2 - 1) ** 2, bounds=(-1.6, 1.6)) for c in (1, 10**12))
    times = [_time_between(f, 0, 1, 1e-5, 0.9) for f in (slow, fast)]
    assert times[1] * 10**12 == pytest.approx(times[0], rel=1e-7)


def test_limit_paths_that_start_anew_from_a_sharp_minimum_of_the_plane_go_where_the_exit_measure_says():
    f = hs.landscapes.warped_himmelblau()
    paths = SpacePaths(f, 1.2, np.inf, None, hs.theory.jump_numbers(f, None))
    places = paths.leave(2, 4000, np.random.default_rng(5))
    q = hs.theory.exit_measure(f, 1.2, None, n_paths=2048)[2]
    counts = np.bincount(places, minlength=f.size)
    assert counts[2] == 0
    assert stats.chisquare(np.delete(counts, 2), np.delete(q, 2) / q.sum() * 4000).pvalue > 1e-4
