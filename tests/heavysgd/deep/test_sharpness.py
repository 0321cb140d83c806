"""Sharpness on quadratics, where every measure has a formula; parameters come back bit for bit."""

import numpy as np
import pytest
import torch
from heavysgd.deep import expected_sharpness, hessian_spectrum, maximal_sharpness, pac_bayes_sharpness
from torch import nn

CURVES = torch.tensor([4.0, 1.0, 0.5, 0.25], dtype=torch.float64)


def bowl(centre=0.0):
    """L(theta) = sum a_i theta_i^2 / 2 in two pieces, at its minimum unless `centre` says otherwise."""
    first, second = (torch.full((2,), centre, dtype=torch.float64, requires_grad=True) for _ in range(2))
    return lambda: (CURVES * torch.cat([first, second]) ** 2).sum() / 2, [first, second]


def test_expected_sharpness_is_half_delta_squared_trace():
    loss, parameters = bowl()
    found = expected_sharpness(loss, parameters, delta=0.1, draws=4000, seed=1)
    expected = 0.5 * 0.1**2 * float(CURVES.sum())
    spread = 0.5 * 0.1**2 * np.sqrt(2 * float((CURVES**2).sum())) / np.sqrt(4000)  # of a weighted sum of chi squares
    assert abs(found.stderr / spread - 1) < 0.2 and abs(found.value - expected) < 4 * spread
    assert abs(found.value - 2 * expected) > 4 * spread


def test_maximal_sharpness_is_that_of_the_corner():
    loss, parameters = bowl()
    found = maximal_sharpness(loss, parameters, epsilon=0.01)
    assert found.value == pytest.approx(100 * 0.5 * 0.01**2 * float(CURVES.sum()), rel=1e-9)


def test_pac_bayes_sharpness_is_the_trace_over_twice_the_rise():
    loss, parameters = bowl()
    found = pac_bayes_sharpness(loss, parameters, rise=0.1, draws=2000, seed=2)
    expected = float(CURVES.sum()) / 0.2
    assert found.stderr < 0.1 * expected and abs(found.value - expected) < 4 * found.stderr + 0.02 * expected
    with pytest.raises(ValueError, match="rise = 1e\\+09"):
        pac_bayes_sharpness(loss, parameters, rise=1e9)


def test_the_spectrum_is_that_of_the_matrix():
    torch.manual_seed(0)
    model = nn.Linear(4, 1, bias=False).double()
    x = torch.randn(50, 4, dtype=torch.float64)
    y = torch.randn(50, 1, dtype=torch.float64)
    hessian, before = (2 / 50 * x.T @ x).numpy(), model.weight.detach().clone()
    found = hessian_spectrum(model, nn.MSELoss(), [(x, y)], top=2, probes=2000)
    assert np.allclose(found.top, np.sort(np.linalg.eigvalsh(hessian))[::-1][:2], rtol=1e-8)
    assert abs(found.trace - np.trace(hessian)) < 4 * found.trace_stderr < 0.1 * np.trace(hessian)
    assert torch.equal(model.weight, before)


def measures(loss, parameters):
    return [
        lambda: expected_sharpness(loss, parameters, draws=3),
        lambda: maximal_sharpness(loss, parameters, steps=3),
        lambda: pac_bayes_sharpness(loss, parameters, draws=3),
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_parameters_come_back_bit_for_bit_also_after_an_error(which):
    loss, parameters = bowl(centre=0.1 + 0.2)
    before = [p.detach().clone() for p in parameters]
    measures(loss, parameters)[which]()
    assert all(torch.equal(p, old) for p, old in zip(parameters, before))
    calls = iter(range(3))

    def failing():
        next(calls)
        return loss()

    with pytest.raises(StopIteration):
        measures(failing, parameters)[which]()
    assert all(torch.equal(p, old) for p, old in zip(parameters, before))


def test_bad_input_is_named():
    loss, parameters = bowl()
    with pytest.raises(ValueError, match="delta = 0"):
        expected_sharpness(loss, parameters, delta=0)
    with pytest.raises(ValueError, match="draws = 1"):
        expected_sharpness(loss, parameters, draws=1)
    with pytest.raises(ValueError, match="epsilon = -1"):
        maximal_sharpness(loss, parameters, epsilon=-1)
