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
