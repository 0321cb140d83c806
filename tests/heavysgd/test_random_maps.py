"""Random affine maps: growth and tail index, against closed forms."""

import heavysgd as hs
import numpy as np
import pytest


def test_lyapunov_exponents_are_mean_logarithms():
    assert hs.theory.lyapunov_exponent([2.0, -0.5]) == pytest.approx(0)
    assert hs.theory.lyapunov_exponent([2.0, -0.5], [0.25, 0.75]) == pytest.approx(-0.5 * np.log(2))
    assert hs.theory.lyapunov_exponent([0.0, 3.0]) == -np.inf
    assert hs.theory.lyapunov_exponent([0.0, 3.0], [0.0, 1.0]) == pytest.approx(np.log(3))


@pytest.mark.parametrize("weights", [[0.5], [0.5, 0.6], [-0.5, 1.5]])
def test_probabilities_are_checked(weights):
    with pytest.raises(ValueError, match="probabilities"):
        hs.theory.lyapunov_exponent([1.0, 2.0], weights)


def test_kestens_index_of_a_lognormal_factor():
    """E A^k = exp(m k + s^2 k^2 / 2): k = -2 m / s^2."""
    assert hs.theory.kesten_index(lambda k: np.exp(-0.3 * k + 0.2 * k**2 / 2)) == pytest.approx(3)


def test_kestens_index_is_infinite_for_contractions_and_refused_where_nothing_contracts():
    assert hs.theory.kesten_index(lambda k: 0.9**k) == np.inf
    with pytest.raises(ValueError, match="no stationary law"):
        hs.theory.kesten_index(lambda k: 1.1**k)


def test_covariances_are_those_of_a_long_run():
    rng = np.random.default_rng(1)
    maps = np.eye(2) - 0.3 * np.einsum("ni,nj->nij", x := rng.standard_normal((3, 2)), x)
    root = np.array([[0.5, 0.0], [0.3, 0.2]])
    chances = np.array([0.5, 0.3, 0.2])
    found = hs.theory.stationary_covariance(maps, root @ root.T, chances)
    state, seen = np.zeros((20_000, 2)), []
    for step in range(400):
        drawn = maps[rng.choice(3, len(state), p=chances)]
        state = np.einsum("nij,nj->ni", drawn, state) + rng.standard_normal(state.shape) @ root.T
        if step >= 200 and step % 20 == 0:
            seen.append(np.cov(state.T))
    error = np.std(seen, axis=0) / np.sqrt(len(seen))
    assert np.all(np.abs(np.mean(seen, axis=0) - found) < 5 * error + 1e-3)
    assert np.abs(hs.theory.stationary_covariance(maps, root @ root.T) - found).max() > 0.02  # other chances, another law


def test_a_covariance_without_bound_is_refused_where_the_law_itself_exists():
    maps = np.array([[[0.1]], [[1.6]]])
    assert hs.theory.lyapunov_exponent(maps) < 0
    with pytest.raises(ValueError, match="second moments grow by 1.285 a step"):
        hs.theory.stationary_covariance(maps, [[1.0]])


@pytest.mark.parametrize(
    "maps, covariance", [(np.eye(2), np.eye(2)), (np.eye(2)[None], np.eye(3)), ([[[np.nan]]], [[1.0]])]
)
def test_maps_and_covariances_are_checked(maps, covariance):
    with pytest.raises(ValueError, match="maps"):
        hs.theory.stationary_covariance(maps, covariance)
