"""Forward flux sampling: the rate of direct simulation, its errors, and the refusals."""

import warnings

import heavysgd as hs
import numpy as np
import pytest
from heavysgd.simulate.forward_flux import _Walk
from scipy import stats

PAPER = hs.landscapes.wang_oh_rhee()
WELL = hs.landscapes.quadratic_well()


def quiet(*arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)
        return hs.SGD(*arguments)


CASES = {
    "one jump": quiet(WELL, hs.Lomax(1.5, 0.3), 0.05, None),
    "two jumps": quiet(WELL, hs.Lomax(1.5, 0.3), 0.05, 0.8),
    "three jumps": quiet(WELL, hs.Lomax(1.5, 0.5), 0.05, 0.42),
    "skewed": quiet(WELL, hs.Lomax(1.5, 0.3, p_plus=0.3), 0.05, 0.8),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_rate_of_direct_simulation(name):
    sgd = CASES[name]
    exits = hs.first_exit(sgd, 0.0, n_paths=4000, max_steps=10**9, seed=1, progress=False)
    direct, error = exits.steps.mean(), exits.steps.std() / np.sqrt(4000)
    found = hs.exit_rate(sgd, 0, seed=2, trials=600, repetitions=16, progress=False)
    ratio, spread = found.rate * direct, np.hypot(found.stderr * direct, found.rate * error)
    assert spread < 0.06 and abs(ratio - 1) < 4 * spread
    slower = hs.exit_rate(hs.SGD(WELL, sgd.noise, 0.035, sgd.b), 0, seed=2, trials=600, repetitions=16, progress=False)
    assert abs(slower.rate * direct - 1) > 4 * np.hypot(slower.stderr * direct, slower.rate * error)


KINDS = {1: (0.3, None), 2: (0.3, 0.8), 3: (0.5, 0.42)}  # scale of the noise and threshold, by jumps


def test_its_stated_error_covers_exact_values_as_often_as_it_should():
    deviations = []  # of independent estimates, in stated errors
    for scale, b in KINDS.values():
        for eta in (0.2, 0.07):
            sgd = quiet(WELL, hs.Lomax(1.5, scale), eta, b)
            exact = hs.exact.first_exit(sgd, 0.0, tolerance=1e-3).mean
            for seed in range(10):
                found = hs.exit_rate(sgd, 0, seed=seed, trials=150, progress=False)
                assert found.spread < 0.5 and found.dof == 11
                deviations.append((found.rate * exact - 1) / (found.stderr * exact))
    missed = np.abs(deviations) > stats.t.ppf(0.975, 11)
    assert stats.binomtest(missed.sum(), missed.size, 0.08, "greater").pvalue > 0.001  # 0.05 and some skewness
    halved = 2 * np.abs(deviations) > stats.t.ppf(0.975, 11)
    assert stats.binomtest(halved.sum(), halved.size, 0.08, "greater").pvalue < 0.001


def test_it_warns_where_its_exits_descend_from_too_few_crossings():
    sgd = quiet(PAPER, hs.Lomax(1.2, 0.1), 0.01, 0.28)
    with pytest.warns(hs.PrecisionWarning, match="descend from .* crossings.*Use trials = ") as told:
        few = hs.exit_rate(sgd, 1, seed=3, trials=20, progress=False)
    assert told[0].filename == __file__ and few.spread > 0.5
    assert few.repetitions.mean() == few.rate and few.stderr == pytest.approx(few.rate * few.spread / 12**0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", hs.PrecisionWarning)
        many = hs.exit_rate(sgd, 1, seed=3, trials=600, progress=False)
    assert few.ancestors < 5 and many.ancestors > 2 * few.ancestors and many.spread < 0.5


def test_a_single_jump_leaves_every_passing_its_own_ancestor():
    sgd = quiet(WELL, hs.Lomax(1.5, 0.3), 0.05, None)
    one = hs.exit_rate(sgd, 0, seed=4, trials=200, interfaces=[0.99], progress=False)
    assert one.interfaces.size == 2 and 100 < one.ancestors <= 200 * 1.5


def test_exits_end_where_those_of_direct_simulation_do():
    sgd = quiet(PAPER, hs.Lomax(1.2, 0.1), 0.02, None)
    exits = hs.first_exit(sgd, PAPER.minima[1], n_paths=20_000, max_steps=10**9, seed=3, progress=False)
    shares = np.bincount(exits.basin, minlength=4) / 20_000
    found = hs.exit_rate(sgd, 1, seed=4, trials=400, progress=False)
    error = np.hypot(found.destinations_stderr, np.sqrt(shares * (1 - shares) / 20_000))
    assert found.destinations.sum() == pytest.approx(1) and found.destinations[1] == 0
    assert np.all(np.abs(found.destinations - shares)[[0, 2, 3]] < 4 * error[[0, 2, 3]])
    assert np.any(np.abs(found.destinations - shares[::-1]) > 6 * error)


def test_given_interfaces_give_the_same_rate():
    sgd = CASES["two jumps"]
    placed = hs.exit_rate(sgd, 0, seed=5, trials=600, repetitions=16, progress=False)
    given = hs.exit_rate(sgd, 0, seed=6, trials=600, repetitions=16, interfaces=[0.3, 0.6], progress=False)
    assert given.interfaces.tolist() == [0.3, 0.6, 1.0] and given.stage_probabilities.size == 2
    assert abs(placed.rate - given.rate) < 4 * np.hypot(placed.stderr, given.stderr)


def test_threads_change_nothing_and_seeds_do():
    sgd = CASES["two jumps"]
    one, two = (hs.exit_rate(sgd, 0, seed=7, trials=50, threads=n, progress=False) for n in (1, 2))
    assert one.rate == two.rate and one.steps == two.steps
    assert hs.exit_rate(sgd, 0, seed=8, trials=50, progress=False).rate != one.rate


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"basin": 4}, "basin = 4"),
        ({"trials": 3}, "trials = 3"),
        ({"repetitions": 1}, "repetitions = 1"),
        ({"interfaces": [0.5, 0.4]}, "interfaces"),
        ({"interfaces": [0.05, 0.4]}, "interfaces"),
        ({"interfaces": [0.5, 1.0]}, "interfaces"),
        ({"backend": "tpu"}, "backend = 'tpu'"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_bad_input_is_named(change, reason):
    sgd = quiet(PAPER, hs.Lomax(1.2, 0.1), 0.004, 0.5)
    with pytest.raises(ValueError, match=reason):
        hs.exit_rate(sgd, **({"basin": 1} | change))


def test_two_repetitions_are_enough():
    found = hs.exit_rate(CASES["one jump"], 0, trials=20, repetitions=2, progress=False)
    assert found.rate > 0 and found.stderr > 0


def test_excursions_come_home_to_a_tenth_of_the_width():
    walk = _Walk(quiet(PAPER, hs.Lomax(1.2, 0.1), 0.001, 0.5), 1, 0, None, "cpu")
    assert np.allclose(np.subtract(walk.neighbourhood, PAPER.minima[1]), np.array([-0.1, 0.1]) * PAPER.widths[1])


class Known(_Walk):
    """Excursions of which a known share passes each level."""

    def __init__(self, passing):
        self.passing = passing

    def stage(self, starts, level, n):
        return np.zeros(round(n * self.passing(level)))


def test_interfaces_are_placed_where_a_fifth_passes_and_none_where_half_as_many_reach_the_end():
    assert Known(lambda level: 1 - level).next_level(np.zeros(1), 0.2) == pytest.approx(0.8, abs=0.02)
    assert Known(lambda level: 0.4 - 0.29 * level).next_level(np.zeros(1), 0.2) == 1.0  # 0.11 reach the end
    assert Known(lambda level: 0.4 - 0.31 * level).next_level(np.zeros(1), 0.2) == pytest.approx(0.645, abs=0.02)
    cliff = Known(lambda level: 1.0 if level < 0.6 else 0.0).next_level(np.zeros(1), 0.2)
    assert 0.6 < cliff < 0.65  # just past where truncated jumps end
