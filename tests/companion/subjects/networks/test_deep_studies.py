"""The chapters on networks: chances of being cut, lengths of updates, tails of gradient noise, by hand and by drawing."""

import heavysgd as hs
import numpy as np
import pytest
import torch
from companion.ledger.rules import Covers
from companion.ledger.seeds import derived
from companion.subjects.networks import gradient_noise, truncation, wrapper
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, Weights
from heavysgd.deep import experiment as lab
from heavysgd.deep.data import Images
from torch import nn
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)  # of so small a network, more only wait for each other
HEAVY = ParetoFactor(1.4, 0.5)


def images(n=300):
    generator = torch.Generator().manual_seed(0)
    pixels, labels = torch.randn(n, 1, 2, 3, generator=generator), torch.randint(0, 3, (n,), generator=generator)
    return Images(pixels, labels, pixels[:50], labels[:50], torch.zeros(n, dtype=torch.bool))


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(6, 3))


def test_batches_are_drawn_without_replacement_and_by_seed():
    data = images(30)
    stream = wrapper.batches(data, 30, seed=4)
    x, y = next(stream)
    assert torch.equal(torch.sort(y).values, torch.sort(data.train_labels).values)
    again, other = next(wrapper.batches(data, 30, seed=4)), next(wrapper.batches(data, 30, seed=5))
    assert torch.equal(again[0], x) and not torch.equal(other[0], x) and not torch.equal(next(stream)[0], x)


def test_updates_are_as_long_as_the_step_and_no_longer_than_b():
    assert wrapper.flat([torch.ones(2, 2), torch.zeros(3)]).tolist() == [1, 1, 1, 1, 0, 0, 0]
    lengths = {}
    for b in (None, 0.05):
        model = network()
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.1), b, HEAVY, seed=3)
        lengths[b] = wrapper.update_lengths(model, optimizer, images(), 20, seed=0, batch=30)
    assert lengths[None].max() > 0.05 and lengths[0.05].max() == pytest.approx(0.05, rel=1e-4)
    assert 0 < torch.count_nonzero(lengths[0.05] < 0.0499) < 20
    model, data = network(), images()
    x, y = next(wrapper.batches(data, 30, seed=0))
    slopes = [
        wrapper.flat(torch.autograd.grad(cross_entropy(model(a), c), model.parameters()))
        for a, c in ((x, y), (data.train, data.train_labels))
    ]
    z = HEAVY.draw(3, 0)
    assert lengths[None][0] == pytest.approx(float(0.1 * (slopes[0] + z * (slopes[0] - slopes[1])).norm()), rel=1e-4)


def test_one_gradient_of_three_losses():
    model = network().double()
    losses = tuple(model(torch.randn(5, 1, 2, 3, dtype=torch.float64)).square().mean() for _ in range(3))
    right, wrong = Weights(1.0, 0.7, -0.7), Weights(1.0, 0.7, 0.7)
    assert wrapper.distance_from_three_gradients(model, losses, right, right).value < 1e-12
    slopes = [wrapper.flat(torch.autograd.grad(loss, model.parameters(), retain_graph=True)) for loss in losses]
    total = slopes[0] + 0.7 * slopes[1] + 0.7 * slopes[2]
    off = wrapper.distance_from_three_gradients(model, losses, right, wrong).value
    assert off == pytest.approx(float(1.4 * slopes[2].norm() / total.norm()))


def test_the_chance_of_being_cut_is_that_of_drawn_factors():
    rng = np.random.default_rng(0)
    small, noise = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    small *= np.array([0.2, 0.5, 1.0, 2.0, 0.3, 0.1])[:, None]
    noise[4] = -8 * small[4]  # inflated, the gradient first shrinks: not cut from 0 on, then cut
    small[5] *= 40  # longer than G already
    products = ((one * other).sum(axis=1) for one, other in ((small, small), (small, noise), (noise, noise)))
    steps = truncation.Watched(*products, np.zeros(6, bool))
    z = HEAVY.c * (rng.random(400_000) ** (-1 / HEAVY.alpha) - 1)
    for clip in (0.5, 1.5):
        lengths = np.array([np.linalg.norm(s + np.outer(z, n), axis=1) for s, n in zip(small, noise)])
        drawn = (lengths > clip).mean(axis=1)
        assert truncation.chances(steps, clip, HEAVY) == pytest.approx(drawn, abs=4e-3)
    assert truncation.chances(steps, 1e-9, HEAVY) == pytest.approx(np.ones(6))
    assert truncation.chances(steps, 1e9, HEAVY) == pytest.approx(np.zeros(6), abs=1e-6)


def test_watched_steps_were_cut_as_often_as_their_chances_say():
    model, data = network(), images()
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.1), 0.05, HEAVY, seed=3)
    steps = truncation.watched(model, optimizer, data, 250, seed=1, batch=30)
    expected = truncation.chances(steps, 0.05 / 0.1, HEAVY)
    assert 0.02 < expected.mean() < 0.98 and np.all(steps.both**2 <= steps.small * steps.noise * (1 + 1e-5))
    share = truncation.share_cut(steps, expected)
    assert share.value == steps.cut.mean()
    assert share.stderr == pytest.approx(np.sqrt(np.sum(expected * (1 - expected))) / 250)
    assert Covers().holds(expected.mean(), share)
    assert not Covers().holds(truncation.chances(steps, 1.2 * 0.5, HEAVY).mean(), share)


def test_steps_under_a_bound_that_follows_the_run_are_not_watched():
    model, data = network(), images()
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.1), "auto", HEAVY)
    with pytest.raises(ValueError, match=r"max_update = TimesMedian\(.*\): must be a number"):
        truncation.watched(model, optimizer, data, 1, seed=1, batch=30)
    assert optimizer.draws == 0


def test_gradient_noise_is_the_distance_of_two_gradients():
    task = lab.Task("small", network, images(), batch=30, large=300)
    norms = gradient_noise.mini_batch_noise(task, 0, 5, seed=2)
    model = lab.Trainer(task, lab.Method("SB"), derived(2, "training")).model
    slope = lambda x, y: wrapper.flat(torch.autograd.grad(cross_entropy(model(x), y), model.parameters()))  # noqa: E731
    data, generator = task.data, torch.Generator().manual_seed(derived(2, "mini-batches"))
    whole = slope(data.train, data.train_labels)
    for found in norms:
        chosen = torch.randperm(300, generator=generator)[:30]
        part = slope(data.train[chosen], data.train_labels[chosen])
        assert found == pytest.approx(float((part - whole).norm()), rel=1e-4)


def test_injected_noise_takes_a_factor_of_its_own_for_each():
    heavy = gradient_noise.injected(np.array([1.0, 2.0, 3.0]), HEAVY, seed=7)
    assert heavy.tolist() == [n * (1 + HEAVY.draw(7, k)) for k, n in enumerate((1.0, 2.0, 3.0))]


def test_the_shape_of_a_tail():
    sample = np.abs(hs.Lomax(1.4, 0.3).sample(20_000, seed=3))
    found = gradient_noise.tail_shape(sample)
    fit = hs.inference.pareto_ml(sample, float(np.quantile(sample, 0.9)))
    assert found.value == 1 / fit.value and found.stderr == pytest.approx((1 + 1 / fit.value) / np.sqrt(2000), rel=1e-3)
    assert Covers().holds(1 / 1.4, found) and not Covers().holds(1 / 1.4 - 0.25, found)
    assert gradient_noise.tail_shape(np.random.default_rng(0).random(2000)).value == 0
