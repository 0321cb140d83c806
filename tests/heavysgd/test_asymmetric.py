"""Theory where left and right differ: lopsided noise, ends at unequal distances, open ends, scales other than one.

A mirrored formula is right in every symmetric setting; here each must be wrong.
"""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from scipy import stats
from scipy.integrate import quad

from tests.heavysgd.stable_reference import reference_tail

x = sympy.Symbol("x")
WELL = hs.Landscape(x**2 / 2, bounds=(-1.0, 1.3), open_ends=True, name="lopsided well")
WELLS = hs.Landscape((x**2 - 1) ** 2 + x / 5, bounds=(-1.9, 1.7), open_ends=True, name="two wells, open")
PAPER = hs.landscapes.wang_oh_rhee()
Z, ETA = hs.Lomax(1.5, 0.3, p_plus=0.2), 0.001
MIRRORED = hs.Lomax(1.5, 0.3, p_plus=0.8)


def both_tails(z, y):
    """P(|Z| > y) of a Lomax law with a shift, from the sides."""
    side = lambda w: (1 + w / z.scale) ** -z.alpha  # noqa: E731
    shift = (2 * z.p_plus - 1) * z.scale / (z.alpha - 1)
    return z.p_plus * side(y + shift) + (1 - z.p_plus) * side(y - shift)


def one_jump(f, z, i):
    """Row i of q without truncation, by the powers of the distances to either side."""
    (lo, *_, hi), m, power = f.edges, f.minima[i], lambda d: d**-z.alpha
    row = np.zeros(f.size + 1)
    row[-1] = z.p_plus * power(hi - m) + (1 - z.p_plus) * power(m - lo)
    for j in range(f.size):
        near, far = sorted(abs(f.edges[j : j + 2] - m))
        weight = z.p_plus if j > i else 1 - z.p_plus
        row[j] = weight * (power(near) - power(far)) if j != i else 0.0
    return row


def two_jumps(d, alpha, b):
    """q of leaving x^2 / 2 past distance d in two jumps, per unit of p^2."""
    return quad(lambda u: u ** (-alpha - 1) * (d - u) ** -alpha, d - b, b, epsrel=1e-11)[0]


def test_one_jump_out_of_a_lopsided_well():
    rate = 0.2 * 1.3**-1.5 + 0.8
    assert hs.theory.exit_measure(WELL, 1.5, None, 0.2)[0] == pytest.approx([0, rate], rel=1e-12)
    sgd = hs.SGD(WELL, Z, ETA)
    assert hs.theory.mean_exit_time(sgd, 0) == pytest.approx(1 / (rate * both_tails(Z, 1 / ETA)), rel=1e-12)
    assert hs.theory.mean_exit_time(hs.SGD(WELL, MIRRORED, ETA), 0) / hs.theory.mean_exit_time(sgd, 0) > 1.15


@pytest.mark.parametrize("z", [Z, MIRRORED, hs.Pareto(1.5, 0.2, p_plus=0.35)], ids=repr)
def test_two_jumps_out_of_a_lopsided_well(z):
    b, p = 0.8, z.p_plus
    rate = p**2 * two_jumps(1.3, 1.5, b) + (1 - p) ** 2 * two_jumps(1.0, 1.5, b)
    assert hs.theory.exit_measure(WELL, 1.5, b, p)[0, 1] == pytest.approx(rate, rel=1e-6)
    tail = z.tail(1 / ETA)
    expected = 1 / (rate * tail * tail / ETA)
    assert hs.theory.mean_exit_time(hs.SGD(WELL, z, ETA, b), 0) == pytest.approx(expected, rel=1e-6)


def test_where_one_jump_leads_from_each_of_two_wells():
    for i in (0, 1):
        row = one_jump(WELLS, Z, i)
        law = hs.theory.exit_location(hs.SGD(WELLS, Z, ETA), i)
        assert hs.theory.exit_measure(WELLS, 1.5, None, 0.2)[i] == pytest.approx(row, rel=1e-12)
        assert law == pytest.approx(row / row.sum(), rel=1e-12) and law[i] == 0
        assert np.abs(law - hs.theory.exit_location(hs.SGD(WELLS, MIRRORED, ETA), i)).max() > 0.2


@pytest.mark.parametrize("b", [None, 0.75])
def test_finite_rates_and_killing_of_open_wells(b):
    chain = hs.theory.finite_rates(WELLS, Z, ETA, b)
    q = hs.theory.exit_measure(WELLS, 1.5, b, 0.2)
    tail, jumps = both_tails(Z, 1 / ETA), hs.theory.jump_numbers(WELLS, b)
    clock = tail * (tail / ETA) ** (jumps - 1.0)
    assert chain.generator[0, 1] == pytest.approx(q[0, 1] * clock[0], rel=1e-12)
    assert chain.generator[1, 0] == pytest.approx(q[1, 0] * clock[1], rel=1e-12)
    assert chain.killing == pytest.approx(q[:, 2] * clock, rel=1e-9) and np.all(chain.killing > 0)
    assert np.diag(chain.generator) == pytest.approx(-q.sum(axis=1) * clock, rel=1e-12)


def test_a_killed_chain_lives_as_long_as_its_rate_says():
    rate = (0.2 * 1.3**-1.5 + 0.8) * both_tails(Z, 1 / ETA)
    chain = hs.theory.finite_rates(WELL, Z, ETA, None)
    assert chain.transition(1 / rate)[0, 0] == pytest.approx(np.exp(-1), rel=1e-9)
    deaths = np.array([chain.sample_path(0, 1e9, seed=s).times[-1] for s in range(400)])
    assert stats.kstest(deaths * rate, "expon").pvalue > 0.001


@pytest.mark.parametrize("b, basin, p_plus", [(0.75, 0, 0.2), (0.75, 1, 0.2), (None, 0, 0.7)])
def test_limit_paths_confirm_open_ends(b, basin, p_plus):
    exact = hs.theory.exit_measure(WELLS, 1.5, b, p_plus)[basin]
    mirrored = hs.theory.exit_measure(WELLS, 1.5, b, 1 - p_plus)[basin]
    found = hs.theory.sample_exit_rates(WELLS, 1.5, b, basin=basin, n_paths=60_000, p_plus=p_plus, seed=3)
    seen = exact > 0
    assert np.all(np.abs(found.rates - exact)[seen] < 4 * found.stderr[seen]) and np.all(found.rates[~seen] == 0)
    assert np.max(np.abs(found.rates - mirrored)[seen] / found.stderr[seen]) > 20


@pytest.mark.parametrize("p_plus", [0.25, 0.6])
@pytest.mark.parametrize("b", [None, 0.5])
def test_predictions_take_the_noises_own_share(b, p_plus):
    z = hs.Pareto(1.2, 0.1, p_plus=p_plus)
    found = hs.theory.sample_exit_rates(PAPER, 1.2, b, basin=1, n_paths=60_000, p_plus=p_plus, seed=8)
    law = hs.theory.exit_location(hs.SGD(PAPER, z, ETA, b), 1)
    total = found.rates.sum()
    assert np.all(np.abs(law - found.rates / total) <= 4 * found.stderr / total + 1e-12)
    jumps = hs.theory.jump_numbers(PAPER, b)[1]
    clock = z.tail(1 / ETA) * (z.tail(1 / ETA) / ETA) ** (jumps - 1)
    spread = 4 * np.sqrt(np.sum(found.stderr**2)) / total
    assert 1 / (hs.theory.mean_exit_time(hs.SGD(PAPER, z, ETA, b), 1) * clock) == pytest.approx(total, rel=spread)


def test_consequences_of_lopsided_noise():
    z = hs.Lomax(1.2, 0.1, p_plus=0.2)
    q = hs.theory.exit_measure(PAPER, 1.2, 0.5, 0.2)
    clock = hs.theory.exit_scale(z, ETA, hs.theory.jump_numbers(PAPER, 0.5))
    rates = q * clock[:, None]
    found = hs.theory.consequences(PAPER, z, ETA, 0.5)
    assert found.leaving == pytest.approx(max(1 / rates[0].sum(), 1 / rates[2].sum()))
    # Between the minima of a chain of four, in balance pair by pair (0 - 1 - 2 - 3).
    law = np.cumprod([1, rates[0, 1] / rates[1, 0], rates[1, 2] / rates[2, 1], rates[2, 3] / rates[3, 2]])
    assert found.share_elsewhere == pytest.approx(law[[0, 2]].sum() / law.sum())


@pytest.mark.parametrize("scale", [0.05, 3.0])
def test_the_clock_of_a_stable_law_has_its_scale(scale):
    z = hs.SymmetricStable(1.5, scale)
    tail = reference_tail(1 / (0.01 * scale), 1.5)
    assert hs.theory.exit_scale(z, 0.01, 1) == pytest.approx(tail, rel=1e-9)
    assert hs.theory.exit_scale(z, 0.01, 3) == pytest.approx(tail * (tail / 0.01) ** 2, rel=1e-9)
    rate = 0.5 * (1 + 1.3**-1.5)
    assert hs.theory.mean_exit_time(hs.SGD(WELL, z, 0.01), 0) == pytest.approx(1 / (rate * tail), rel=1e-9)


@pytest.mark.parametrize(
    "law, dimension, r", [(hs.Lomax(1.5, 0.3), 3, 60.0), (hs.SymmetricStable(1.3, 0.2), 2, 40.0), (hs.StudentT(1.6), 4, 90)]
)
def test_the_tail_of_independent_coordinates_is_that_of_drawn_norms(law, dimension, r):
    z, n = hs.Independent(law, dimension), 300_000
    beyond = int(np.count_nonzero(np.linalg.norm(z.sample(n, seed=6), axis=1) > r))
    assert z.tail(r) == pytest.approx(dimension * law.tail(r), rel=1e-14)
    assert stats.binomtest(beyond, n, z.tail(r)).pvalue > 0.001
    assert stats.binomtest(beyond, n, law.tail(r)).pvalue < 1e-6
    assert np.array_equal(z.tail([0.0, 1e-9]), [1.0, 1.0])


@pytest.mark.parametrize("law", [hs.SymmetricStable(1.3, 0.2), hs.StudentT(1.6, 4.0)], ids=repr)
def test_lengths_in_the_plane_have_the_scale_of_the_radial_law(law):
    length = np.linalg.norm(hs.Isotropic(law, 2).sample(20_000, seed=6), axis=1)
    grid = np.unique(np.quantile(length, np.linspace(0, 1, 1001)))
    assert stats.kstest(length, lambda r: 1 - np.interp(r, grid, law.tail(grid))).pvalue > 0.001
