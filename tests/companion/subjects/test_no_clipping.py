"""No clipping: which graphs are symmetric and which irreducible, exits and the chain beside Corollary 6."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.no_clipping import figures, study, symmetric, tables

PAPER, NOISE = hs.landscapes.wang_oh_rhee(), hs.Lomax(1.2, 0.1)


def test_ranges_by_hand():
    sides = np.array([[np.inf, 0.2], [0.6, 0.9], [0.3, np.inf]])  # of the paper's Figure 2
    found = symmetric.symmetric_ranges(sides, 0.1, 1.1)
    assert [end for pair in found for end in pair] == pytest.approx([0.45, 0.6, 0.9, 1.1])
    even = np.array([[np.inf, 0.5], [0.5, 0.5], [0.5, np.inf]])
    assert len(symmetric.symmetric_ranges(even, 0.2, 1.0)) == 3  # all but the resonances 0.25 and 0.5
    nearer = symmetric.symmetric_ranges(sides - [[0, 0], [0, 0.01], [0, 0]], 0.1, 1.1)
    assert nearer[0] == pytest.approx((0.89 / 3, 0.3))


def test_ranges_on_the_graph_are_those_of_the_widths():
    wells = hs.landscapes.figure2_wells()
    widths = symmetric.symmetric_ranges(wells.sides, 0.35, 1.0)
    for prop in (symmetric.is_symmetric, symmetric.is_irreducible):
        assert symmetric.apart(widths, symmetric.ranges_where(wells, prop, 0.35, 1.0, 0.01)) < 1e-8
    assert symmetric.apart(widths, widths[:1]) == np.inf and symmetric.apart([(0, 1)], [(0, 1.5)]) == 0.5


def test_a_quick_comparison_is_that_of_the_library():
    rng = np.random.default_rng(4)
    for b in (0.3, 0.45, 0.7, 1.1):
        points = symmetric.random_points(4, rng)
        f = hs.landscapes.with_critical_points(points, (-0.1, points[-1] + 0.1))
        graph = hs.theory.transition_graph(f, b)
        assert symmetric.compare(points, b) == (symmetric.is_irreducible(graph), symmetric.is_symmetric(graph))


def test_symmetric_and_irreducible_are_one():
    same, shifted = (symmetric.tried(600, 11, shift) for shift in (1.0, 1.05))
    assert same.differ == 0 and 0 < same.symmetric < same.number == 600
    assert shifted.differ > 0


def test_the_generator_is_a_difference_of_powers():
    chain = hs.theory.limit_chain(PAPER, 1.2, None)
    near, far = PAPER.maxima[1:] - PAPER.minima[1]
    assert chain.states.tolist() == [0, 1, 2, 3]
    assert chain.generator[1, 2] == pytest.approx((near**-1.2 - far**-1.2) / 2)
    assert study.limit_rates(PAPER, 1.2) == pytest.approx([1.01735, 4.19293, 5.91477], rel=1e-5)


def test_clipping_beyond_every_distance_changes_nothing():
    reach = PAPER.distances[np.isfinite(PAPER.distances)].max()
    assert study.same_chain(PAPER, 1.2, 1.0001 * reach) and not study.same_chain(PAPER, 1.2, 0.9999 * reach)
    assert not study.same_chain(PAPER, 1.2, 0.5)


def test_the_chain_is_near_its_limit():
    found = study.chain(PAPER, NOISE, [1e-3])
    assert found.shares[0] == pytest.approx([0.145, 0.419, 0.0543, 0.381], abs=1e-3)
    assert found.share(0, 0.5).values == pytest.approx(2 * found.shares[:, 0])
    assert found.rate(0, study.limit_rates(PAPER, 1.2)[0]).values == pytest.approx([1.0134], abs=1e-3)


def test_laws_are_where_the_chain_has_them():
    law = study.laws_in_time(PAPER, NOISE, 1, 1.0, 2e-3)
    assert law == pytest.approx(hs.theory.limit_chain(PAPER, 1.2, None).transition(1.0)[1], abs=0.02)
    n = int(study.steps(NOISE, 0.2, 2e-3))
    seen = study.ends(PAPER, NOISE, 2e-3, 1, n, 400, seed=2)
    assert seen.sum() == 400 and seen / 400 == pytest.approx(study.after(PAPER, NOISE, 1, n, 2e-3), abs=0.1)


def test_exits_from_every_minimum():
    found = study.exits(PAPER, NOISE, 2e-3, 300, seed=5)
    assert found.times.shape == (4, 300) and found.counts.sum(axis=1).tolist() == 4 * [300]
    assert not np.diag(found.counts).any() and found.scaled.mean() == pytest.approx(1, abs=0.15)
    assert study.share_to(found.counts[1], 3).value == found.counts[1, 3] / 300
    assert found.over([1.0] * 4) == pytest.approx(found.times.ravel())
    wide = study.exact_exits(PAPER, NOISE, 2e-3, 0.95)[1]
    assert wide.destinations[3] < 0.02 < found.exact[1].destinations[3]


def test_figures_and_tables_show_what_they_are_given():
    ranges = [(0.45, 0.6), (0.9, 1.1)]
    above = figures.symmetric_thresholds(PAPER, ranges, ranges, hs.theory.regimes(PAPER, 0.4, 1.1)).axes[0]
    assert [label.get_text() for label in above.get_yticklabels()] == ["symmetric", "irreducible", "neither"]
    assert len(above.patches) == 6  # two ranges twice, and two gaps
    assert "0.450000 … 0.600000" in tables.range_table(ranges, {"irreducible": ranges}).data
    law = np.full((3, 4), 0.25)
    assert len(figures.laws_in_time(law, law, np.arange(3.0), 1.0, np.ones(4)).axes[0].containers) == 4
    panels = {"a": ([1e-3, 1e-4], law[:2]), "b": ([1e-3], law[:1])}
    assert len(figures.shares(panels, {"a": law[0], "b": law[0]}).axes) == 2
    limit = np.array([[0.0, 1.0], [1.0, 0.0]])
    exits = [hs.exact.first_exit(hs.SGD(hs.landscapes.two_wells(), NOISE, 0.01), m) for m in (-1.0, 1.0)]
    shown = tables.destination_table(limit, exits, np.array([[0, 9], [9, 0]])).data
    assert "$m_1 \\to \\Omega_2$ | 1.0000 | 1.0000" in shown
