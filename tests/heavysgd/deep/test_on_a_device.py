"""On a CUDA device: no step waits for it, and a run whose steps are replayed graphs is the trainer's run."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from heavysgd.deep import ParetoFactor, TimesMedian, TruncatedHeavyTailed, data, fleet, nets
from heavysgd.deep import experiment as lab

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")

BASES = {
    "SGD": lambda of: torch.optim.SGD(of, lr=0.1),
    "momentum": lambda of: torch.optim.SGD(of, lr=0.1, momentum=0.9, weight_decay=0.01),
    "AdamW": lambda of: torch.optim.AdamW(of, lr=0.1),
}
BOUNDS = [{"max_update": 0.1}, {"clip_norm": 0.5}, {"max_update": 0.1, "clip_norm": 0.5}, {"max_update": TimesMedian()}]


def steps(base, bounds, device, watched=False):
    """Parameters and diagnostics after thirty steps of Our 2; waits are errors where it is watched."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).to(device)
    small, large = (torch.randn(size, 5).to(device) for size in (10, 100))
    optimizer = TruncatedHeavyTailed(BASES[base](model.parameters()), noise=ParetoFactor(), seed=1, **bounds)
    loss = lambda images: model(images).square().mean()  # noqa: E731
    for k in range(30):
        if watched and k == 3:  # what is set up once may wait
            torch.cuda.set_sync_debug_mode("error")
        optimizer.zero_grad()
        optimizer.weigh(loss(small), loss(small), loss(large)).backward()
        optimizer.step()
    told = optimizer.diagnostics()
    torch.cuda.set_sync_debug_mode("default")
    return torch.cat([p.detach().ravel() for p in model.parameters()]).cpu(), told


@pytest.mark.parametrize("bounds", BOUNDS, ids=repr)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.filterwarnings("ignore:.*has cut none")
def test_no_step_waits_for_the_device_and_all_are_those_of_a_cpu(base, bounds):
    there, told = steps(base, bounds, "cuda", watched=True)
    here, expected = steps(base, bounds, "cpu")
    assert torch.allclose(there, here, atol=1e-4)
    assert told.keys() == expected.keys() and len(told) > 3
    for name, number in told.items():
        assert torch.allclose(number.cpu().double(), expected[name].double(), rtol=1e-3, equal_nan=True), name


def test_a_wait_is_seen():
    with pytest.raises(RuntimeError):
        torch.cuda.set_sync_debug_mode("error")
        try:
            float(torch.ones(1, device="cuda"))
        finally:
            torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("method", [*lab.six_methods(b=0.02, c=2.0), lab.unclipped(steps=25)], ids=lambda m: m.name)
def test_a_run_of_replayed_graphs_is_the_trainers(method):
    """In double precision: in single, a rectifier that rounding turns on moves its weights by 1e-4."""
    rng = np.random.default_rng(0)
    images = data.images(rng.integers(0, 256, (60, 1, 8, 8)), rng.integers(0, 10, 60), np.zeros((1, 1, 8, 8)), np.zeros(1))
    images = images._replace(train=images.train.double())
    task = lab.Task("small", lambda: nets.small_net().double(), images, iterations=40, quiet=10, batch=8)
    run = fleet.Run(replace(task, data=images.to("cuda")), method, 1)
    fleet.side_by_side([run], fleet.Tables(60), progress=False)
    trainer = lab.Trainer(task, method, 1)
    trainer.advance(50)
    there, here = (torch.cat([p.detach().ravel().cpu() for p in of.parameters()]) for of in (run.model, trainer.model))
    assert run.finished and run.done == 50 and torch.allclose(there, here, rtol=0, atol=1e-9)
