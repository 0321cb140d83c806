"""The chapter on diffusion theory: formulas, exact values and simulation of wells of parabolas and of a valley."""

import numpy as np
import pytest
from companion.subjects.diffusion import study as diffusion
from companion.subjects.diffusion import valley as diffusion_valley
from companion.subjects.diffusion.study import Well
from heavysgd.inference import Measured


def test_the_formula_is_that_of_one_parabola_where_curvatures_are_alike():
    one = Well(2.0, 2.0)
    assert one.exponent == pytest.approx(diffusion.EXPONENT / 2) and one.theory() == one.theory("paper")
    white = one._replace(white=True)
    assert white.exponent == pytest.approx(diffusion.WHITE)
    assert white.theory() == pytest.approx(np.pi * np.exp(4) / diffusion.ETA)


def test_the_exact_time_is_the_formulas_with_itos_prefactor_and_not_the_papers():
    for bottom, top in ((1.0, 1.5), (1.5, 1.0)):
        one = Well(bottom, top, 0.005, barrier=1.0)
        one = one._replace(barrier=10 / one.exponent)
        exact = one.exact()
        assert exact == pytest.approx(one.theory(), rel=0.04) and abs(exact / one.theory("paper") - 1) > 0.25


def test_the_integral_is_the_time_between_visits():
    one = Well(3.0, 3.0)
    seen = one.simulated(3000, seed=4)
    assert abs(seen.value - one.between_visits()) < 4.5 * seen.stderr
    assert one._replace(white=True).between_visits() == pytest.approx(one._replace(white=True).exact(), rel=0.08)


def test_shares_are_gibbs_for_white_noise_and_exponential_for_the_shaped():
    found = diffusion.shares([1.5, 2.0])
    assert found.white == pytest.approx(np.sqrt([1.5, 2.0]), rel=0.02)
    assert found.shaped == pytest.approx([1.5 * np.exp(2), 2 * np.exp(3)], rel=0.06)
    assert found.slope().value == pytest.approx(6, abs=0.3) and found.power().value == pytest.approx(0.5, abs=0.03)


def test_slopes_are_of_logarithms():
    made = {x: Measured(np.exp(3 * x) / x, 0.01 * np.exp(3 * x) / x) for x in (1.0, 1.5, 2.0)}
    assert diffusion.log_slope(list(made), made, list(made)).value == pytest.approx(3)
    assert diffusion.power({k: Measured(k**-1.5, 0.01) for k in (1.0, 2.0)}).value == pytest.approx(-1.5)


def test_a_valley_of_one_width_is_the_line_and_a_narrow_pass_takes_longer():
    line = Well(1.0, 1.0, barrier=diffusion_valley.BARRIER).exact()
    assert diffusion_valley.Valley(4, 4).without_y() == pytest.approx(line, rel=1e-6)
    narrow = diffusion_valley.Valley(4, 6)
    assert narrow.without_y() / line == pytest.approx(np.e, rel=0.25)
    white = diffusion_valley.Valley(4, 6, white=True)
    ratio = white.without_y() / Well(1.0, 1.0, barrier=diffusion_valley.BARRIER, white=True).exact()
    assert 1.1 < ratio < np.sqrt(1.5)


def test_the_noise_of_a_valley_is_that_of_its_floor():
    shape = diffusion_valley.Valley(4, 8).sgd.functions()["shape"]
    assert float(shape[0]) == 1.0
    assert [float(shape[1].subs({s: 0 for s in shape[1].free_symbols}))] == pytest.approx([np.sqrt(8)])
