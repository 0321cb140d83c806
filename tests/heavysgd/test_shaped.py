"""Noise shaped by the Hessian, and conventions: what is refused, and the exact kernel against simulation."""

import pickle

import heavysgd as hs
import numpy as np
import pytest
import sympy

F = hs.landscapes.parabolic_wells((2.0, 6.0), barrier=0.06)
Z = hs.Gaussian(1.0)
PARABOLA = hs.Landscape("x**2/2", bounds=(-1, 1), open_ends=True)


def exits(sgd, start, n=4000, seed=1):
    return hs.first_exit(sgd, start, n_paths=n, max_steps=10**7, seed=seed, progress=False).steps


@pytest.mark.parametrize("batch", [1.0, 2.0])
def test_exact_exits_with_noise_of_two_amplitudes_are_those_of_simulation(batch):
    sgd = hs.HessianShapedSGD(F, Z, 0.03, batch)
    steps, exact = exits(sgd, F.minima[0]), hs.exact.first_exit(sgd, F.minima[0], tolerance=1e-4).mean
    assert abs(steps.mean() - exact) < 4.5 * steps.std() / np.sqrt(steps.size)
    other = hs.exact.first_exit(hs.SGD(F, hs.Gaussian(np.sqrt(2 / batch)), 0.03), F.minima[0], tolerance=1e-4).mean
    assert abs(steps.mean() - other) > 6 * steps.std() / np.sqrt(steps.size)


@pytest.mark.parametrize("convention", [0.0, 0.5, 1.0])
def test_exact_exits_by_a_convention_are_those_of_simulation(convention):
    sgd = hs.ConventionSGD(PARABOLA, Z, sympy.sqrt(1 + 30 * PARABOLA.symbol**2), 0.02, convention=convention)
    steps, exact = exits(sgd, 0.0), hs.exact.first_exit(sgd, 0.0, tolerance=1e-4).mean
    assert abs(steps.mean() - exact) < 4.5 * steps.std() / np.sqrt(steps.size)


def test_itos_convention_is_state_dependent_noise():
    sigma = sympy.sqrt(1 + F.symbol**2)
    how = {"n_steps": 2000, "n_paths": 3, "seed": 2, "progress": False}
    both = (hs.ConventionSGD(F, Z, sigma, 0.02), hs.StateDependentSGD(F, Z, sigma, 0.02))
    ito, plain, anti = (hs.sample_path(r, 0.3, **how) for r in (*both, hs.ConventionSGD(F, Z, sigma, 0.02, convention=1.0)))
    assert np.allclose(ito, plain, atol=1e-9) and np.abs(anti - plain).max() > 1e-4


def test_what_is_refused():
    with pytest.raises(ValueError, match="convention = 1.5: must lie in"):
        hs.ConventionSGD(F, Z, 1, 0.02, convention=1.5)
    with pytest.raises(ValueError, match="batch"):
        hs.HessianShapedSGD(F, Z, 0.02, 0.0)
    with pytest.raises(ValueError, match="hessian = .*must be 1 expressions"):
        hs.HessianShapedSGD(F, Z, 0.02, hessian=(1, 1))
    with pytest.raises(ValueError, match="must be positive"):
        hs.HessianShapedSGD(F, Z, 0.02, hessian=(0,))
    plane = hs.HessianShapedSGD(hs.landscapes.separable(F, F), hs.Independent(Z, 2), 0.02)
    with pytest.raises(ValueError, match="each coordinate has its own amplitude"):
        plane.amplitude([0.1, 0.1])
    with pytest.raises(ValueError, match="batch = 17"):
        hs.MiniBatchRegression(F, Z, 0.02, 17)
    with pytest.raises(ValueError, match="2 dimensions: must have one"):
        hs.MiniBatchRegression(plane.landscape, hs.Independent(Z, 2), 0.02)


def test_they_travel_to_other_processes():
    for one in (hs.HessianShapedSGD(F, Z, 0.02, 2.0), hs.ConventionSGD(F, Z, 1 + F.symbol**2, 0.02, convention=1.0)):
        before = one.amplitude(F.minima), one.drift(F.minima)
        again = pickle.loads(pickle.dumps(one))
        assert again == one and np.array_equal((again.amplitude(F.minima), again.drift(F.minima)), before)
