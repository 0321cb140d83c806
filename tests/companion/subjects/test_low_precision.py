"""The chapter on low precision: temperatures, distances, quantisers weight by weight, softmax regression."""

import numpy as np
import pytest
from companion.subjects.low_precision import digits
from companion.subjects.low_precision import study as bits

RNG = np.random.default_rng(3)


def test_variances_are_those_of_paths():
    for kind in ("full", "naive", "corrected"):
        chain = bits.Chain(kind, 0.01)
        seen = chain.simulated(100, 64, seed=1)
        assert abs(seen.value - chain.variance()) < 4.5 * seen.stderr, kind
    naive = bits.Chain("naive", 0.01)
    assert abs(naive.simulated(100, 64, seed=1).value - bits.Chain("naive", 0.003).variance()) > 4.5 * seen.stderr


def test_the_distance_of_a_rounded_normal_law_is_the_spacing_over_root_twelve():
    assert bits.Chain("corrected", 1e-4).distance() == pytest.approx(bits.SPACING / np.sqrt(12), rel=0.01)
    hot = bits.Chain("naive", 1e-4)  # a normal law of variance T is sqrt(T) - 1 away
    assert hot.distance() == pytest.approx(np.sqrt(hot.variance()) - 1, rel=0.01)


def test_the_temperature_is_that_of_small_steps():
    ratios = [bits.Chain("naive", eta).variance() / bits.temperature(eta) for eta in (1e-2, 1e-3, 1e-4)]
    assert ratios[0] > 1.5 and abs(ratios[1] - 1) < 0.01 and abs(ratios[2] - 1) < 0.001


def test_numbers_are_rounded_with_their_mean():
    values = RNG.uniform(-1, 1, 200_000)
    found = digits.rounded(values, 0.25, RNG)
    assert np.array_equal(found, 0.25 * np.rint(found / 0.25)) and np.abs(found - values).max() <= 0.25
    assert abs((found - values).mean()) < 4 * 0.25 / np.sqrt(200_000)


@pytest.mark.parametrize("variance", [0.001, 0.012, 0.05])
def test_corrected_numbers_have_mean_and_variance(variance):
    centre = np.full(200_000, 0.3)
    found = digits.corrected(centre, variance, 0.25, RNG)
    assert np.array_equal(found, 0.25 * np.rint(found / 0.25))
    expected = max(variance, 0.05 * 0.2)  # 0.3 lies 0.05 above the grid, and rounding adds at least that
    assert abs(found.mean() - 0.3) < 4.5 * np.sqrt(expected / 200_000)
    assert abs(found.var() / expected - 1) < 0.03


def test_gradients_are_those_of_the_logarithm_of_the_posterior():
    known = digits._digits()
    weights = RNG.normal(0, 0.1, (1, 65, 10))
    draws = np.stack([digits._gradient(weights, known, RNG)[0] for _ in range(4000)])

    def energy(w):
        logits = known.train @ w
        likely = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return (w**2).sum() / 2 - likely[np.arange(len(known.labels)), known.labels].sum()

    for i, j in ((10, 3), (36, 7), (64, 0)):
        shift = np.zeros((65, 10))
        shift[i, j] = 1e-5
        slope = (energy(weights[0] + shift) - energy(weights[0] - shift)) / 2e-5
        spread = draws[:, i, j].std() / np.sqrt(4000)
        assert abs(draws[:, i, j].mean() - slope) < 4.5 * spread


def test_a_naive_posterior_is_wider_and_predictions_are_those_of_a_classifier():
    plain, naive = (digits.sampled(digits.Setting(kind), 1500, 2, seed=1, eta=1e-3) for kind in ("exact", "naive"))
    assert plain.accuracy.shape == (2,) and plain.accuracy.min() > 0.9 and plain.nll.max() < 0.4
    assert np.all(naive.variance > 1.1 * plain.variance) and np.all((plain.calibration > 0) & (plain.calibration < 0.2))


def test_calibration_is_zero_for_the_certain_and_right_and_a_gap_for_the_certain_and_wrong():
    labels = np.array([0, 1, 2, 3])
    sure = np.full((1, 4, 10), 1e-12)
    sure[0, np.arange(4), [0, 1, 2, 9]] = 1
    accuracy, nll, gap = digits._scores(sure, labels)
    assert accuracy == pytest.approx(0.75) and gap == pytest.approx(0.25) and nll == pytest.approx(-np.log(1e-12) / 4)
