"""Any legal parameters: draws follow the law's own distribution function, whose sides agree and whose mean is zero."""

from functools import cache

import heavysgd as hs
import numba as nb
import numpy as np
import pytest
from heavysgd.compiling import in_single
from heavysgd.elementary import fixed_power, power_coefficients
from heavysgd.noise.light import LIGHT
from heavysgd.philox import uniform_pair
from scipy import stats
from scipy.integrate import quad

ALPHAS = [1.0001, 1.05, 1.5, 2.0, 7.3, 100.0, 1799.0, 1827.0, 1e5, 1e9]
LIMITS = [1e12, 1e100, 1e300]  # where laws are their own limits
LAWS = [hs.StudentT(alpha, 0.7) for alpha in ALPHAS + LIMITS]
LAWS += [hs.Lomax(alpha, 0.3, p_plus=p) for alpha in ALPHAS + LIMITS for p in (0.5, 0.9)]
LAWS += [hs.Pareto(alpha, 2.0, p_plus=p) for alpha in ALPHAS for p in (0.5, 0.1)]
LAWS += [hs.SymmetricStable(alpha, 0.4) for alpha in (1.004, 1.2, 1.95, 1.9999)]
LAWS += [hs.Lomax(1.5, 1e-12, p_plus=1e-3), hs.Pareto(1.5, 1e12, p_plus=0.999), hs.Gaussian(1e-9)]
LOPSIDED = [law for law in LAWS if law.p_plus != 0.5]
# A Pareto law of large alpha has corners too sharp for a quadrature; the mean of its sample is tested.
WITHOUT_CORNERS = [law for law in LOPSIDED if 1.5 <= law.alpha and (law.alpha < 1000 or isinstance(law, hs.Lomax))]
ONE_MAGNITUDE = [law for law in LAWS if not isinstance(law, (hs.SymmetricStable, hs.Gaussian))]
# Pareto's magnitudes lie at `scale`, which single precision rounds; below 1e-30 it has no numbers.
IN_SINGLE = [law for law in LAWS if 100 < law.alpha < np.inf and law.median > 1e-30 and not isinstance(law, hs.Pareto)]


def distribution(law, sample):
    """The law's distribution function, tabulated where an integral per point would take long."""
    if not isinstance(law, hs.SymmetricStable):
        return law.cdf
    grid = np.unique(np.quantile(sample, np.linspace(0, 1, 2001)))
    return lambda x: np.interp(x, grid, law.cdf(grid))


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_draws_follow_the_law(law):
    sample = law.sample(60_000, seed=11)
    assert np.all(np.isfinite(sample))
    assert stats.kstest(sample, distribution(law, sample)).pvalue > 1e-4
    assert stats.kstest(1.08 * sample, distribution(law, sample)).pvalue < 1e-5  # draws eight per cent too long


@pytest.mark.parametrize("law", LOPSIDED, ids=repr)
def test_magnitudes_and_signs_are_those_of_a_lopsided_law(law):
    sample = law.sample(60_000, seed=13)
    assert stats.kstest(np.abs(sample), lambda x: 1 - law.tail(x)).pvalue > 1e-4
    right = int(np.count_nonzero(sample > -law.shift))
    assert stats.binomtest(right, sample.size, law.p_plus).pvalue > 1e-4
    assert stats.binomtest(right, sample.size, 1 - law.p_plus).pvalue < 1e-9


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_sides_agree(law):
    x, rounding = law.median * np.array([0.1, 0.7, 1.0, 1.3, 8.0]), 1e-12
    if isinstance(law, hs.Pareto):
        rounding += 1e-15 * law.alpha  # (w / scale)^-alpha, w of sixteen digits
    assert law.tail(x) == pytest.approx(1 - law.cdf(x) + law.cdf(-x), abs=rounding)
    assert law.tail(law.median) == pytest.approx(0.5, abs=10 * rounding)
    if law.p_plus == 0.5:
        assert law.cdf(x) + law.cdf(-x) == pytest.approx(1, abs=1e-15)
    assert np.all(law.tail([0.0, -1.0, -1e9]) == 1) and law.tail(np.inf) == 0
    assert np.all(np.diff(law.cdf(np.concatenate([-x[::-1], x]))) >= 0)


@pytest.mark.parametrize("law", WITHOUT_CORNERS, ids=repr)
def test_the_mean_is_zero(law):
    # E Z = int_0^inf P(Z > x) - P(Z < -x) dx, in units of E |S W|, continued by its power.
    unit, pieces = law.magnitude_mean, [0, *np.geomspace(1e-2, 1e6, 25)]

    def at(y, shift=0.0):
        return 1 - law.cdf(y * unit - shift) - law.cdf(-y * unit - shift)

    def mean(*shift):
        body = sum(quad(at, low, high, shift, epsabs=1e-9, limit=200)[0] for low, high in zip(pieces, pieces[1:]))
        return body + at(1e6, *shift) * 1e6 / (law.alpha - 1)

    assert mean() == pytest.approx(0, abs=1e-5)
    assert mean(law.shift) == pytest.approx(2 * law.p_plus - 1, abs=1e-5)  # what it is uncentred


@pytest.mark.parametrize("law", [law for law in LAWS if 2.5 < law.alpha < np.inf], ids=repr)
def test_the_sample_has_mean_zero(law):
    sample = law.sample(40_000, seed=12) / law.median
    assert abs(sample.mean()) < 4.5 * sample.std() / 200
    shifted = sample + 0.1 * sample.std()
    assert abs(shifted.mean()) > 4.5 * shifted.std() / 200


@cache
def compiled(transform):
    return nb.njit(lambda u, v, params: transform(u, v, params))


def exact(law, u, v):
    """The draw from uniforms by NumPy, with `expm1` where the library has a series."""
    if isinstance(law, hs.StudentT):
        return law.scale * np.sqrt(law.alpha * np.expm1(-2 / law.alpha * np.log(u))) * np.cos(2 * np.pi * v)
    right = u <= law.p_plus
    w = np.where(right, u / law.p_plus, (u - law.p_plus) / (1 - law.p_plus))
    magnitude = np.expm1(-np.log(w) / law.alpha) + isinstance(law, hs.Pareto)
    return np.where(right, 1, -1) * law.scale * magnitude - law.shift


@pytest.mark.parametrize("law", ONE_MAGNITUDE, ids=repr)
def test_a_draw_is_its_formula_to_many_digits(law):
    pairs = np.array([uniform_pair.py_func(np.uint64(5), np.uint64(0), np.uint64(step)) for step in range(200)])
    u, v = pairs.T
    ours = np.array([compiled(law.transform)(*pair, law.params) for pair in pairs])
    expected = exact(law, u, v)
    assert np.max(np.abs(ours - expected)) < 1e-7 * np.abs(expected).mean()
    assert np.max(np.abs(ours / expected - 1)[np.abs(expected) > 0.1 * law.median]) < 1e-6


@pytest.mark.parametrize("law", IN_SINGLE, ids=repr)
def test_single_precision_keeps_light_laws_too(law):
    draw = compiled(in_single(law.transform))
    as_single = lambda value: tuple(map(as_single, value)) if isinstance(value, tuple) else np.float32(value)  # noqa: E731
    params = as_single(law.params)
    rng = np.random.default_rng(0)
    u, v = (1 - rng.random((2, 30_000))).astype(np.float32)
    sample = np.array([draw(*pair, params) for pair in zip(u, v)], float)
    assert stats.kstest(sample, law.cdf).pvalue > 1e-4
    assert np.mean(sample == 0) < 1e-3  # cancelled draws would be zero


@pytest.mark.parametrize("make", [hs.Lomax, hs.StudentT])
def test_light_laws_join_the_others(make):
    below, above = make(LIGHT), make(np.nextafter(LIGHT, 2 * LIGHT))
    assert below.transform is not above.transform
    assert below.sample(1000, seed=1) == pytest.approx(above.sample(1000, seed=1), rel=1e-6, abs=1e-9 * below.median)
    x = below.median * np.array([0.1, 1, 5])
    assert below.tail(x) == pytest.approx(above.tail(x), rel=1e-9)


def test_very_light_laws_are_their_limits():
    normal, x = hs.Gaussian(0.7), np.array([0.1, 0.5, 2.0])
    assert hs.StudentT(1e300, 0.7).tail(x) == pytest.approx(normal.tail(x), rel=1e-12)
    assert hs.Lomax(1e300, 0.3).tail(0.3e-300 * x) == pytest.approx(np.exp(-x), rel=1e-12)


@pytest.mark.parametrize("p", [-1e-2, -5e-4, -2e-5, -1e-9, -1e-17, 0.0, 1.0, 2.0, 1e-12])
def test_fixed_power_has_all_its_coefficients(p):
    coefficients = power_coefficients(p)
    assert len(coefficients) == 16
    power = nb.njit(lambda x, p, c: fixed_power(x, p, c))
    x = np.concatenate([np.geomspace(2.0**-53, 1, 200), [1.5, 1e6]])
    assert np.max(np.abs([power(t, p, coefficients) / t**p - 1 for t in x])) < max(1e-14, 1e-10 * abs(p))


def test_a_pareto_law_that_doubles_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="alpha = 2000000000.0: must be at most 1e.09"):
        hs.Pareto(2e9)
