"""Runs side by side are the runs of the trainer; half batches and the paper's network and images."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from heavysgd.deep import ParetoFactor, ParetoFromC, data, fleet, nets
from heavysgd.deep import experiment as lab
from heavysgd.deep.methods import Phase
from heavysgd.deep.training import batch_numbers, noisy_loss, phase_at
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


def together(cases, progress=False, **options):
    runs = [fleet.Run(*case) for case in cases]
    fleet.side_by_side(runs, fleet.Tables(60), progress=progress, **options)
    return runs


SCHEDULES = [  # a task's schedule; a large batch that is drawn; a method's own schedule, rate and bound
    ({}, {}),
    ({"large": 20}, {}),
    ({"lr": 0.5}, {"phases": (Phase(30), Phase(10, "SB"), Phase(10, "LB")), "lr": 0.02, "weight_bound": 0.1}),
]


@pytest.mark.parametrize("of_task, of_method", SCHEDULES)
def test_runs_side_by_side_are_those_of_the_trainer(task, of_task, of_method):
    """In double precision: in single, a rectifier that rounding turns on moves its weights by 1e-4."""
    double = replace(task, net=lambda: nets.small_net().double(), data=task.data._replace(train=task.data.train.double()))
    cases = [(replace(double, **of_task), replace(method, **of_method), seed) for method in METHODS for seed in (1, 2)]
    runs = together(cases)
    for run, (own, method, seed) in zip(runs, cases):
        trainer = lab.Trainer(own, method, seed)
        trainer.advance(50)
        assert run.finished and run.done == trainer.done == 50 and not run.lost
        assert torch.allclose(numbers(run.model), numbers(trainer.model), rtol=0, atol=1e-12), method.name
    assert not torch.allclose(numbers(runs[0].model), numbers(runs[1].model), atol=1e-2)


def test_a_methods_own_schedule_rate_and_bound_are_kept(task):
    """Against plain descent written out: ten steps of SB from the start, all parameters clipped."""
    method = replace(SIX["SB"], phases=(Phase(0), Phase(10, "SB")), lr=0.3, weight_bound=0.05)
    (run,) = together([(task, method, 1)])
    model = lab.Trainer(task, SIX["SB"], 1).model
    for step in range(10):
        chosen = batch_numbers(1, 0, step, 60, 8)
        loss = nn.functional.cross_entropy(model(task.data.train[chosen]), task.data.train_labels[chosen])
        with torch.no_grad():
            for p, slope in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters()))):
                p.copy_((p - 0.3 * slope).clamp(-0.05, 0.05))
    found = numbers(run.model)
    assert (
        run.done == 10
        and torch.allclose(found, numbers(model), atol=1e-6)
        and float(found.abs().max()) == pytest.approx(0.05)
    )


def test_the_papers_sb_with_noise_is_our_2_without_truncation():
    method = lab.unclipped()
    assert [(phase.steps, phase.kind) for phase in method.phases] == [(50_000, "method"), (50_000, "SB")]
    assert (method.star, method.b, method.lr, method.weight_bound) == ("same", None, 0.005, 1.0)
    assert (method.noise.alpha, method.noise.c) == (1.4, 0.5)


def test_which_phase_a_step_is_in():
    phases = Phase(3), Phase(0, "SB"), Phase(2, "LB")
    assert [phase_at(phases, done) for done in range(5)] == [
        ("method", 3), ("method", 2), ("method", 1), ("LB", 2), ("LB", 1)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="done = 5: the run has ended"):
        phase_at(phases, 5)


def test_chunks_change_nothing(task, monkeypatch):
    (whole,) = together([(task, SIX["Our 1"], 1)])
    monkeypatch.setattr(fleet, "CHUNK", 7)
    (pieces,) = together([(task, SIX["Our 1"], 1)])
    assert torch.equal(numbers(whole.model), numbers(pieces.model))


def test_runs_that_time_cuts_go_on_from_there_and_each_is_told_of_as_it_ends(task, monkeypatch):
    monkeypatch.setattr(fleet, "CHUNK", 7)
    cases = [(task, SIX["Our 1"], 1), (replace(task, iterations=7, quiet=0), SIX["SB"], 1)]
    (whole, _), ended = together(cases), []
    times = iter([0.0, 2.0])
    monkeypatch.setattr(fleet.time, "monotonic", lambda: next(times))
    runs = together(cases, ended=ended.append, deadline=1.0)
    assert [run.done for run in runs] == [7, 7] and ended == [runs[1]]
    monkeypatch.undo()
    fleet.side_by_side(runs, fleet.Tables(60), ended.append, progress=False)
    assert ended == [runs[1], runs[0]] and torch.equal(numbers(whole.model), numbers(runs[0].model))


def test_a_run_that_is_lost_stops(task, monkeypatch):
    monkeypatch.setattr(fleet, "CHUNK", 5)
    (run,) = together([(replace(task, lr=1e30), SIX["SB"], 1)])
    assert run.lost and run.finished and run.done < 50


def test_a_run_ends_at_the_training_loss_that_its_method_asks(task):
    method = replace(SIX["SB"], stop_at=2.25)
    (run,) = together([(replace(task, iterations=2000, quiet=0), method, 1)])
    trainer = lab.Trainer(replace(task, iterations=2000, quiet=0), method, 1)
    trainer.advance(2000)
    assert run.done == trainer.done < 2000 and not run.lost
    assert torch.allclose(numbers(run.model), numbers(trainer.model), atol=1e-4)


def test_half_precision_is_near_and_not_the_same(task):
    exact, half = (together([(task, SIX["SB"], 1, precision)])[0] for precision in (None, torch.bfloat16))
    far = float((numbers(exact.model) - numbers(half.model)).norm() / numbers(exact.model).norm())
    assert 1e-7 < far < 0.05


def test_what_goes_side_by_side(task):
    with pytest.raises(ValueError, match="SAM: runs side by side have no ascent"):
        fleet.Run(task, lab.Method("SAM", rho=0.1), 1)


def test_a_batch_of_many_images_is_even_without_repetition_and_its_own():
    drawn = torch.stack([batch_numbers(3, 0, step, 10_000, 100) for step in range(500)])
    assert all(len(row.unique()) == 100 for row in drawn) and drawn.min() >= 0 and drawn.max() < 10_000
    counts = torch.histc(drawn.double(), 100, 0, 10_000)
    assert float(((counts - 500) ** 2 / 500).sum()) < 99 + 5 * (2 * 99) ** 0.5
    assert torch.equal(drawn[7], batch_numbers(3, 0, 7, 10_000, 100))
    others = batch_numbers(4, 0, 7, 10_000, 100), batch_numbers(3, 1, 7, 10_000, 100), drawn[8]
    assert not any(torch.equal(drawn[7], other) for other in others)


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
