"""Laws of large alpha, which have a transform of their own, on every engine and in R^d."""

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
from heavysgd.noise.light import growth
from heavysgd.simulate.cuda import driver
from scipy import stats

from tests.heavysgd.host_device import COMPILER, HostDevice

WELL = hs.landscapes.wang_oh_rhee()
LAWS = [hs.StudentT(1e5, 1.0), hs.Lomax(1827.0, 1e3, p_plus=0.3), hs.StudentT(1e300), hs.Pareto(1e5, 0.5)]


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler here")
@pytest.mark.parametrize("dtype, digits", [("float64", 1e-9), ("float32", 1e-4)])
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_the_cuda_source_walks_the_paths_of_the_cpu(law, dtype, digits):
    sgd, start = hs.SGD(WELL, law, 0.002, 0.5), WELL.minima[1]
    ours = driver.sample_path(sgd, np.full((1, 3), start, dtype), 200, 1, 7, 0, False, HostDevice)[:, :, 0]
    cpu = hs.sample_path(sgd, start, n_steps=200, n_paths=3, seed=7, dtype=dtype, progress=False)[:, 1:]
    assert np.max(np.abs(ours - cpu)) < digits
    assert np.max(np.abs(ours - cpu[::-1])) > 1e-3  # another path is another path


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_step_of_the_cpu_engine_is_a_draw_of_the_law(law):
    sgd = hs.SGD(WELL, law, 1e-6, None)
    path = hs.sample_path(sgd, WELL.minima[1], n_steps=4000, n_paths=1, seed=3, progress=False)[0]
    draws = np.diff(path) / 1e-6 + WELL.gradient(path[:-1])
    assert draws == pytest.approx(law.sample(4000, seed=3), rel=1e-5, abs=1e-5 * law.median)


@pytest.mark.parametrize("law", [hs.StudentT(1e5, 0.5), hs.Lomax(1e5, 2.0)], ids=repr)
def test_light_laws_in_the_plane(law):
    length = np.linalg.norm(hs.Isotropic(law, 2).sample(20_000, seed=4), axis=1)
    assert stats.kstest(length, lambda r: 1 - law.tail(r)).pvalue > 1e-4
    assert stats.kstest(1.05 * length, lambda r: 1 - law.tail(r)).pvalue < 1e-4
    both = hs.Independent(law, 2).sample(20_000, seed=4)
    assert all(stats.kstest(axis, law.cdf).pvalue > 1e-4 for axis in both.T)


def test_growth_is_expm1_over_q_to_the_last_digits():
    call = nb.njit(lambda q: growth(q))
    q = np.linspace(1e-9, 0.0999, 500)
    assert np.max(np.abs(np.array([call(v) for v in q]) / (np.expm1(q) / q) - 1)) < 1e-15


def test_a_normal_draw_of_the_largest_uniforms_is_a_number():
    """There -2 log(u) is zero or rounds to less."""
    law, transform = hs.Gaussian(1.0), hs.Gaussian(1.0).transform
    params = law.params
    call = nb.njit(lambda u: transform(u, 0.3, params))
    found = np.array([call(1 - k * 2.0**-53) for k in range(2000)])
    assert np.all(np.isfinite(found)) and np.max(np.abs(found)) < 1e-6
