"""Laws in R^d: the length follows the radial law, the direction its angular measure, and wrong ones are rejected."""

import heavysgd as hs
import numpy as np
import pytest
from scipy import stats

RADIAL = hs.Lomax(1.4, 0.3)
N = 40_000


@pytest.mark.parametrize("radial", [RADIAL, hs.Pareto(1.2), hs.StudentT(1.5)], ids=repr)
@pytest.mark.parametrize("dimension", [2, 3, 4, 9])
def test_isotropic_draws_have_the_radial_law_and_no_preferred_direction(radial, dimension):
    z = hs.Isotropic(radial, dimension).sample(N, seed=3)
    length = np.linalg.norm(z, axis=1)
    assert stats.kstest(length, lambda r: 1 - radial.tail(r)).pvalue > 0.001
    assert stats.kstest(length, lambda r: 1 - hs.Isotropic(hs.Lomax(1.5, 0.3), dimension).tail(r)).pvalue < 1e-6
    v = z / length[:, None]
    for axis in range(dimension):  # (v_i + 1)/2 is Beta((d-1)/2, (d-1)/2) on a uniform sphere
        law = stats.beta((dimension - 1) / 2, (dimension - 1) / 2)
        assert stats.kstest((v[:, axis] + 1) / 2, law.cdf).pvalue > 1e-4
        assert stats.kstest((v[:, axis] + 1) / 2, stats.beta(dimension / 2, dimension / 2).cdf).pvalue < 1e-6
    products = (v.T @ v) / N - np.eye(dimension) / dimension
    assert np.abs(products).max() < 5 / np.sqrt(N)
    assert abs(stats.spearmanr(length, v[:, 0]).statistic) < 5 / np.sqrt(N)


def test_independent_coordinates_follow_the_law_each_and_far_draws_lie_along_axes():
    z = hs.Independent(hs.Lomax(1.3, 0.5), 3).sample(N, seed=1)
    for axis in range(3):
        assert stats.kstest(z[:, axis], hs.Lomax(1.3, 0.5).cdf).pvalue > 0.001
        assert stats.kstest(z[:, axis], hs.Lomax(1.5, 0.5).cdf).pvalue < 1e-6
    assert np.abs(np.corrcoef(np.sign(z).T) - np.eye(3)).max() < 5 / np.sqrt(N)
    far = z[np.linalg.norm(z, axis=1) > 200]
    assert len(far) > 20 and np.median(np.abs(far).max(axis=1) / np.linalg.norm(far, axis=1)) > 0.999
    everywhere = hs.Isotropic(hs.Lomax(1.3, 0.5), 3).sample(N, seed=1)
    far = everywhere[np.linalg.norm(everywhere, axis=1) > 200]
    assert np.median(np.abs(far).max(axis=1) / np.linalg.norm(far, axis=1)) < 0.97


def test_directions_of_ones_own_come_as_often_as_they_weigh():
    law = hs.Angular(RADIAL, ((2, 0), (-1, 3), (-1, -3)), weights=(2.0, np.sqrt(10), np.sqrt(10)))
    z = law.sample(N, seed=2)
    v = z / np.linalg.norm(z, axis=1, keepdims=True)
    near = (v @ np.array(law.vectors).T) > 1 - 1e-9
    assert near.sum() == N
    assert stats.chisquare(near.sum(axis=0), N * np.array(law.weights)).pvalue > 0.001
    assert stats.chisquare(near.sum(axis=0), np.full(3, N / 3)).pvalue < 1e-6
    assert stats.kstest(np.linalg.norm(z, axis=1), lambda r: 1 - RADIAL.tail(r)).pvalue > 0.001


@pytest.mark.parametrize(
    "law", [hs.Isotropic(RADIAL, 3), hs.Independent(RADIAL, 3), hs.Angular(RADIAL, ((1, 0, 0), (-1, 0, 0)))], ids=repr
)
def test_far_draws_point_as_the_angular_measure_says(law):
    z = law.sample(200_000, seed=5)
    length = np.linalg.norm(z, axis=1)
    far = z[length > np.quantile(length, 0.998)] / length[length > np.quantile(length, 0.998), None]
    limit = law.directions(20_000, np.random.default_rng(0))
    assert limit.shape == (20_000, 3) and np.allclose(np.linalg.norm(limit, axis=1), 1)
    spread = np.sqrt(1 / len(far))
    assert np.abs((far**2).mean(axis=0) - (limit**2).mean(axis=0)).max() < 4 * spread
    assert abs((far**4).sum(axis=1).mean() - (limit**4).sum(axis=1).mean()) < 4 * spread


@pytest.mark.parametrize(
    "make, reason",
    [
        (lambda: hs.Isotropic(hs.Lomax(1.5, p_plus=0.4), 2), "must be symmetric"),
        (lambda: hs.Isotropic(RADIAL, 1), "dimension = 1"),
        (lambda: hs.Isotropic(hs.Isotropic(RADIAL, 2), 2), "must be a law on the line"),
        (lambda: hs.Independent(3.0, 2), "must be a law on the line"),
        (lambda: hs.Angular(RADIAL, ((1, 0), (0, 1))), "mean direction .* must be zero"),
        (lambda: hs.Angular(RADIAL, ((1, 0), (0, 0))), "none zero"),
        (lambda: hs.Angular(RADIAL, ((1, 0), (-1, 0)), weights=(1.0,)), "must be 2 numbers > 0"),
        (lambda: hs.Isotropic(RADIAL, 2).cdf(0.0), "no distribution function"),
    ],
)
def test_bad_laws_are_refused(make, reason):
    with pytest.raises((ValueError, NotImplementedError), match=reason):
        make()
