"""Jump numbers, scales, transition graphs and the predictions of Theorem 1."""

import warnings

import heavysgd as hs
import networkx as nx
import numpy as np
import pytest

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


@pytest.mark.parametrize(
    "b, numbers", [(None, [1, 1, 1, 1]), (0.5, [1, 2, 1, 2]), (0.28, [1, 3, 1, 3]), (0.61, [1, 1, 1, 2])]
)
def test_jump_numbers(b, numbers):
    assert hs.theory.jump_numbers(PAPER, b).tolist() == numbers


@pytest.mark.parametrize("basin, multiple", [(0, 1), (1, 2), (3, 3)])
def test_assumption_3_is_refused(basin, multiple):
    with pytest.raises(hs.AssumptionError, match=f"basin {basin}"):
        hs.theory.jump_numbers(PAPER, float(PAPER.widths[basin] / multiple))


def test_exit_scale_is_the_formula_and_has_the_exponent():
    tail = NOISE.tail(1 / 0.01)
    assert hs.theory.exit_scale(NOISE, 0.01, 3) == pytest.approx(tail * (tail / 0.01) ** 2, rel=1e-14)
    for jumps in (1, 2, 3):
        low, high = hs.theory.exit_scale(NOISE, np.array([1e-9, 1e-8]), jumps)
        assert np.log10(high / low) == pytest.approx(hs.theory.exponent(1.2, jumps), abs=1e-5)
    assert hs.theory.exit_scale(NOISE, 0.01, np.array([1, 2])).shape == (2,)


@pytest.mark.parametrize("b", [None, 0.5, 0.28, 0.17])
def test_graph_has_the_edges_of_the_exit_measure(b):
    q = hs.theory.exit_measure(PAPER, 1.2, b)
    graph = hs.theory.transition_graph(PAPER, b)
    assert set(graph.edges) == {(int(i), int(j)) for i, j in zip(*np.nonzero(q))}


def test_communication_classes():
    assert nx.is_strongly_connected(hs.theory.transition_graph(PAPER, 0.5))
    parts = nx.strongly_connected_components(hs.theory.transition_graph(PAPER, 0.28))
    assert sorted(map(sorted, parts)) == [[0, 1], [2, 3]]


def test_widest_minima():
    assert hs.theory.widest(PAPER, 0.5).tolist() == [1, 3]
    assert hs.theory.widest(PAPER, 0.61).tolist() == [3]


def test_predictions_are_the_limit_formula():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)
        expected = {0.1: 171, 0.01: 2676, 0.002: 18442}
        for eta, steps in expected.items():
            assert hs.theory.mean_exit_time(hs.SGD(PAPER, NOISE, eta), 1) == pytest.approx(steps, rel=3e-3)
        law = hs.theory.exit_location(hs.SGD(PAPER, NOISE, 0.01, 0.5), 1)
    assert law.sum() == pytest.approx(1) and law[2] == pytest.approx(0.0573, abs=1e-4)


def test_theory_refuses_an_unstable_minimum_and_a_light_tail():
    with pytest.warns(hs.StabilityWarning, match="minimum 2"):
        sgd = hs.SGD(PAPER, NOISE, eta=0.01, b=0.5)
    with pytest.raises(ValueError, match="eta = 0.01.*unstable"):
        hs.theory.mean_exit_time(sgd, 2)
    with pytest.raises(ValueError, match="heavy tail"):
        hs.theory.mean_exit_time(hs.SGD(PAPER, hs.Gaussian(), eta=0.001), 1)
    with pytest.raises(ValueError, match="basin = 4"):
        hs.theory.mean_exit_time(hs.SGD(PAPER, NOISE, eta=0.001), 4)


@pytest.mark.parametrize(
    "eta, jumps, reason", [(0.0, 1, "eta = 0.0"), (float("nan"), 1, "eta = nan"), (0.1, 0, "jumps = 0")]
)
def test_exit_scale_names_bad_input(eta, jumps, reason):
    with pytest.raises(ValueError, match=reason):
        hs.theory.exit_scale(NOISE, eta, jumps)
