"""The chapter on small noise in long roll-outs: variances, costs and the linearised network, each against another way."""

import heavysgd as hs
import numpy as np
import pytest
import torch
from companion.subjects.butterfly import network
from companion.subjects.butterfly import study as fly

PLANT = fly.Plant()
RAW, AVERAGED = fly.Number(), fly.Number(rate=0.005)


@pytest.mark.parametrize("number", [RAW, AVERAGED])
def test_variances_of_a_number_are_those_of_paths(number):
    found = fly.moment(number.path(100_000, 64, seed=3), np.square)
    assert abs(found.value - number.variance()) < 4.5 * found.stderr < 0.2 * number.variance()


def test_averaging_at_rate_one_is_none():
    assert fly.Number(rate=1.0).variance() == pytest.approx(RAW.variance())
    assert AVERAGED.variance() < RAW.variance() / 5


def test_growth_is_the_moment_of_a_normal_weight():
    w = np.sqrt(RAW.variance()) * np.random.default_rng(1).standard_normal(400_000)
    values = fly.growth(100)(w)
    assert abs(RAW.grown(100) - values.mean()) < 4.5 * values.std() / np.sqrt(w.size)
    assert RAW.grown(0) == pytest.approx(1)
    assert fly.normal_beyond(1.5) == pytest.approx(0.0668, abs=1e-4)
    assert fly.beyond(np.array([[0.0, 1.0], [1.0, 1.0]]), RAW, 1.5).value == 0.75


def test_the_tail_index_is_where_the_moment_of_the_factor_is_one():
    index, a = fly.Number(eta=0.5).tail_index(), np.random.default_rng(2).standard_normal(4_000_000)
    values = np.abs(1 - 0.5 * a**2) ** index
    assert abs(values.mean() - 1) < 4.5 * values.std() / np.sqrt(a.size) < 0.05
    assert RAW.tail_index() > 20 * index


def test_the_expert_costs_less_than_its_neighbours():
    k = PLANT.expert()
    near = k + 0.02 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert np.all(fly.relative_cost(PLANT, near, 2000) > 1) and fly.relative_cost(PLANT, k, 200) == pytest.approx(1)


def test_costs_are_those_of_roll_outs():
    k, (a, b), rng = PLANT.expert() * 1.1, PLANT.dynamics, np.random.default_rng(4)
    x, total = rng.standard_normal((200_000, 2)), 0.0
    for _ in range(30):
        u = x @ k
        total = total + (x**2).sum(axis=1) + PLANT.effort * u**2
        x = x @ a.T + u[:, None] * b[:, 0]
    assert abs(PLANT.cost(k, 30) - total.mean()) < 4.5 * total.std() / np.sqrt(total.size)


@pytest.mark.parametrize("rate", [None, 0.02])
def test_policies_have_the_variance_that_is_predicted(rate):
    k = PLANT.expert()
    cloned = fly.clone(k, 0.2, 8, 0.5, rate or 0.5, 3000, 200, seed=1, every=20)
    seen = ((cloned.raw if rate is None else cloned.averaged)[:, 50:] - k) ** 2
    per_path = seen.mean(axis=(1, 2))
    error = per_path.std() / np.sqrt(per_path.size)
    assert abs(per_path.mean() - fly.policy_variance(0.2, 8, 0.5, rate)) < 4.5 * error
    assert rate or abs(per_path.mean() - 0.2 * 0.5**2 / 8 / 2) > 10 * error


def test_gradients_are_those_of_autograd():
    draws = torch.Generator().manual_seed(1)
    weights = [torch.randn(2, *shape, generator=draws, dtype=torch.float64) for shape in ((2, 5), (1, 5), (5, 1), (1, 1))]
    states = torch.randn(1, 3, 2, generator=draws, dtype=torch.float64)
    found = network._gradients(weights, states)
    for r in range(2):
        for n in range(3):
            leaves = [w[r : r + 1].clone().requires_grad_() for w in weights]
            slopes = torch.autograd.grad(network.act(leaves, states[:, n : n + 1]).sum(), leaves)
            assert torch.allclose(found[r, n], torch.cat([slope.ravel() for slope in slopes]))


def test_the_linearised_network_with_states_as_features_is_the_linear_policy():
    states = torch.randn(20_000, 2, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    for eta in (0.05, 0.2):
        loss = network.linearised(states, eta, 8, 0.5, 4000)
        assert loss == pytest.approx(fly.policy_variance(eta, 8, 0.5), rel=0.02)  # E (x . dk)^2 / 2 = 2 v / 2
    short = network.linearised(states, 0.05, 8, 0.5, 10)
    assert short < 0.5 * loss


def test_the_rounds_of_the_linearised_network_are_enough_and_five_are_not():
    features = torch.randn(500, 20, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    given, finer, few = (
        network.linearised(features, 0.02, 8, 0.5, 500, **how) for how in ({}, {"rounds": 400}, {"rounds": 5})
    )
    assert given == pytest.approx(finer, rel=1e-5) and few != pytest.approx(finer, rel=1e-5)


def test_a_network_is_trained_as_told():
    run = network.train(PLANT, 0.05, 8, 0.5, 0.01, 120, 2, seed=1, every=40)
    assert run.steps.tolist() == [40, 80, 120] and run.loss.shape == run.averaged_cost.shape == (2, 3)
    assert np.all(run.loss > 0) and np.all(run.averaged_loss < run.loss) and np.all(run.cost > 0.99)
    again = network.train(PLANT, 0.05, 8, 0.5, 0.01, 120, 2, seed=1, every=40)
    assert np.array_equal(run.cost, again.cost) and 0 < run.predicted < 2 * run.rough


@pytest.mark.parametrize("rate", [0.0, 1.5])
def test_rates_of_averages_are_checked(rate):
    f = hs.Landscape("x**2/2", bounds=(-10, 10))
    with pytest.raises(ValueError, match="rate"):
        hs.AveragedRegression(f, hs.Gaussian(1.0), 0.1, rate=rate)
