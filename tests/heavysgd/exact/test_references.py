"""Reference values of an independent computation: the paper's landscape, Lomax noise of index 1.2 and scale 0.1.

Tolerances are the digits to which that computation gives its numbers.
"""

import warnings

import heavysgd as hs
import numpy as np
import pytest

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)

MEANS = [
    (None, 0.1, 165.0599, 2e-7),
    (None, 0.03, 688.2, 1e-4),
    (None, 0.01, 2569.445, 2e-7),
    (None, 0.002, 17_830.79, 5e-7),
    (None, 3e-4, 175_150, 3e-5),
    (0.5, 0.05, 3957.09, 5e-6),
    (0.5, 0.03, 7637, 1e-4),
    (0.5, 0.01, 33_447.65, 4e-7),
    (0.5, 0.001, 838_701, 5e-6),
    (0.5, 1e-4, 2.1885e7, 5e-5),
    (0.28, 0.1, 39_980, 5e-5),
    (0.28, 0.05, 113_340, 3e-4),
    (0.28, 0.03, 246_760, 2e-4),
    (0.28, 0.01, 1.3697e6, 2e-4),
    (0.28, 0.001, 5.57609e7, 1e-5),
    (0.28, 1e-5, 1.00837e11, 1e-5),
]


def quiet(*arguments, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.StabilityWarning)
        return hs.SGD(*arguments, **more)


@pytest.mark.parametrize("b, eta, mean, tolerance", MEANS)
def test_mean_exit_times(b, eta, mean, tolerance):
    found = hs.exact.first_exit(quiet(PAPER, NOISE, eta, b), PAPER.minima[1])
    assert found.error <= 1e-5
    assert found.mean == pytest.approx(mean, rel=tolerance)


@pytest.mark.parametrize("eta, mean", [(0.1, 29_770), (0.01, 1.2782e6), (0.001, 5.5052e7)])
def test_mean_exit_times_with_pareto_noise(eta, mean):
    sgd = quiet(PAPER, hs.Pareto(1.2, 0.1), eta, 0.28)
    assert hs.exact.first_exit(sgd, PAPER.minima[1], tolerance=2e-4).mean == pytest.approx(mean, rel=3e-4)


RATIOS = [
    (None, 1e-5, [0.96720, 0.96024, 0.96996, 0.97900, 0.98558, 0.99014, 0.99327]),
    (0.5, 1e-5, [1.07307, 0.85917, 0.85953, 0.89305, 0.92418]),
    (0.28, 1e-4, [0.82519, 0.73334, 0.75239, 0.80574]),
]


@pytest.mark.parametrize("b, tolerance, ratios", RATIOS)
def test_ratio_to_the_limit(b, tolerance, ratios):
    for k, ratio in enumerate(ratios, start=1):
        sgd = quiet(PAPER, NOISE, 10.0**-k, b)
        found = hs.exact.first_exit(sgd, PAPER.minima[1])
        assert found.mean / hs.theory.mean_exit_time(sgd, 1) == pytest.approx(ratio, abs=5e-6 + tolerance)


@pytest.mark.parametrize("b, eta, ratio, digit", [(0.5, 1e-6, 0.9477, 1e-4), (0.5, 1e-7, 0.9644, 1e-4)])
@pytest.mark.parametrize("tolerance", [1e-5])
def test_two_jumps_far_down(b, eta, ratio, digit, tolerance):
    sgd = quiet(PAPER, NOISE, eta, b)
    found = hs.exact.first_exit(sgd, PAPER.minima[1], tolerance=tolerance)
    assert found.mean / hs.theory.mean_exit_time(sgd, 1) == pytest.approx(ratio, abs=digit)


@pytest.mark.parametrize("eta, ratio, digit", [(1e-5, 0.8588, 1e-4), (1e-6, 0.902, 1e-3), (1e-7, 0.94, 1e-2)])
def test_three_jumps_far_down(eta, ratio, digit):
    sgd = quiet(PAPER, NOISE, eta, 0.28)
    found = hs.exact.first_exit(sgd, PAPER.minima[1])
    assert found.error <= 1e-5 and found.rate * found.mean == pytest.approx(1, abs=1e-5)
    assert found.mean / hs.theory.mean_exit_time(sgd, 1) == pytest.approx(ratio, abs=digit)


WHOLE = [
    (4e-3, 0.02622, 1.185, 100),
    (1e-3, 0.019846, 1.1519, 136),
    (1e-4, 0.012280, 1.101, 226),
    (1e-5, 0.00760, 1.065, 370),
    (1e-6, 0.0047, 1.041, 600),
]


@pytest.mark.parametrize("eta, sharp, slow, gap", WHOLE)
def test_stationary_shares_and_spectrum(eta, sharp, slow, gap):
    sgd = hs.SGD(PAPER, NOISE, eta, 0.5)
    found = hs.exact.stationary(sgd)
    digit = 10.0 ** -len(str(sharp).split(".")[1])
    assert found.error <= 1e-5 and found.basin_fraction.sum() == pytest.approx(1, abs=1e-12)
    assert found.basin_fraction[[0, 2]].sum() == pytest.approx(sharp, abs=digit / 2 + 1e-5 * sharp)
    rates = hs.exact.spectrum(sgd, 4)
    chain = hs.theory.limit_chain(PAPER, 1.2, 0.5)
    slowest = -np.linalg.eigvals(chain.generator).real.min()
    clock = hs.theory.exit_scale(NOISE, eta, 2)
    assert rates[0] == 0 and np.all(np.diff(rates) > 0)
    assert rates[1] / (clock * slowest) == pytest.approx(slow, abs=6e-4 if slow != 1.1519 else 6e-5)
    assert rates[2] / rates[1] == pytest.approx(gap, rel=0.005)


def test_expected_shares_of_the_histograms():
    """Shares of the first steps from 0.3, and in the long run, as recorded beside the paper's Figure 1."""
    from_start = hs.exact.transition(hs.SGD(PAPER, NOISE, 1e-3, 0.5), [3_000_000, 10_000_000], start=0.3)
    assert from_start.error <= 1e-5
    assert from_start.share[0, 0] == pytest.approx([0.0118, 0.5703, 0.0085, 0.4094], abs=1.1e-4)
    assert from_start.share[1, 0] == pytest.approx([0.0151, 0.7276, 0.0044, 0.2529], abs=6e-5)
    free = hs.exact.transition(hs.SGD(PAPER, NOISE, 1e-3), 10_000_000, start=0.3)
    assert free.share[0] == pytest.approx([0.1445, 0.4180, 0.0553, 0.3822], abs=6e-5)
    settled = hs.exact.stationary(hs.SGD(PAPER, NOISE, 1e-3, 0.5)).basin_fraction
    assert settled == pytest.approx([0.0177, 0.8475, 0.0022, 0.1327], abs=6e-5)
