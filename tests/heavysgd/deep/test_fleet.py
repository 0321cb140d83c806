"""Runs side by side are the runs of the trainer; half batches and the paper's network and images."""

import numpy as np
import pytest
import torch
from heavysgd.deep import ParetoFactor, ParetoFromC, data, fleet, nets
from heavysgd.deep import experiment as lab
from heavysgd.deep.training import batch_numbers, noisy_loss
from torch import nn

SIX = {method.name: method for method in lab.six_methods(b=0.02, c=2.0)}
HALF = lab.matched(SIX["Our 2"], "half", star="half")
METHODS = [*SIX.values(), HALF]


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (60, 1, 8, 8)), rng.integers(0, 10, 60)
    return lab.Task("small", nets.small_net, data.images(pixels, labels, pixels, labels), iterations=40, quiet=10, batch=8)


def numbers(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_runs_side_by_side_are_those_of_the_trainer(task):
    cases = [(task, method, seed) for method in METHODS for seed in (1, 2)]
    runs = fleet.side_by_side(cases, fleet.Tables(60, 8), progress=False)
    for run, (_, method, seed) in zip(runs, cases):
        trainer = lab.Trainer(task, method, seed)
        trainer.model.to(memory_format=torch.contiguous_format)  # the other layout sums in another order
        trainer.advance(50)
        assert run.finished and run.done == 50 and not run.lost
        assert torch.allclose(numbers(run.model), numbers(trainer.model), atol=1e-6), method.name
    assert not torch.allclose(numbers(runs[0].model), numbers(runs[1].model), atol=1e-2)


def test_chunks_change_nothing(task, monkeypatch):
    whole = fleet.side_by_side([(task, SIX["Our 1"], 1)], fleet.Tables(60, 8), progress=False)[0]
    monkeypatch.setattr(fleet, "CHUNK", 7)
    pieces = fleet.side_by_side([(task, SIX["Our 1"], 1)], fleet.Tables(60, 8), progress=False)[0]
    assert torch.equal(numbers(whole.model), numbers(pieces.model))


def test_a_run_that_is_lost_stops(task, monkeypatch):
    monkeypatch.setattr(fleet, "CHUNK", 5)
    from dataclasses import replace

    run = fleet.side_by_side([(replace(task, lr=1e30), SIX["SB"], 1)], fleet.Tables(60, 8), progress=False)[0]
    assert run.lost and run.finished and run.done < 50


def test_what_goes_side_by_side(task):
    with pytest.raises(ValueError, match="SAM: runs side by side have no ascent"):
        fleet.Run(task, lab.Method("SAM", rho=0.1), 1)


def test_half_batches_are_noise_of_mean_zero_and_half_the_mini_batchs_spread(task):
    """(g_A - g_B) / 2 over random halves: mean zero, the variance of g_SB, but for draws without replacement."""
    torch.manual_seed(0)
    model = nn.Linear(64, 10)
    pixels, labels = task.data.train.flatten(1), task.data.train_labels
    gradient = lambda loss: torch.autograd.grad(loss, model.weight)[0].ravel()  # noqa: E731
    weigh = lambda own, star, large: star - large  # noqa: E731
    halves, batches = [], []
    for step in range(3000):
        chosen = batch_numbers(3, 0, step, 60, 8)
        batch = pixels[chosen], labels[chosen]
        halves.append(gradient(noisy_loss(model, HALF, weigh, batch, None, None)))
        batches.append(gradient(nn.functional.cross_entropy(model(batch[0]), batch[1])))
    halves, batches = torch.stack(halves), torch.stack(batches)
    z = halves.mean(0) / (halves.std(0) / 3000**0.5)
    assert z.abs().max() < 5 and 0.7 < z.std() < 1.3
    ratio = halves.var(0).sum() / batches.var(0).sum()
    assert abs(float(ratio) - 1 / (1 - 8 / 60) * (1 - 1 / 60)) < 0.05  # finite population: 8 of 60 without replacement
    assert HALF.gradients_per_step(100, 1200) == 1


def test_lenet_small():
    torch.manual_seed(0)
    found = numbers(nets.lenet_small())
    assert found.numel() == 11_330 and found.abs().max() <= 0.04
    expected = (
        0.02 * (1 - 2 * 2 * np.exp(-2) / np.sqrt(2 * np.pi) / 0.9544997) ** 0.5
    )  # of a normal law cut at two deviations
    assert abs(float(found.std()) - expected) < 4 * expected / (2 * 11_330) ** 0.5
    assert nets.lenet_small()(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_labels_of_the_named_images_are_drawn_anew(task):
    found = data.relabelled(task.data, 50, slice(30, 50), seed=4)
    assert torch.equal(found.train_labels[:30], task.data.train_labels[:30]) and len(found.train) == 50
    assert not found.wrong[:30].any() and 10 < found.wrong[30:].sum() <= 20
    assert torch.equal(found.wrong, found.train_labels != task.data.train_labels[:50])
    with pytest.raises(ValueError, match="size = 61"):
        data.relabelled(task.data, 61)


def test_pixels_as_in_the_paper():
    pixels = np.array([0, 255, 51, 204]).reshape(1, 2, 2)
    found = data.images(pixels, [1], pixels, [1], scale=(127.5, 127.5))
    assert torch.allclose(found.train.ravel(), torch.tensor([-1.0, 1.0, -0.6, 0.6]))


def test_pareto_from_c_is_lomax_and_c():
    law, lomax = ParetoFromC(1.4, 0.5), ParetoFactor(1.4, 0.5)
    assert np.allclose([law.draw(3, k) for k in range(50)], [lomax.draw(3, k) + 0.5 for k in range(50)])
    with pytest.raises(ValueError, match="alpha"):
        ParetoFromC(0.5)
