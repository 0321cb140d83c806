"""The paper's Figure 2: graphs in words, constants by hand, and exact values over their limits."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common import figures as shared_plots
from companion.subjects.figure2_graphs import figures, study, tables

WELLS, MORE, NOISE = hs.landscapes.figure2_wells(), hs.landscapes.figure2_wells(0.35, 0.55, slope=2.0), hs.Lomax(1.5, 0.2)


@pytest.mark.parametrize(
    "b, words",
    [
        (0.5, "1→2: 1, 2→1: 2, 2→3: 2, 3→2: 1; {1, 2, 3} absorbing"),
        (0.4, "1→2: 1, 2→1: 2, 2→3: 3 (no edge), 3→2: 1; {1, 2} absorbing, {3} transient"),
        (0.8, "1→2: 1, 2→1: 1, 2→3: 2 (no edge), 3→2: 1; {1, 2} absorbing, {3} transient"),
    ],
)
def test_a_graph_in_words(b, words):
    assert study.graph_in_words(WELLS, b) == words


def test_constants_by_hand():
    q = hs.theory.exit_measure(WELLS, 1.5, 0.5)
    assert study.small_constant(WELLS, 1.5, 0.5, 2, 1) == pytest.approx(q[1, 2] / (0.3**-1.5 / 2))
    q = hs.theory.exit_measure(MORE, 1.5, 0.5)
    to_right, to_left = 0.35**-1.5, 0.3**-1.5
    there, back = q[1, 2] * to_right / (to_right + to_left), q[3, 2] * to_left / (to_right + to_left)
    assert study.generator_gap(MORE, 1.5, 0.5) == pytest.approx(there + back)
    assert study.limit_odds(MORE, 1.5, 0.5) == pytest.approx(there / back)


def test_a_start_in_a_small_minimum_is_random():
    chain = hs.theory.limit_chain(MORE, 1.5, 0.4)
    right = 0.35**-1.5 / (0.35**-1.5 + 0.3**-1.5)
    assert study.limit_law(chain, 2, 0.0) == pytest.approx([0, right])
    assert study.limit_law(chain, 2, np.array([1.0])) == pytest.approx(np.array([[0, right * np.exp(-chain.killing[1])]]))
    assert study.limit_law(hs.theory.limit_chain(MORE, 1.5, 0.5), 2, 0.0) == pytest.approx([1 - right, right])


def test_clocks_are_those_of_the_class():
    unit = 1 / hs.theory.exit_scale(NOISE, 0.01, np.array([1, 2]))
    assert study.steps(WELLS, NOISE, 0.4, 2, 1.0, 0.01) == int(unit[0])
    assert study.steps(WELLS, NOISE, 0.4, 0, [1.0, 2.0], 0.01).tolist() == [int(unit[1]), int(2 * unit[1])]


def test_exact_values_come_to_their_limits():
    etas = [1e-2, 1e-4]
    near = [
        study.small_share(WELLS, NOISE, 0.5, 0, 1, etas),
        study.slowest(WELLS, NOISE, 0.5, hs.theory.exit_measure(WELLS, 1.5, 0.5)[2].sum(), 1, etas),
        study.odds(MORE, NOISE, 0.5, (1, 3), etas),
    ]
    for ratio in near:
        assert ratio.etas[-1] == 1e-4 and abs(ratio.values[-1] - 1) < 0.1


def test_paths_are_where_the_exact_law_has_them():
    chain = hs.theory.limit_chain(MORE, 1.5, 0.4)
    inside = study.still_in(MORE, NOISE, 0.4, [2, 3], 2, 0.5, 1e-3)
    everywhere = study.found_in(MORE, NOISE, 0.4, 2, 0.5, 1e-3)
    assert everywhere.sum() == pytest.approx(1) and inside == pytest.approx(everywhere[2:], abs=0.02)
    assert inside[1] == pytest.approx(study.limit_law(chain, 2, 0.5)[1], rel=0.35)
    n = int(study.steps(MORE, NOISE, 0.4, 2, 0.1, 0.05))
    law = hs.exact.transition(hs.SGD(MORE, NOISE, 0.05, 0.4), n, MORE.minima[2], tolerance=1e-3).probability[0]
    seen = study.counts(hs.SGD(MORE, NOISE, 0.05, 0.4), 2, n, 400, seed=7)
    assert seen.sum() == 400 and seen / 400 == pytest.approx(law, abs=0.1)


def test_figures_and_tables_show_what_they_are_given():
    figure = figures.reaches(WELLS, [0.5, 0.4])
    bar = figure.axes[1].lines[3]  # m_1: bar, ticks, point; then the bar of m_2
    assert bar.get_xdata() == pytest.approx([-1.2, 0.8])
    ratio = study.over_limit([2.0, 1.5, 1.2], [1e-3, 1e-4, 1e-5], 1.0)
    limits = {"x": ratio.limit(1 / 3)}
    assert "2.0000" in tables.ratio_table({"x": ratio}, limits).data
    assert shared_plots.towards_one({"x": ratio}, limits, "y").axes[0].get_ylabel() == "y"
    chains = {0.4: hs.theory.limit_chain(MORE, 1.5, 0.4)}
    times = np.array([0.1, 0.5])
    laws, seen = {(0.4, 0.01): np.array([0.4, 0.2])}, {0.4: np.array([0, 6, 0, 4])}
    found = study.panels(chains, laws, [0.01], times, {0.4: 0.5}, seen, 3)
    assert found["$b = 0.4$"]["measured"][:2] == (0.5, 0.4)
    assert figures.laws_in_time(found, times).axes[0].get_title(loc="left") == "$b = 0.4$"
