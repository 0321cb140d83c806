"""Langevin dynamics on a grid: its matrix against what the step does, its moments against closed forms."""

import heavysgd as hs
import numpy as np
import pytest
from heavysgd.exact.grid_chain import interpolated
from scipy import stats
from scipy.integrate import quad

TARGET = hs.Landscape("x**2/2", bounds=(-4, 3.75))
WIDE = hs.Landscape("x**2/2", bounds=(-16, 15.875))


def chain(kind, eta, f=TARGET, spacing=0.25, spread=0.2):
    sgld = hs.LowPrecisionSGLD(f, hs.Gaussian(1.0), eta, spacing, kind, spread)
    return sgld, hs.exact.grid_chain(sgld)


def test_rounding_up_or_down_has_the_integrals_that_it_should():
    mean, deviation, numbers = 0.3, 0.7, np.arange(-6, 7)
    tent = lambda y, j: max(0.0, 1 - abs(y - j)) * stats.norm.pdf(y, mean, deviation)  # noqa: E731
    expected = [quad(tent, j - 1, j + 1, args=(j,), points=[j])[0] for j in numbers]
    found = interpolated(mean, deviation, numbers)
    assert np.allclose(found[1:-1], expected[1:-1], atol=1e-10) and found.sum() == pytest.approx(1)
    assert found @ numbers == pytest.approx(mean, abs=1e-6)
    assert np.array_equal(interpolated([0.0, 2.5], 0.0, numbers) @ numbers, [0.0, 2.5])


@pytest.mark.parametrize("kind, eta", [("naive", 0.02), ("naive", 0.3), ("corrected", 0.005), ("corrected", 0.3)])
@pytest.mark.parametrize("start", [-4.0, 0.5, 3.75])
def test_a_row_is_the_law_of_a_step(kind, eta, start):
    sgld, exact = chain(kind, eta)
    n = 40_000
    found = hs.sample_path(sgld, start, n_steps=1, n_paths=n, seed=5, progress=False)[:, -1]
    places = np.rint((found - exact.positions[0]) / 0.25).astype(int)
    row = exact.matrix[np.searchsorted(exact.positions, start)]
    counts, likely = np.bincount(places, minlength=row.size), row * n > 5
    seen, expected = np.append(counts[likely], counts[~likely].sum()), np.append(row[likely], row[~likely].sum()) * n
    kept = expected > 0
    assert seen[~kept].sum() == 0
    assert stats.chisquare(seen[kept], expected[kept] / expected.sum() * n).pvalue > 1e-3


@pytest.mark.parametrize("kind, eta", [("naive", 0.01), ("corrected", 1e-4), ("corrected", 0.01), ("corrected", 0.3)])
def test_rows_are_laws_with_the_mean_of_the_step(kind, eta):
    _, exact = chain(kind, eta)
    assert np.allclose(exact.matrix.sum(axis=1), 1) and exact.matrix.min() > -1e-12
    middle = np.abs(exact.positions) < 0.6
    assert np.allclose((exact.matrix @ exact.positions)[middle], (1 - eta) * exact.positions[middle], atol=1e-6)


@pytest.mark.parametrize("eta", [0.01, 0.3])
def test_the_corrected_step_has_the_variance_that_it_was_asked_for(eta):
    """2 eta, and what the gradient's noise and its rounding add."""
    _, exact = chain("corrected", eta, spread=0.0)
    centre = np.searchsorted(exact.positions, 0.5)  # where the gradient is on the grid
    variance = exact.matrix[centre] @ (exact.positions - 0.5 * (1 - eta)) ** 2
    r = 0.25 - 0.5 * eta % 0.25  # height of the drift's end above the grid
    assert variance == pytest.approx(max(2 * eta, r * (0.25 - r)), rel=2e-5)  # the ends are 4.5 deviations away


def test_the_naive_chain_samples_at_its_temperature_and_the_corrected_one_at_one():
    for eta, expected in ((1e-3, 2.240), (1e-4, 7.0536)):
        _, exact = chain("naive", eta, WIDE, 0.125, 0.1)
        assert exact.moments() == pytest.approx((0, expected), abs=1e-3)
        assert abs(expected / (0.125 / np.sqrt(np.pi * eta)) - 1) < 0.006
        assert chain("corrected", eta, WIDE, 0.125, 0.1)[1].moments()[1] == pytest.approx(1, abs=1e-3)
    assert chain("naive", 2e-3, WIDE, 0.125, 0.1)[1].moments()[1] ** 0.5 == pytest.approx(1.285, abs=1e-3)


def test_the_stationary_law_is_kept():
    _, exact = chain("corrected", 0.02)
    law = exact.stationary()
    assert np.allclose(law @ exact.matrix, law, atol=1e-12) and law.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"kind": "exact"}, "kind"),
        ({"spacing": 0.0}, "spacing"),
        ({"spread": -0.1}, "spread = -0.1"),
        ({"noise": hs.Gaussian(2.0)}, "must be Gaussian"),
        ({"spacing": 0.3}, "must be multiples of the spacing 0.3"),
        ({"eta": 0.0}, "eta"),
    ],
)
def test_what_is_no_such_chain_is_refused(change, reason):
    settings = {"landscape": TARGET, "noise": hs.Gaussian(1.0), "eta": 0.1, "spacing": 0.25}
    with pytest.raises(ValueError, match=reason):
        hs.LowPrecisionSGLD(**settings | change)
    with pytest.raises(ValueError, match="accumulators are no numbers of the grid"):
        hs.exact.grid_chain(hs.LowPrecisionSGLD(**settings, kind="full"))
