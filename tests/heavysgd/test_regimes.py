"""Regimes of the threshold, and what a choice of it brings."""

import heavysgd as hs
import numpy as np
import pytest

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


def described(f, b):
    classes = [(c.members.tolist(), c.absorbing) for c in hs.theory.communication_classes(f, b)]
    return hs.theory.jump_numbers(f, b).tolist(), classes, hs.theory.survivors(f, b).tolist()


@pytest.mark.parametrize("f", [PAPER, hs.landscapes.one_way_wells(), hs.landscapes.alternating_wells()])
def test_regimes_are_what_the_graph_says_everywhere(f):
    found = hs.theory.regimes(f, 0.22, 1.3)
    assert found[0].low == 0.22 and found[-1].high == 1.3
    assert all(a.high == b.low for a, b in zip(found[:-1], found[1:]))
    seen = set()
    for b in np.random.default_rng(0).uniform(0.22, 1.3, 300):
        regime = next(r for r in found if r.low < b < r.high)
        seen.add(regime.low)
        classes = [(c.members.tolist(), c.absorbing) for c in regime.classes]
        assert (regime.jumps.tolist(), classes, regime.survivors.tolist()) == described(f, b)
    assert len(seen) >= 4


def test_neighbouring_regimes_differ():
    found = hs.theory.regimes(PAPER, 0.2, 1.0)
    middles = [described(PAPER, (r.low + r.high) / 2) for r in found]
    assert all(a != b for a, b in zip(middles[:-1], middles[1:]))
    assert [r.survivors.tolist() for r in found if r.low < 0.5 < r.high] == [[1, 3]]


def test_consequences_of_one_jump_are_closed_forms():
    q, clock = hs.theory.exit_measure(PAPER, 1.2, 0.5), hs.theory.exit_scale(NOISE, 0.001, 1)
    found = hs.theory.consequences(PAPER, NOISE, 0.001, 0.5)
    assert found.survivors.tolist() == [1, 3]
    assert found.leaving == pytest.approx(1 / (q[0, 1] * clock)) and found.settling == pytest.approx(found.leaving)
    assert found.share_elsewhere == pytest.approx(hs.theory.finite_rates(PAPER, NOISE, 0.001, 0.5).share([0, 2]))


def test_consequences_where_nothing_is_eliminated():
    found = hs.theory.consequences(PAPER, NOISE, 0.001, None)
    assert found.survivors.tolist() == [0, 1, 2, 3] and (found.leaving, found.settling, found.share_elsewhere) == (0, 0, 0)


def test_a_transient_class_costs_more_than_leaving_its_minima():
    found = hs.theory.consequences(PAPER, NOISE, 0.001, 0.4)
    assert found.survivors.tolist() == [1] and found.settling > 2 * found.leaving


def test_open_ends_leave_no_survivor():
    found = hs.theory.consequences(hs.landscapes.quadratic_well(), NOISE, 0.001, 0.8)
    assert found.survivors.size == 0 and found.settling == np.inf and found.share_elsewhere == 1


@pytest.mark.parametrize(
    "low, high, reason", [(0.5, 0.2, "low = 0.5"), (0.0, 1.0, "low = 0.0"), (0.1, np.inf, "high = inf")]
)
def test_bad_ranges_are_named(low, high, reason):
    with pytest.raises(ValueError, match=reason):
        hs.theory.regimes(PAPER, low, high)
