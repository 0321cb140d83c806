"""Sharpness on quadratics, where every measure has a formula; parameters come back bit for bit."""

import numpy as np
import pytest
import torch
from heavysgd.deep import expected_sharpness, hessian_spectrum, loss_on, maximal_sharpness, pac_bayes_sharpness
from scipy import stats
from torch import nn

CURVES = torch.tensor([4.0, 1.0, 0.5, 0.25], dtype=torch.float64)


def bowl(centre=0.0, height=0.0):
    """L(theta) = height + sum a_i theta_i^2 / 2 in two pieces, at its minimum unless `centre` says otherwise."""
    first, second = (torch.full((2,), centre, dtype=torch.float64, requires_grad=True) for _ in range(2))
    return lambda: height + (CURVES * torch.cat([first, second]) ** 2).sum() / 2, [first, second]


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


def line(centre, height):
    """L(theta) = height + 2 theta^2 in one number."""
    theta = torch.tensor([centre], dtype=torch.float64, requires_grad=True)
    return lambda: height + 2 * theta.square().sum(), [theta]


@pytest.mark.parametrize("centre", [0.1, 0.3])
def test_expected_sharpness_beside_a_minimum_counts_the_slope_and_not_the_height(centre):
    loss, parameters = line(centre, height=3.0)
    found = expected_sharpness(loss, parameters, delta=0.1, draws=20_000, seed=1)
    rise = lambda v: abs(2 * (centre + v) ** 2 - 2 * centre**2)  # noqa: E731
    moment = lambda k: stats.norm(scale=0.1).expect(lambda v: rise(v) ** k, lb=-1, ub=1)  # noqa: E731
    error = np.sqrt((moment(2) - moment(1) ** 2) / 20_000)
    assert abs(found.value - moment(1)) < 4 * error and found.stderr == pytest.approx(error, rel=0.05)
    assert abs(found.value - 0.5 * 0.1**2 * 4) > 4 * error  # what it is at the minimum


@pytest.mark.parametrize("height", [0.0, 3.0])
def test_maximal_sharpness_beside_a_minimum_is_that_of_the_farthest_corner_over_one_plus_the_height(height):
    loss, parameters = bowl(centre=0.7, height=height)
    here, corner = (height + float(CURVES.sum()) / 2 * at**2 for at in (0.7, 0.7 + 0.01 * 1.7))
    found = maximal_sharpness(loss, parameters, epsilon=0.01)
    assert found.value == pytest.approx(100 * (corner - here) / (1 + here), rel=1e-9)


def test_pac_bayes_sharpness_beside_a_minimum_is_the_same_with_the_slopes_error():
    loss, parameters = bowl(centre=0.2, height=3.0)
    found = pac_bayes_sharpness(loss, parameters, rise=0.1, draws=4000, seed=2)
    trace, squares = float(CURVES.sum()), float((CURVES**2).sum())
    sigma = np.sqrt(0.2 / trace)
    of_the_rise = np.sqrt(squares * (0.2**2 * sigma**2 + sigma**4 / 2) / 4000)
    expected = 2 * sigma**-3 * of_the_rise / (1.05 * trace * sigma)  # slope of the rise from sigma to 1.1 sigma
    assert found.stderr == pytest.approx(expected, rel=0.1)
    assert abs(found.value - trace / 0.2) < 4 * expected + 0.02 * trace / 0.2


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


class Halves(nn.Module):
    """Two layers, the first frozen or not."""

    def __init__(self, frozen):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(3, 4).double(), nn.Linear(4, 2).double()
        self.first.requires_grad_(not frozen)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


def test_frozen_parameters_stay_where_they_are_in_every_measure():
    x, y = torch.linspace(-1, 1, 60, dtype=torch.float64).reshape(20, 3), torch.arange(20) % 2
    model, free = Halves(frozen=True), Halves(frozen=False)
    loss, open_loss = loss_on(model, x, y), loss_on(free, x, y)
    whole, last = list(model.parameters()), list(free.second.parameters())
    for measure in (expected_sharpness, maximal_sharpness, pac_bayes_sharpness):
        seen = []

        def watching():
            seen.append([p.detach().clone() for p in model.first.parameters()])
            return loss()

        found = measure(watching, whole)
        assert found == measure(open_loss, last) and found != measure(open_loss, list(free.parameters()))
        assert found == measure(loss, model.parameters())  # a generator is as good as a list
        assert all(torch.equal(now, old) for moment in seen for now, old in zip(moment, seen[0]))
    entropy, batches = nn.CrossEntropyLoss(), [(x, y)]
    hessian = torch.autograd.functional.hessian(
        lambda w: nn.functional.cross_entropy(nn.functional.linear(torch.tanh(free.first(x)), w, free.second.bias), y),
        free.second.weight.detach(),
    ).reshape(8, 8)
    model.second.bias.requires_grad_(False)
    found = hessian_spectrum(model, entropy, batches, top=1, probes=500)
    assert found.top[0] == pytest.approx(float(torch.linalg.eigvalsh(hessian)[-1]), rel=1e-6)
    assert abs(found.trace - float(hessian.trace())) < 4 * found.trace_stderr < 0.2 * found.trace
    model.requires_grad_(False)
    for measure in (*measures(loss, whole), lambda: hessian_spectrum(model, entropy, batches)):
        with pytest.raises(ValueError, match="parameters: all are frozen.*call requires_grad_"):
            measure()


def test_parameters_that_play_no_part_and_sparse_layers_are_measured_where_that_is_possible():
    loss, parameters = bowl(centre=0.3)
    idle = torch.ones(3, dtype=torch.float64, requires_grad=True)
    assert maximal_sharpness(loss, [*parameters, idle]) == maximal_sharpness(loss, parameters)
    models = {}
    for sparse in (True, False):
        torch.manual_seed(0)
        models[sparse] = nn.Sequential(nn.Embedding(5, 4, sparse=sparse), nn.Linear(4, 3)).double()
    x, y = torch.arange(20) % 5, torch.arange(20) % 3
    for measure in (expected_sharpness, maximal_sharpness, pac_bayes_sharpness):
        of_sparse, of_dense = (measure(loss_on(model, x, y), model.parameters()) for model in models.values())
        assert of_sparse.value == pytest.approx(of_dense.value, rel=1e-9)
    with pytest.raises(
        ValueError, match="model: has a layer without second derivatives.*make its gradients dense"
    ) as error:
        hessian_spectrum(models[True], nn.CrossEntropyLoss(), [(x, y)], top=1)
    assert "not been implemented" in str(error.value) and "issue" not in str(error.value)  # the reason, not the advice


def test_bad_input_is_named():
    loss, parameters = bowl()
    with pytest.raises(ValueError, match="delta = 0"):
        expected_sharpness(loss, parameters, delta=0)
    with pytest.raises(ValueError, match="draws = 1"):
        expected_sharpness(loss, parameters, draws=1)
    with pytest.raises(ValueError, match="epsilon = -1"):
        maximal_sharpness(loss, parameters, epsilon=-1)
