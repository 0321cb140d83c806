"""Every law: its draws follow its own distribution function and no neighbour's; its tail is what Assumption 2 asks."""

import heavysgd as hs
import numpy as np
import pytest
from scipy import stats

LAWS = [
    (hs.Lomax(1.3, 0.5), hs.Lomax(1.5, 0.5)),
    (hs.Lomax(1.6, 0.5, p_plus=0.3), hs.Lomax(1.6, 0.5, p_plus=0.35)),
    (hs.Pareto(1.4, 2.0), hs.Pareto(1.55, 2.0)),
    (hs.Pareto(1.9, 1.0, p_plus=0.7), hs.Pareto(1.9, 1.0)),
    (hs.StudentT(1.5, 0.7), hs.StudentT(1.9, 0.7)),
    (hs.SymmetricStable(1.5), hs.SymmetricStable(1.8)),
    (hs.Gaussian(0.3), hs.Gaussian(0.315)),
]


def interpolated(law, sample):
    """The law's distribution function, tabulated: the stable one is an integral per point."""
    grid = np.unique(np.quantile(sample, np.linspace(0, 1, 2001)))
    return lambda x: np.interp(x, grid, law.cdf(grid))


@pytest.mark.parametrize("law, wrong", LAWS, ids=lambda law: repr(law))
def test_draws_follow_the_law_and_reject_a_wrong_one(law, wrong):
    sample = law.sample(60_000, seed=7)
    assert stats.kstest(sample, interpolated(law, sample)).pvalue > 0.001
    assert stats.kstest(sample, interpolated(wrong, sample)).pvalue < 1e-6


@pytest.mark.parametrize("law", [law for law, _ in LAWS], ids=repr)
def test_tail_is_the_distribution_functions(law):
    x = np.array([0.05, 0.3, 1.0, 4.0, 30.0])
    assert np.allclose(law.tail(x), 1 - law.cdf(x) + law.cdf(-x), atol=1e-12)


@pytest.mark.parametrize("law", [law for law, _ in LAWS[:-1]], ids=repr)
def test_tail_is_regularly_varying_with_the_stated_index_and_share(law):
    far = 1e7
    assert law.tail(4 * far) / law.tail(far) == pytest.approx(4**-law.alpha, rel=1e-3)
    assert law.tail(4 * far) / law.tail(far) != pytest.approx(4 ** -(law.alpha + 0.05), rel=1e-3)
    right = (1 - law.cdf(1e4)) / law.tail(1e4)
    assert right == pytest.approx(law.p_plus, rel=1e-2)


def test_gaussian_has_no_tail_index():
    assert not hs.Gaussian().is_heavy and hs.Lomax(1.2).is_heavy


def integrated_mean(cdf, reach, alpha):
    """E Z from P(Z > x) - P(Z < -x), integrated to `reach` and continued there by its power."""
    x = np.concatenate([np.linspace(0, 10, 20_001), np.geomspace(10, reach, 20_001)[1:]])
    sides = 1 - cdf(x) - cdf(-x)
    return np.trapezoid(sides, x) + sides[-1] * reach / (alpha - 1)


def test_centred_when_the_sides_differ():
    law = hs.Pareto(1.9, 1.0, p_plus=0.8)
    assert abs(integrated_mean(law.cdf, 1e6, 1.9)) < 2e-3
    uncentred = lambda x: law.cdf(x - law.shift)  # noqa: E731 - the same law without its shift
    assert integrated_mean(uncentred, 1e6, 1.9) == pytest.approx(law.shift, abs=2e-3) and law.shift > 1


def test_same_seed_same_draws_and_prefixes_agree():
    law = hs.Lomax(1.2)
    assert np.array_equal(law.sample(101, seed=4), law.sample(1000, seed=4)[:101])
    assert not np.array_equal(law.sample(101, seed=4), law.sample(101, seed=5))
    assert not np.array_equal(law.sample(101, seed=4), law.sample(101, seed=4, path=1))


@pytest.mark.parametrize(
    "make, argument",
    [
        (lambda: hs.Lomax(1.0), "alpha = 1.0"),
        (lambda: hs.Lomax(float("nan")), "alpha = nan"),
        (lambda: hs.Pareto(1.5, 0.0), "scale = 0.0"),
        (lambda: hs.Lomax(1.5, p_plus=1.0), "p_plus = 1.0"),
        (lambda: hs.StudentT("heavy"), "alpha = 'heavy'"),
        (lambda: hs.SymmetricStable(2.0), "alpha = 2.0"),
        (lambda: hs.Gaussian(-1), "scale = -1"),
        (lambda: hs.Lomax(1.5).sample(0), "size = 0"),
        (lambda: hs.Lomax(1.5).sample(5, seed=-1), "seed = -1"),
    ],
)
def test_bad_input_is_named(make, argument):
    with pytest.raises(ValueError, match=argument):
        make()
