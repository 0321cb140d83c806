"""Chapter 1's studies: indices counted from tails, and what large displacements are made of."""

from types import SimpleNamespace

import heavysgd as hs
import numpy as np
import pytest
from companion.ledger.rules import Covers
from companion.subjects.heavy_tails import big_jumps, tails


def test_an_index_is_counted_from_the_draws():
    z = hs.Pareto(1.5)
    found = tails.index_beyond(z, factor=8, level=0.1, draws=1_200_000, seed=3)
    magnitudes = np.abs(np.concatenate([z.sample(1_000_000, 3, 0), z.sample(200_000, 3, 1)]))
    x = 0.1 ** (-1 / 1.5)
    beyond, far = np.count_nonzero(magnitudes > x), np.count_nonzero(magnitudes > 8 * x)
    share = far / beyond
    assert found.value == pytest.approx(-np.log(share) / np.log(8), abs=1e-6)
    assert found.stderr == pytest.approx(np.sqrt(share * (1 - share) / beyond) / share / np.log(8), rel=1e-4)
    assert Covers().holds(1.5, found) and not Covers().holds(1.55, found) and not Covers().holds(1.45, found)


def test_the_error_of_an_index_is_its_spread():
    found = [tails.index_beyond(hs.Pareto(1.5), 8, 0.2, 5000, seed) for seed in range(300)]
    assert np.std([m.value for m in found]) == pytest.approx(np.mean([m.stderr for m in found]), rel=0.15)


def test_too_few_draws_for_an_index_are_refused():
    with pytest.raises(ValueError, match="draws = 50: .* take more"):
        tails.index_beyond(hs.Pareto(1.5), 8, 1e-3, 50, 0)


def test_exceedances_are_counted_on_both_sides():
    found = tails.exceedances(np.array([-5.0, 1.0, 2.0, 3.0, 4.0]), 2.5)
    assert (found.value, found.stderr) == (3, pytest.approx(np.sqrt(3)))


@pytest.mark.parametrize(
    "b, expected", [(None, [[0.75, 0.5, -0.25], [8 / 6.5, 0, -1.5 / 6.5]]), (2.0, [[2 / 3, 2 / 3, -1 / 3]])]
)
def test_largest_steps_by_hand(b, expected):
    # Three windows of three draws, eta = 1/3: sums 4, -6.5 and 0.3 (with b = 2: 3, -0.5 and 0.3).
    draws = 3 * np.array([3.0, 2.0, -1.0, -8.0, 1.5, 0.0, 0.1, 0.1, 0.1])
    z = SimpleNamespace(sample=lambda size, seed: draws[:size])
    found = big_jumps.large_displacements(z, 1 / 3, b, 2.0, 3, seed=0)
    assert found.windows == 3 and found.largest == pytest.approx(np.array(expected))


def test_one_jump_carries_a_heavy_displacement_and_no_light_one():
    heavy = big_jumps.large_displacements(hs.Lomax(1.2, 0.1), 0.01, None, 0.6, 3000, 1)
    light = big_jumps.large_displacements(hs.Gaussian(), 0.01, None, 0.2, 3000, 1)
    assert len(heavy.largest) == pytest.approx(3000 * 100 * hs.Lomax(1.2, 0.1).tail(60.0), rel=0.4)
    assert np.median(heavy.largest[:, 0]) > 0.85 > 0.25 > np.median(light.largest[:, 0])


def test_a_median_has_its_asymptotic_error():
    sample = np.random.default_rng(0).normal(2.0, 1.0, 2000)
    found = big_jumps.median(sample, seed=1)
    assert found.value == np.median(sample) and found.stderr == pytest.approx(np.sqrt(np.pi / 2 / 2000), rel=0.2)
