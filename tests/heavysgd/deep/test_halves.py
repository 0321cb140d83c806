"""Half-batch noise: its mean and covariance, where its halves come from, and what it costs; losses over 1 + Z."""

import pytest
import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, halves
from heavysgd.deep.half_batch import order
from torch import nn


def spread(count, draws, size=6):
    """Gradients (draws, 6) of the mini-batch and of half-batch noise, each from examples of its own."""
    torch.manual_seed(count)
    theta = torch.zeros(size, dtype=torch.float64, requires_grad=True)
    root = torch.tril(torch.ones(size, size, dtype=torch.float64))  # no coordinate is like another
    own, noise = [], []
    for step in range(draws):
        examples = (torch.randn(count, size, dtype=torch.float64) + 0.7) @ root
        whole, first, second = halves(examples @ theta, seed=1, step=step)
        own.append(torch.autograd.grad(whole, theta, retain_graph=True)[0])
        noise.append(torch.autograd.grad(first - second, theta)[0])
    return torch.stack(own), torch.stack(noise), root.T @ root / count


@pytest.mark.parametrize("count", [2, 8])
def test_its_mean_is_zero_and_its_covariance_that_of_the_mini_batch(count):
    draws = 4000
    own, noise, expected = spread(count, draws)
    assert float((noise.mean(0).abs() / (expected.diagonal() / draws).sqrt()).max()) < 4.5
    assert float((own.mean(0).abs() / (expected.diagonal() / draws).sqrt()).min()) > 4.5  # which has a mean
    for found in (own, noise):
        power = torch.cov(found.T).trace() / expected.trace()
        error = ((2 * (expected @ expected).trace()) / draws).sqrt() / expected.trace()  # of normal variables
        assert abs(float(power) - 1) < 4 * float(error) < 0.5 * abs(0.75 - 1)
        apart = (torch.cov(found.T) - expected).norm() / expected.norm()
        assert float(apart) < 0.1


def test_of_an_odd_number_one_example_is_in_neither_half():
    _, noise, expected = spread(5, 4000)
    power = float(torch.cov(noise.T).trace() / expected.trace())  # halves of two: sigma^2 / 4 and not / 5
    assert abs(power - 5 / 4) < 0.1 < abs(power - 1)


def test_halves_are_a_random_partition_of_seed_and_step():
    losses = torch.arange(8.0)
    seen = {float(halves(losses, 3, step)[1]) for step in range(100)}
    assert len(seen) > 10 and halves(losses, 3, 5) == halves(losses, 3, 5)
    for step in range(5):
        whole, first, second = halves(losses, 3, step)
        assert whole == 3.5 and first + second == 3.5  # means of four each, halved
    assert not torch.equal(order(50, 3, 0), order(50, 4, 0)) and order(50, 3, 0).sort().values.tolist() == list(range(50))
    firsts = torch.bincount(torch.stack([order(8, 0, step)[:4] for step in range(4000)]).ravel(), minlength=8)
    assert float(((firsts - 2000).abs() / (4000 / 4) ** 0.5).max()) < 4.5


def test_the_first_dimension_is_that_of_examples():
    losses = torch.randn(6, 4, 3)
    assert halves(losses, 1, 2) == halves(losses.mean((1, 2)), 1, 2)
    for wrong in (torch.tensor(1.0), torch.ones(1), torch.ones(1, 5)):
        with pytest.raises(ValueError, match="must be one for each of at least two examples"):
            halves(wrong, 0, 0)


def problem():
    torch.manual_seed(0)
    return nn.Linear(5, 3).double(), torch.randn(12, 5, dtype=torch.float64), torch.randint(0, 3, (12,))


def test_the_weighed_loss_has_the_gradient_that_is_promised():
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.1), noise=ParetoFactor(), seed=4)
    each = nn.functional.cross_entropy(model(x), y, reduction="none")
    slope = lambda loss: torch.autograd.grad(loss, model.weight, retain_graph=True)[0]  # noqa: E731
    mixed = order(12, 4, 0)
    z = ParetoFactor().draw(4, 0)
    expected = slope(each.mean()) + z * (slope(each[mixed[:6]].mean()) - slope(each[mixed[6:]].mean())) / 2
    assert float(optimizer.noise_ratio(*optimizer.halves(each))) == pytest.approx(ratio(model, each, mixed, z), rel=1e-12)
    optimizer.weigh_halves(each).backward()
    assert torch.allclose(model.weight.grad, expected, atol=1e-14)


def ratio(model, each, mixed, z):
    parameters = list(model.parameters())
    flat = lambda loss: torch.cat([g.ravel() for g in torch.autograd.grad(loss, parameters, retain_graph=True)])  # noqa: E731
    return float(z * flat((each[mixed[:6]].mean() - each[mixed[6:]].mean()) / 2).norm() / flat(each.mean()).norm())


class Fixed:
    """Z as it is given, step by step."""

    def __init__(self, *values):
        self.values = values

    def draw(self, seed, step):
        return self.values[step]


@pytest.mark.parametrize("bound", [{"clip_norm": 0.3}, {"max_update": 0.02}, {"max_update": 0.02, "clip_norm": 0.3}, {}])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_losses_over_1_plus_z_make_the_same_steps(bound, momentum):
    ends = {}
    for rescale in (False, True):
        model, x, y = problem()
        base = torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum)
        optimizer = TruncatedHeavyTailed(base, noise=ParetoFactor(), seed=4, rescale=rescale, **bound)
        for _ in range(6):
            optimizer.zero_grad()
            each = nn.functional.cross_entropy(model(x), y, reduction="none")
            optimizer.weigh_halves(each).backward()
            optimizer.step()
        ends[rescale] = model.weight.detach().clone()
    assert torch.allclose(ends[True], ends[False], atol=1e-13)


def test_in_half_precision_a_large_z_is_a_jump_and_not_a_step_left_out():
    """Gradients through numbers of 16 bits end at 65 504: Z = 3e5 is beyond, over 1 + Z it is not."""
    moved = {}
    for rescale in (False, True):
        theta = nn.Parameter(torch.zeros(4))
        signs = torch.tensor([1.0, -1.0, 1.0, -1.0])
        optimizer = TruncatedHeavyTailed(
            torch.optim.SGD([theta], lr=0.1), 0.5, Fixed(3e5, 0.0), rescale=rescale, skip_nonfinite=True
        )
        large = ((theta.half() * 4) * signs.half()).sum()
        optimizer.weigh((theta.half() * 1.0).sum(), large, 0.5 * large).backward()
        optimizer.step()
        moved[rescale] = theta.detach().clone()
    assert not moved[False].any()
    assert torch.allclose(moved[True], -0.5 * torch.tensor([1.0, -1.0, 1.0, -1.0]) / 2, atol=1e-3)
