"""The exit measure: closed forms, figures checked independently, and Monte Carlo of the limit paths."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from scipy.integrate import dblquad

WELL = hs.landscapes.quadratic_well()
PAPER = hs.landscapes.wang_oh_rhee()


@pytest.mark.parametrize(
    "alpha, b, q",
    [(1.5, 0.8, 7.125), (1.2, 0.8, 4.45547), (1.8, 0.8, 11.41431), (1.5, 0.7, 3.713168), (1.5, 0.6, 1.655674)],
)
def test_checked_figures_of_the_quadratic_well(alpha, b, q):
    rates, error = hs.theory.exit_measure(WELL, alpha, b, return_error=True)
    assert rates[0, 1] == pytest.approx(q, rel=2e-6) and error[0, 1] < 1e-3 * q
    assert hs.theory.exit_measure(WELL, alpha + 0.01, b)[0, 1] != pytest.approx(q, rel=1e-3)


def test_two_jumps_in_closed_form():
    # b = 0.8, alpha = 3/2: int u^(-5/2) (1-u)^(-3/2) du / 2 over (0.2, 0.8), by its primitive.
    primitive = lambda u: (16 * u**2 - 8 * u - 2) / (3 * u**1.5 * np.sqrt(1 - u))  # noqa: E731
    assert hs.theory.exit_measure(WELL, 1.5, 0.8)[0, 1] == pytest.approx((primitive(0.8) - primitive(0.2)) / 2, rel=1e-7)


def test_three_jumps_against_a_nested_quadrature():
    alpha, b = 1.5, 0.45
    inner = lambda u2, u1: u1 ** (-alpha - 1) * (u2 - u1) ** -alpha / u2 * (1 - u2) ** -alpha  # noqa: E731
    nested = dblquad(inner, 1 - 2 * b, b, lambda u1: 1 - b, lambda u1: u1 + b, epsrel=1e-9)[0]
    assert hs.theory.exit_measure(WELL, alpha, b)[0, 1] == pytest.approx(2 * nested / 8, rel=1e-6)


def test_one_jump_is_nu_of_the_target():
    q = hs.theory.exit_measure(PAPER, 1.2, None, p_plus=0.3)
    m, s = PAPER.minima, PAPER.maxima
    assert q[1, 0] == pytest.approx(0.7 * (m[1] - s[0]) ** -1.2, rel=1e-12)
    assert q[1, 2] == pytest.approx(0.3 * ((s[1] - m[1]) ** -1.2 - (s[2] - m[1]) ** -1.2), rel=1e-12)
    assert q[1, 3] == pytest.approx(0.3 * (s[2] - m[1]) ** -1.2, rel=1e-12)
    assert np.all(np.diag(q) == 0)


def test_the_papers_wide_basin():
    row = hs.theory.exit_measure(PAPER, 1.2, 0.5)[1]
    assert row.sum() == pytest.approx(4.0832, rel=1e-3) and row[2] / row.sum() == pytest.approx(0.0573, abs=5e-5)


def test_skewed_jumps_weigh_each_side_to_the_power_of_the_jumps():
    fair, skewed = (hs.theory.exit_measure(PAPER, 1.2, 0.5, p_plus=p)[1] for p in (0.5, 0.8))
    assert skewed[2] / fair[2] == pytest.approx((0.8 / 0.5) ** 2, rel=1e-9)
    assert skewed[0] / fair[0] == pytest.approx((0.2 / 0.5) ** 2, rel=1e-9)


@pytest.mark.parametrize("b, basin, p_plus", [(0.5, 1, 0.5), (0.5, 3, 0.7), (None, 1, 0.4), (0.17, 2, 0.5)])
def test_limit_paths_confirm_the_quadrature_and_reject_a_wrong_index(b, basin, p_plus):
    exact = hs.theory.exit_measure(PAPER, 1.2, b, p_plus)[basin]
    wrong = hs.theory.exit_measure(PAPER, 1.35, b, p_plus)[basin]
    found = hs.theory.sample_exit_rates(PAPER, 1.2, b, basin=basin, n_paths=60_000, p_plus=p_plus, seed=11)
    seen = exact > 0
    z = (found.rates - exact)[seen] / found.stderr[seen]
    assert np.all(np.abs(z) < 4) and np.all(found.rates[~seen] == 0)
    assert np.max(np.abs((found.rates - wrong)[seen] / found.stderr[seen])) > 6


def test_a_generic_landscape_up_to_three_jumps():
    t = sympy.Symbol("t")
    f = hs.Landscape(t**4 / 4 - t**2 / 2 + t / 10, bounds=(-2, 2))
    for b in (f.widths.min() / 0.7, f.widths.min() / 1.6, f.widths.min() / 2.4):
        for basin, jumps in enumerate(hs.theory.jump_numbers(f, b)):
            if jumps <= 3:
                found = hs.theory.sample_exit_rates(f, 1.5, b, basin=basin, n_paths=100_000, seed=3)
                exact = hs.theory.exit_measure(f, 1.5, b)[basin]
                assert abs(found.rates.sum() - exact.sum()) < 4 * found.stderr.sum()


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ((PAPER, 1.0, 0.5), "alpha = 1.0"),
        ((PAPER, 1.2, 0.0), "b = 0.0"),
        ((PAPER, 1.2, float("nan")), "b = nan"),
        ((PAPER, 1.2, 0.5, 1.0), "p_plus = 1.0"),
        ((PAPER, 1.2, float(PAPER.widths[1] / 2)), "Assumption 3"),
    ],
)
def test_bad_input_is_named(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        hs.theory.exit_measure(*arguments)
