"""The chapter on one well: exact escape times against sampling and other routes, formulas, four wells."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common.random_walk import steps_beyond
from companion.subjects.one_well import heavy, kernel, noise, study, wells
from companion.subjects.one_well.counted import LowPrecision, Regression, TwoSamples
from companion.subjects.one_well.diffusing import HessianShaped, Injected, LabelNoise, PowerLaw
from companion.subjects.one_well.noise import Setting
from scipy.integrate import quad
from scipy.special import ndtr

RNG = np.random.default_rng(5)


def left(step, start, width, n=4000):
    """Mean steps and its error of a plain loop; `step(x)` moves positions of shape (n,) or (n, d)."""
    x, steps = np.array(start, float), np.zeros(n)
    inside = np.ones(n, bool)
    while inside.any():
        x[inside] = step(x[inside])
        steps[inside] += 1
        inside = (np.abs(x) if x.ndim == 1 else np.linalg.norm(x, axis=1)) < width
    return steps.mean(), steps.std() / np.sqrt(n)


def test_cells_know_what_the_exact_kernel_knows():
    s = Setting(1.0, 1.0, 0.1, 2.0)

    def below(x, y):
        centre, spread = (1 - s.eta) * x[:, None], s.eta * s.own
        return ndtr((y - centre) / spread) - ndtr((-y - centre) / spread)

    assert kernel.of_cells(below, s.width) == pytest.approx(LabelNoise().exact(s), rel=1e-3)
    assert kernel.of_cells(below, 1.05) != pytest.approx(LabelNoise().exact(s), rel=0.1)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_batches_of_a_regression_leave_as_a_plain_loop_does(batch):
    one = Regression()
    s = one.base._replace(own=batch, eta=0.15, width=0.7)

    def step(x):
        features = RNG.standard_normal((batch, x.size)) * np.sqrt(s.curvature)
        labels = one._labels * RNG.standard_normal((batch, x.size))
        return x - s.eta * (features * (features * x - labels)).mean(axis=0)

    mean, error = left(step, np.zeros(4000), s.width)
    assert abs(mean - one.exact(s)) < 4 * error + 2e-3 * mean
    assert abs(mean - one.exact(s._replace(width=0.8))) > 6 * error


@pytest.mark.parametrize("dimension", [2, 3, 5])
def test_in_space_paths_leave_as_a_plain_loop_does(dimension):
    s = Setting(0.2, 1.0, 0.05, dimension)
    law = hs.Lomax(heavy._ALPHA, heavy._SCALE)

    def step(x):
        turn = RNG.standard_normal(x.shape)
        turn /= np.linalg.norm(turn, axis=1, keepdims=True)
        lengths = law.scale * (RNG.random(len(x)) ** (-1 / law.alpha) - 1)
        return x + s.eta * (lengths[:, None] * turn - s.curvature * x)

    mean, error = left(step, np.zeros((4000, dimension)), s.width)
    assert abs(mean - heavy.InSpace().exact(s)) < 4 * error + 2e-3 * mean
    assert abs(mean - heavy.InSpace().exact(s._replace(width=0.24))) > 6 * error


def test_one_dimension_of_space_is_the_line():
    s = heavy.InSpace().base._replace(own=1)
    assert heavy.InSpace().exact(s) == heavy.HeavyTails().exact(heavy.HeavyTails().base)


def test_label_noise_in_the_well_is_additive_noise():
    s = LabelNoise().base._replace(curvature=2.0)
    how = {"n_paths": 50, "max_steps": 10**6, "seed": 4, "progress": False}
    label, additive = hs.first_exit(LabelNoise().sgd(s), -0.1, **how), hs.first_exit(LabelNoise().alike(s), 0.1, **how)
    assert np.array_equal(label.steps, additive.steps)  # mirrored, since the push of a label is subtracted
    louder = LabelNoise().alike(s._replace(own=1.02 * s.own))
    assert not np.array_equal(label.steps, hs.first_exit(louder, 0.1, **how).steps)


def test_random_walks_beyond_a_level():
    steps = np.array([-1.0, 2.0])
    walks = np.where(RNG.random((40_000, 400)) < 0.5, *steps).cumsum(axis=1)
    first = (walks > 7).argmax(axis=1) + 1.0
    assert (walks > 7).any(axis=1).all()
    assert abs(first.mean() - steps_beyond(steps, 7)) < 4 * first.std() / 200
    assert steps_beyond(steps, 8) > steps_beyond(steps, 7) + 1


def test_two_samples_stay_where_the_exponent_is_negative():
    one = TwoSamples()
    assert one.exact(one.base._replace(curvature=0.5)) == one.theory(one.base._replace(curvature=0.5)) == np.inf
    assert one.exact(one.base._replace(width=10.0)) > one.exact(one.base) + np.log(10) / 0.2


def test_few_bits_stop_at_numbers_of_the_grid():
    one = LowPrecision()
    base = one.base
    assert one.exact(base._replace(width=0.99)) == pytest.approx(one.exact(base), rel=1e-9)
    assert one.exact(base._replace(width=1.01)) > 2 * one.exact(base)
    hot = one.theory(base._replace(own=2)) < one.theory(base) < one.theory(base._replace(own=6))
    assert hot and one.theory(base._replace(own=6)) == one.theory(base._replace(own=9))


@pytest.mark.parametrize("half", [6.0, 10.0])
def test_the_formula_at_the_rim_is_the_diffusions_leading_term(half):
    """Against int_0^w e^(x^2/2D) int_0^x e^(-y^2/2D) dy dx / D, of which it leaves out the order D / w^2."""
    s, spread = Setting(1.0, 1.0, 1e-3, 0.0), 1 / half  # the barrier 1/2 over the temperature spread / 2
    gauss = lambda x: np.sqrt(np.pi * spread) / 2 * (2 * ndtr(x / np.sqrt(spread / 2)) - 1)  # noqa: E731
    scaled = quad(lambda x: np.exp((x * x - 1) / spread) * gauss(x), 0, 1)[0] * 2 / spread
    whole = scaled * np.exp(1 / spread) / s.eta
    formula = noise.at_the_rim(s, spread / s.eta)
    assert 1 < whole / formula < 1 + 0.8 / half
    assert noise.at_the_rim(s._replace(width=1.02), spread / s.eta) > whole


def test_noise_that_grows_leaves_by_a_power_of_the_barrier():
    one = PowerLaw()
    wide, wider = (one.theory(one.base._replace(width=w)) for w in (30.0, 60.0))
    kappa = one.base.own / (one._growth * one._level * one.base.eta)
    assert kappa == pytest.approx(3) and np.log2(wider / wide) == pytest.approx(2 * kappa + 1, abs=0.01)


def test_what_is_tied_to_the_curvature_sees_the_width_alone():
    hessian, injected = HessianShaped(), Injected()
    log = lambda one, **moved: np.log(one.exact(one.base._replace(**moved)))  # noqa: E731
    assert abs(log(hessian, curvature=2.0) - log(hessian) + np.log(2)) < 0.15
    assert log(injected, curvature=2.0) - log(injected) > 4


def test_sharpness_at_one_barrier():
    tails = study.sharpness(heavy.HeavyTails())
    assert tails.theory == pytest.approx(-heavy._ALPHA / 2) and tails.exact == pytest.approx(-0.72, abs=0.02)
    assert study.sharpness(TwoSamples()).exact == -np.inf
    s = study.same_barrier(Injected(), 0.5)
    assert s.curvature * s.width**2 == pytest.approx(1) and s.width == 0.5


def test_lines_go_through_the_base():
    one = HessianShaped()
    for what in ("width", "barrier", "own"):
        found = study.line(one, what, (0.8, 1.0))
        assert found.exact[1] == pytest.approx(one.exact(one.base)) and found.exact[0] != found.exact[1]
        assert len(found.settings) == found.x.size == 2


def test_simulated_points_are_on_lines_that_end(monkeypatch):
    one = TwoSamples()
    found = {what: study.line(one, what, (0.5, 1.0, 2.0)) for what in ("barrier", "eta", "own")}
    base = hs.inference.Measured(52.0, 1.0)
    shown = study.dots(one, base, found, 1e4, seed=3)
    assert set(shown) <= {"base", "barrier", "eta", "own"} and shown["base"] == (1.0, base)
    x, measured = shown["eta"]
    assert abs(measured.value - one.exact(one.base._replace(eta=x))) < 5 * measured.stderr


def test_passing_the_rim_is_seen_in_pieces_and_refuses_paths_that_stay(monkeypatch):
    one = LowPrecision()
    s = one.base._replace(width=0.5)
    whole = one.simulated(s, 60, seed=2)
    monkeypatch.setattr(noise, "_HELD", 16 * one.exact(s) * 7)
    assert one.simulated(s, 60, seed=2) == whole
    with pytest.raises(ValueError, match="expected = 1: some paths are inside"):
        noise.past_the_rim(one.sgd(s), s.width, 1.0, 4, seed=2)


def test_four_measures_name_four_wells():
    first = [wells.flattest(measure)[0] for measure in wells.MEASURES]
    assert sorted(first) == sorted(wells.WELLS)


def test_label_noise_costs_the_trace():
    well = wells.WELLS["B"]
    exact = sum(h * wells._ETA * wells._SPREAD**2 / (2 * (2 - wells._ETA * h)) for h in (well.out, well.across))
    found = well.raised(20_000, 64, seed=1)
    assert abs(found.value - exact) < 4 * found.stderr and found.stderr < 0.02 * exact
    assert exact == pytest.approx(wells._ETA * wells._SPREAD**2 * well.trace / 4, rel=0.07)


def test_descent_is_stable_up_to_two_over_the_top_eigenvalue():
    assert wells.WELLS["C"].stable_up_to(seed=1) == pytest.approx(2 / 2.2, abs=1e-3)
