"""Diagnostics against what they say they are; each warning where it is due and nowhere else; a compiled loss."""

import math
import socket
import warnings

import pytest
import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed
from torch import nn
from torch._dynamo.testing import CompileCounter


class Fixed:
    """Z = 0 but for what a test needs."""

    def draw(self, seed, step):
        return 0.0


def run(steps, sizes=lambda step: 1.0, weigh=True, **settings):
    theta = nn.Parameter(torch.zeros(3))
    settings = {"noise": Fixed()} | settings
    optimizer = TruncatedHeavyTailed(torch.optim.SGD([theta], lr=1.0), **settings)
    for step in range(steps):
        if weigh:
            optimizer.weights()
        theta.grad = sizes(step) * torch.tensor([0.6, 0.0, 0.8])
        optimizer.step()
    return optimizer


def test_diagnostics_of_steps_of_known_lengths():
    optimizer = run(
        50, lambda step: 10.0 if step % 5 == 4 else 1.0, max_update=0.5, clip_norm=2.0, noise=ParetoFactor(), seed=2
    )
    told = {name: float(value) for name, value in optimizer.diagnostics().items()}
    assert told["steps"] == 50 and told["skipped"] == 0 and told["z"] == pytest.approx(ParetoFactor().draw(2, 49))
    assert told["clip_norm/before"] == pytest.approx(10) and told["clip_norm/after"] == told["clip_norm/limit"] == 2.0
    assert told["max_update/before"] == pytest.approx(2) and told["max_update/after"] == told["max_update/limit"] == 0.5
    assert told["clip_norm/share_cut"] == pytest.approx(0.2) and told["max_update/share_cut"] == 1.0
    assert math.isnan(told["clip_norm/tail_index"])  # of fifty lengths, none
    assert run(3).diagnostics().keys() == {"z", "steps", "skipped"}


def test_the_running_tail_index_is_that_of_lengths_before_the_cut():
    lengths = ((torch.rand(1000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)) ** (-1 / 1.4)).tolist()
    found = float(run(1000, lambda step: lengths[step], max_update=2.0).diagnostics()["max_update/tail_index"])
    assert abs(found - 1.4) < 3 * 1.4 / 100**0.5  # of Hill's estimate from a hundred, and not alpha = 2.4
    assert abs(found - 2.4) > 3 * 1.4 / 100**0.5


def told(steps, **settings):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(steps, **settings)
    return [str(warning.message) for warning in caught]


def test_one_warning_if_no_loss_was_weighed():
    said = told(60, weigh=False)
    assert len(said) == 1 and "20 steps and no loss was weighed" in said[0]
    assert told(60) == told(60, weigh=False, noise=None) == told(19, weigh=False) == []


@pytest.mark.parametrize("name", ["max_update", "clip_norm"])
def test_one_warning_if_nothing_was_ever_cut(name):
    said = told(1100, **{name: 1.5})
    assert len(said) == 1 and f"{name} = 1.5 has cut none of 1000 steps; the last was 1 long" in said[0]
    assert told(1100, sizes=lambda step: 2.0 if step == 400 else 1.0, **{name: 1.5}) == [] == told(1100)


def _rank(rank, port, seeds, queue):
    torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=len(seeds))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer = run(1, seed=seeds[rank])
        torch.distributed.barrier()
        run(1, seed=7)
    queue.put(([str(w.message) for w in caught], optimizer.draws))
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize("seeds, expected", [((3, 3), 0), ((3, 4), 1)])
def test_ranks_of_different_seeds_are_told(seeds, expected):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = torch.multiprocessing.get_context("spawn")
    queue = context.Queue()
    ranks = [context.Process(target=_rank, args=(rank, port, seeds, queue)) for rank in range(2)]
    for process in ranks:
        process.start()
    said = [queue.get(timeout=200)[0] for _ in ranks]
    for process in ranks:
        process.join(timeout=60)
    about = [text for texts in said for text in texts if "draws Z by seed" in text]
    assert expected <= len(about) <= 2 * expected and len(about) == sum(len(texts) for texts in said)
    assert all("give all the same seed" in text for text in about)


def test_a_compiled_loss_has_a_new_z_in_every_step_and_is_compiled_a_few_times_only():
    counter = CompileCounter()
    torch.manual_seed(0)
    start, x = nn.Linear(5, 3).double(), torch.randn(8, 5, dtype=torch.float64)
    ends = {}
    for compiled in (False, True):
        model = nn.Linear(5, 3).double()
        model.load_state_dict(start.state_dict())
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.1), 0.05, ParetoFactor(), seed=1)

        def loss(x, model=model, optimizer=optimizer):
            return optimizer.weigh_halves(model(x).square().sum(1))

        called = torch.compile(loss, backend=counter) if compiled else loss
        for _ in range(12):
            optimizer.zero_grad()
            called(x).backward()
            optimizer.step()
        ends[compiled] = model.weight.detach().clone()
    assert torch.allclose(ends[True], ends[False], atol=1e-14)
    assert 1 <= counter.frame_count <= 8 and optimizer.draws == 12
