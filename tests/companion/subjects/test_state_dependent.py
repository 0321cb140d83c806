"""The chapter on state-dependent noise: amplitudes at origins and at minima, marks of paths, distances from them."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.state_dependent import paths as state_paths
from companion.subjects.state_dependent import study as state

S = state.setting()


def test_an_amplitude_that_is_constant_about_a_minimum_is_that_of_the_minimum():
    still = S._replace(sigma=S.f.symbol * 0 + 1.3)
    found = state.constants(still, 0)
    assert found["origin"] == pytest.approx(found["minimum"]) and found["one"] == pytest.approx(found["origin"] / 1.3**3)
    moving = state.constants(S, 0)
    assert moving["origin"] / moving["minimum"] > 1.2  # it has flowed back to where it is louder
    assert state.frozen_law(still) == pytest.approx(0.5) and 0.9 < state.frozen_law(S) < 1


def test_the_exact_share_comes_to_the_chains_and_not_to_that_of_amplitudes_of_minima():
    left = state.shares(S, [1e-5, 1e-6]).left.values
    chain = float(S.chain().stationary()[0])
    assert abs(left[1] - chain) < min(abs(left[0] - chain) + 1e-3, 0.1 * abs(left[1] - state.frozen_law(S)))


def test_marks_change_at_the_first_look_after_a_hop():
    hops = hs.Hops(
        path=np.array([0, 0, 1]), step=np.array([10, 25, 30]), basin=np.array([2, 0, 2]),
        origin=np.array([0, 0]), n_steps=40, final=np.zeros(2),
    )  # fmt: skip
    assert state_paths.marked(hops, 5, 10).tolist() == [[0, 2, 2, 0, 0], [0, 0, 0, 2, 2]]


def test_distances_are_from_the_chains_path_and_what_the_kernel_expects():
    found = state_paths.distances(S, 0.04, 1.0, 64, seed=3)
    assert found.own.shape == found.other.shape == (64,)
    assert abs(found.mean.value - found.expected) < 4 * found.mean.stderr
    assert found.louder == pytest.approx(1.11 * found.expected, rel=0.03)
    assert found.path.shape == found.marks.shape == found.times.shape and set(found.marks) <= {0, 2}
    by_hand = np.abs(found.path - S.f.minima[found.marks])[1:].mean()
    assert np.abs(found.own - by_hand).min() < 1e-12


def test_slopes_are_exponents():
    made = {eta: state_paths.Distances(eta**0.4 * np.array([0.9, 1, 1.1]), *[np.ones(3)] * 6) for eta in (0.01, 0.1)}
    assert state_paths.slope(made).value == pytest.approx(0.4) and state_paths.slope(made, own=False).value == 0
