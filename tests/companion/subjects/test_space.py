"""Chapter 13: constants and sojourns in the plane."""

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.rules import Covers, PValue
from companion.subjects.space import study as space_limits
from heavysgd.inference import Measured

TWINS = space_limits.twin_wells()
LOUD = hs.Isotropic(hs.Pareto(1.2, 0.1), 2)


@pytest.mark.parametrize("alpha", [1.2, 1.8])
def test_the_constant_of_one_jump_is_an_average_over_directions(alpha):
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 200_000)
    each = (np.maximum(np.maximum(np.cos(angle), np.sin(angle)), 0) / 3.0) ** alpha
    drawn = Measured(each.mean(), each.std() / each.size**0.5)
    assert Covers().holds(space_limits.one_jump_constant(3.0, alpha), drawn)
    assert not Covers().holds(3.0**-alpha, drawn)


def test_sojourns_are_cut_off_alike_and_exponential():
    found = space_limits.sojourns(TWINS, LOUD, 0.08, 2.0, horizon=120.0, cutoff=60.0, n_paths=40, seed=1)
    assert found.times.max() == 60.0 and np.count_nonzero(found.times == 60.0) > 3
    assert PValue(level=0.01).holds("Exp", found.exponential(seed=0))
    assert not PValue(level=0.01).holds("Exp", found.exponential_in_pairs(seed=0))
    assert 15 < found.mean.value < 40  # 26.2 +- 1.1 in the specification


def test_the_corner_of_the_cube_is_left_least_and_shares_multiply():
    f = space_limits.cube()
    assert f.size == 8 and np.allclose(f.minima[int(f.widths.argmax())], -3)
    found = space_limits.corner(hs.Isotropic(hs.Pareto(1.5, 0.5), 3), 0.04, 2.0, 200_000, 8, seed=1)
    assert found.whole.shape == (8,) and found.single.shape == (8, 3)
    assert np.all(found.single >= found.whole[:, None]) and found.outside.value < 0.1
    assert abs(found.beyond().value) < 4.5 * found.beyond().stderr + 0.001
    independent = np.array([[0.9, 0.8, 0.7]] * 3) + 0.01 * np.array([[1], [0], [-1]])
    exact = space_limits.Corner(independent.prod(axis=1), independent)
    assert abs(exact.beyond().value) < 1e-3 and exact.beyond(2).value < -0.1
