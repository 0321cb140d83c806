"""The chapter on noise on the labels: speeds, places and rates against what they are predicted to be, and refusals."""

import heavysgd as hs
import numpy as np
import pytest
import sympy
from companion.subjects.label_noise import sparse
from companion.subjects.label_noise import study as label

X = sympy.Symbol("x")
LINE = hs.landscapes.two_wells()


def test_a_step_of_two_numbers_multiplies_their_difference_of_squares():
    path = hs.sample_path(label.sgd("two numbers", 0.2, 0.3), (1.5, 0.6), n_steps=1, n_paths=4, seed=1, progress=False)
    (a, b), after = path[0, 0], path[:, 1]
    wrong = (a - after[:, 0]) / (0.2 * b)  # a b - 1 plus the noise
    assert np.allclose(after[:, 0] ** 2 - after[:, 1] ** 2, (a**2 - b**2) * (1 - (0.2 * wrong) ** 2), rtol=1e-12)
    assert np.ptp(wrong) > 0.1


def test_speeds_are_predicted_and_tell_one_learning_rate_from_another():
    seen = label.rate(0.8, 0.02, 4_000_000, seed=2)
    assert abs(seen.value - label.predicted_rate(0.8)) < 4.5 * seen.stderr
    assert abs(seen.value - label.predicted_rate(0.75)) > 10 * seen.stderr


@pytest.mark.parametrize("linear, speed", [(False, lambda trace: 1 / (1 - 0.1 * trace / 2)), (True, lambda trace: 1.0)])
def test_the_flow_falls_as_fast_as_its_equation_says(linear, speed):
    steps = np.linspace(0, 1000, 2001)
    trace = label.flow(0.1, 0.1, steps, linear)
    assert trace[0] == pytest.approx(4.25)
    log_d = np.log(trace**2 - 4) / 2
    middle = (trace[1:] + trace[:-1]) / 2
    assert np.allclose(np.diff(log_d) / np.diff(steps), -1e-4 * np.vectorize(speed)(middle), rtol=1e-3)


@pytest.mark.parametrize("eta", [0.05, 0.4, 0.7])
def test_the_stationary_place_is_where_the_regulariser_is_least(eta):
    t = np.linspace(0.1, 0.6, 200_001)
    assert t[label.regulariser(t, eta).argmin()] == pytest.approx(label.stationary(eta), abs=1e-4)


def test_the_stationary_place_goes_from_least_trace_to_equal_curvatures():
    assert label.stationary(1e-4) == pytest.approx(np.log(2) / 3, abs=1e-3)
    first, second = label.curvatures(label.stationary(0.793))
    assert first == pytest.approx(second, rel=0.02) and 0.793 * first == pytest.approx(2, rel=0.01)
    assert label.regulariser(1.5, 0.4) == np.inf


def test_what_a_typical_path_misses_is_not_moved_by_one_that_is_lost(monkeypatch):
    t = np.random.default_rng(1).normal(label.stationary(0.4) + 0.01, 0.001, 200)
    monkeypatch.setattr(label, "_later", lambda *_: np.append(t, 50.0))
    seen = label.missed(0.4, 0.1, 1, 1, 0)
    assert abs(seen.value - 0.01) < 4.5 * seen.stderr < 0.001


def test_a_sparse_truth_solves_the_linear_program_and_its_multipliers_are_feasible():
    given = sparse.problem(4)
    assert np.allclose(given.program(), given.truth, atol=1e-9) and (given.truth > 0).sum() == sparse.SPARSITY
    assert np.all(given.rates() > 0) and np.allclose(given.rates(1e-9), given.rates(), rtol=1e-6)
    assert 1.03 < (given.rates(0.01) / given.rates()).mean() < 1.1


def test_label_noise_finds_the_truth_and_gradient_descent_does_not():
    given = sparse.problem(5)
    path = sparse.trained(given, 0.01, 1.0, 60_000, 4, seed=1, every=6000)
    errors = sparse.errors(given, path)
    assert path.shape == (11, 4, sparse.SIZE) and np.all(errors[-1] < 2) and np.all(errors[-1] < errors[0] / 40)
    descended = sparse.descended(given, 0.01, 20_000)
    assert np.allclose(given.inputs @ descended**2, given.labels, atol=0.05)
    assert sparse.errors(given, descended) > 20


def test_slopes_are_those_of_lines_through_the_origin():
    predicted = np.array([1.0, 2.0, 4.0])
    assert np.allclose(sparse.slope(np.array([2 * predicted, predicted + [2.0, -1.0, 0.0]]), predicted), [2.0, 1.0])


@pytest.mark.parametrize(
    "outputs, message",
    [((), "outputs = ()"), ((X, X**2), "one to 1 expressions"), (X * sympy.Symbol("y"), "outputs hold y: must be")],
)
def test_outputs_are_checked(outputs, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        hs.LabelNoiseSGD(LINE, hs.Gaussian(1.0), outputs, 0.1)
