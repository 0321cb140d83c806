"""The wrapper: its gradient, its truncation, and that it behaves as an optimizer does."""

import copy
import pickle
import socket
from fractions import Fraction

import numpy as np
import pytest
import torch
from heavysgd.deep import GaussianFactor, ParetoFactor, TruncatedHeavyTailed, lengths
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

HEAVY = ParetoFactor(1.4, 0.5)
BASES = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01),
}


def problem(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).double()
    return model, torch.randn(60, 5, dtype=torch.float64), torch.randint(0, 3, (60,))


def loss(model, x, y, part):
    return nn.functional.cross_entropy(model(x[part]), y[part])


PARTS = slice(0, 8), slice(8, 16), slice(0, 60)


def flat(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def bounds(mode, b, lr=0.05):
    """Thresholds that hold the first update to b, on the update or on the gradient."""
    return {"max_update": b} if mode == "update" else {"clip_norm": None if b is None else b / lr}


def train(base="SGD", steps=5, b=0.02, noise=HEAVY, seed=3, optimizer=None, model=None, mode="update", **more):
    start, x, y = problem()
    model = model or start
    given = bounds(mode, b) | {"noise": noise, "seed": seed} | more
    optimizer = optimizer or TruncatedHeavyTailed(BASES[base](model.parameters()), **given)
    positions = [flat(model)]
    for _ in range(steps):
        optimizer.zero_grad()
        optimizer.weigh(*(loss(model, x, y, part) for part in PARTS)).backward()
        optimizer.step()
        positions.append(flat(model))
    return model, optimizer, torch.stack(positions)


@pytest.mark.parametrize("kind", ["our 1", "our 2"])
def test_one_backward_pass_is_the_sum_of_three(kind):
    model, x, y = problem()
    parameters, parts = list(model.parameters()), PARTS if kind == "our 1" else (PARTS[0], PARTS[0], PARTS[2])
    separate = [torch.autograd.grad(loss(model, x, y, part), parameters) for part in parts]
    optimizer = TruncatedHeavyTailed(BASES["SGD"](parameters), None, HEAVY, seed=3)
    z = HEAVY.draw(3, 0)
    optimizer.weigh(*(loss(model, x, y, part) for part in parts)).backward()
    for p, small, star, large in zip(parameters, *separate):
        assert torch.allclose(p.grad, small + z * (star - large), atol=1e-12)
        assert not torch.allclose(p.grad, small + 1.01 * z * (star - large), atol=1e-6)


def test_pieces_of_the_large_batch_add_up():
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), None, HEAVY, seed=3)
    weights = optimizer.weights()
    (weights.small * loss(model, x, y, PARTS[0])).backward()
    (weights.star * loss(model, x, y, PARTS[1])).backward()
    for part in (slice(0, 20), slice(20, 40), slice(40, 60)):
        (weights.large / 3 * loss(model, x, y, part)).backward()
    other = TruncatedHeavyTailed(BASES["SGD"](copy.deepcopy(model).parameters()), None, HEAVY, seed=3)
    pieces = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    other.weigh(*(loss(model, x, y, part) for part in PARTS)).backward()
    assert all(torch.allclose(p.grad, piece, atol=1e-12) for p, piece in zip(model.parameters(), pieces))


@pytest.mark.parametrize("base", BASES)
def test_no_update_is_longer_than_b_and_shorter_ones_are_left_alone(base):
    _, _, cut = train(base, b=0.02)
    _, _, free = train(base, b=None)
    lengths = (cut[1:] - cut[:-1]).norm(dim=1)
    assert lengths.max() <= 0.02 * (1 + 1e-9) and (free[1:] - free[:-1]).norm(dim=1).max() > 0.03
    first = free[1] - free[0]
    assert torch.allclose(cut[1] - cut[0], first * min(1, 0.02 / first.norm()), atol=1e-12)
    _, _, wide = train(base, b=1e6)
    assert torch.equal(wide, free)


def test_for_plain_sgd_cutting_gradients_is_cutting_updates():
    assert torch.allclose(train(mode="gradient")[2], train(mode="update")[2], atol=1e-12)
    gradient, update = (train("momentum", mode=mode)[2] for mode in ("gradient", "update"))
    assert not torch.allclose(gradient, update, atol=1e-3)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_groups_with_their_own_rates_are_cut_together(momentum):
    moves = {}
    for b in (1e-3, None):
        model, x, y = problem()
        groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters(), "lr": 0.001}]
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(groups, lr=0.05, momentum=momentum), b)
        before = flat(model)
        loss(model, x, y, PARTS[0]).backward()
        optimizer.step()
        moves[b] = flat(model) - before
    assert abs(moves[1e-3].norm() - 1e-3) < 1e-12
    assert torch.allclose(moves[1e-3], moves[None] * 1e-3 / moves[None].norm(), atol=1e-14)  # one factor for both groups


def test_clipping_is_pytorchs_own_over_all_groups():
    model, x, y = problem()
    other = copy.deepcopy(model)
    for net in (model, other):
        loss(net, x, y, PARTS[0]).backward()
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[2].parameters(), "lr": 0.001}]
    TruncatedHeavyTailed(torch.optim.SGD(groups, lr=0.05), clip_norm=0.01).step()
    nn.utils.clip_grad_norm_(other.parameters(), 0.01)
    for ours, theirs in zip(model.parameters(), other.parameters()):
        assert torch.allclose(ours.grad, theirs.grad, rtol=1e-4, atol=0)  # PyTorch adds 1e-6 to the norm


def test_a_closure_is_evaluated_once_and_its_loss_returned():
    model, x, y = problem()
    optimizer, calls = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), 0.02, HEAVY, seed=3), []

    def closure():
        optimizer.zero_grad()
        calls.append(optimizer.weigh(*(loss(model, x, y, part) for part in PARTS)))
        calls[-1].backward()
        return calls[-1]

    assert optimizer.step(closure) is calls[0] and len(calls) == optimizer.draws == 1
    assert torch.equal(flat(model), train(steps=1)[2][-1])


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("mode", ["update", "gradient"])
def test_a_resumed_run_is_the_uninterrupted_one(base, mode, tmp_path):
    _, _, whole = train(base, steps=6, mode=mode)
    model, optimizer, _ = train(base, steps=3, mode=mode)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "half.pt")
    stored = torch.load(tmp_path / "half.pt", weights_only=True)
    other, _, _ = problem(seed=9)
    other.load_state_dict(stored["model"])
    resumed = TruncatedHeavyTailed(BASES[base](other.parameters()), noise=HEAVY, seed=77, **bounds(mode, 0.02))
    resumed.load_state_dict(stored["optimizer"])
    assert torch.equal(train(steps=3, optimizer=resumed, model=other)[2], whole[3:])
    assert not torch.equal(train(base, steps=6, mode=mode, seed=4)[2], whole)


def test_schedulers_and_new_groups_reach_the_base():
    model, _, _ = problem()
    base = BASES["SGD"](model[0].parameters())
    optimizer = TruncatedHeavyTailed(base, 0.5)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.1)
    assert base.param_groups[0]["lr"] == pytest.approx(0.005)
    optimizer.add_param_group({"params": model[2].parameters(), "lr": 0.3})
    assert len(base.param_groups) == len(optimizer.param_groups) == 2
    assert "lr: 0.3" in repr(optimizer)


def test_groups_state_and_defaults_are_the_bases_at_any_time():
    model, base_of = problem()[0], BASES["momentum"]
    _, half, _ = train("momentum", steps=3)
    base = base_of(model.parameters())
    optimizer = TruncatedHeavyTailed(base, 0.02, HEAVY, seed=3)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.1)
    base.load_state_dict(half.base.state_dict())  # as a script does that knows only its own optimizer; makes new groups
    assert optimizer.param_groups is base.param_groups and optimizer.state is base.state
    assert optimizer.defaults is base.defaults and len(optimizer.state) == 4
    train(optimizer=optimizer, model=model, steps=1)
    scheduler.step()
    assert base.param_groups[0]["lr"] == pytest.approx(0.005)
    optimizer.load_state_dict(half.state_dict())
    scheduler.step()
    assert base.param_groups[0]["lr"] == pytest.approx(0.005) and optimizer.draws == 3
    with pytest.raises(AttributeError):
        optimizer.state = {}


def copied(model, optimizer, _):
    return copy.deepcopy((model, optimizer))


def pickled(model, optimizer, _):
    return pickle.loads(pickle.dumps((model, optimizer)))


def saved(model, optimizer, folder):
    torch.save({"model": model, "optimizer": optimizer}, folder / "whole.pt")
    return torch.load(folder / "whole.pt", weights_only=False).values()


@pytest.mark.parametrize("through", [copied, pickled, saved])
@pytest.mark.parametrize("base", BASES)
def test_copies_keep_everything_and_go_on_as_the_original(through, base, tmp_path):
    _, _, whole = train(base, steps=6, mode="gradient")
    model, optimizer, _ = train(base, steps=3, mode="gradient")
    optimizer.error_if_nonfinite = optimizer.mine = True  # whatever stands on it
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1.0)  # puts a mark on `step` that cannot be pickled
    other, copy_of = through(model, optimizer, tmp_path)
    for name in ("noise", "max_update", "clip_norm", "seed", "draws", "error_if_nonfinite", "mine"):
        assert getattr(copy_of, name) == getattr(optimizer, name)
    assert copy_of.base is not optimizer.base and copy_of.param_groups[0]["params"][0] is next(other.parameters())
    assert torch.equal(train(steps=3, optimizer=copy_of, model=other)[2], whole[3:])
    assert torch.equal(flat(model), whole[3]) and optimizer.draws == 3  # the original stays behind
    scheduler = torch.optim.lr_scheduler.LambdaLR(copy_of, lambda epoch: 0.5**epoch)
    scheduler.step()
    assert copy_of.base.param_groups[0]["lr"] == pytest.approx(optimizer.param_groups[0]["lr"] / 2)


def test_a_checkpoint_of_the_earlier_form_loads():
    model, optimizer, _ = train("momentum", steps=3)
    stored = {"base": optimizer.base.state_dict(), "seed": 3, "draws": 3}
    resumed = TruncatedHeavyTailed(BASES["momentum"](model.parameters()), 0.02, HEAVY)
    resumed.load_state_dict(stored)
    assert torch.equal(train(steps=3, optimizer=resumed, model=model)[2], train("momentum", steps=6)[2][3:])


def test_a_state_that_is_refused_leaves_everything_as_it_was():
    _, optimizer, _ = train("momentum", steps=2)
    for wrong in ({"draws": -1}, {"seed": 0.5}):
        groups, state, stored = optimizer.param_groups, optimizer.state, optimizer.state_dict()
        stored["param_groups"][0]["heavy_tailed"] |= wrong
        with pytest.raises(ValueError, match=next(iter(wrong))):
            optimizer.load_state_dict(stored)
        assert optimizer.param_groups is groups and optimizer.state is state
        assert (optimizer.seed, optimizer.draws) == (3, 2)


def test_each_step_has_the_z_of_its_own_number_however_often_it_is_asked_for():
    drawn = [HEAVY.draw(3, n) for n in range(12)]
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), None, HEAVY, seed=3)
    small, star, large = (loss(model, x, y, part).detach() for part in PARTS)
    for n in (0, 1, 2):
        for _ in range(3):  # as for batches that are accumulated
            assert optimizer.weights() == (1.0, drawn[n], -drawn[n])
            weighed = float(optimizer.weigh(small, star, large))
            assert weighed == pytest.approx(float(small + drawn[n] * (star - large)), rel=1e-14)
        optimizer.step()
        assert optimizer.draws == n + 1
    optimizer.step()  # of no weighed loss, as DCP makes one to look at the state: takes no Z
    assert optimizer.draws == 3
    assert optimizer.weights(step=10).star == drawn[10] and optimizer.weights().star == drawn[10]
    optimizer.step()
    assert optimizer.weights().star == drawn[11] and len(set(drawn)) == 12
    resumed = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), None, HEAVY, seed=0)
    resumed.load_state_dict(optimizer.state_dict())
    assert resumed.weights().star == drawn[11]
    assert TruncatedHeavyTailed(BASES["SGD"](model.parameters()), None, seed=3).weights() == (1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="step = -1"):
        optimizer.weights(step=-1)


@pytest.mark.parametrize("mode", ["update", "gradient"])
@pytest.mark.parametrize("b", [np.float32(0.25), np.float64(0.25), Fraction(1, 4)])
def test_a_threshold_of_any_type_is_a_number_and_changes_no_type(b, mode):
    found = {}
    for given in (b, 0.25):
        model, x, y = problem()
        model = model.float()
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=1e3), **bounds(mode, given, lr=1))
        assert type(optimizer.max_update) is type(optimizer.clip_norm) is float
        before = flat(model)
        loss(model, x.float(), y, PARTS[0]).backward()
        optimizer.step()
        assert all(p.dtype == p.grad.dtype == torch.float32 for p in model.parameters())
        found[given is b] = flat(model) - before
    expected = 0.25 if mode == "update" else 250
    assert torch.equal(found[True], found[False]) and float(found[True].norm()) == pytest.approx(expected, rel=1e-5)


def test_half_precision_and_a_gradient_scaler():
    torch.manual_seed(0)
    model, x, y = nn.Linear(5, 3), torch.randn(16, 5), torch.randint(0, 3, (16,))
    optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), 0.01, HEAVY, seed=1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    before = flat(model)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        losses = [nn.functional.cross_entropy(model(x[part]), y[part]) for part in (slice(0, 4), slice(4, 8), slice(0, 16))]
    scaler.scale(optimizer.weigh(*losses)).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert 0 < (flat(model) - before).norm() <= 0.01 * (1 + 1e-5)


@pytest.mark.parametrize("mode", ["update", "gradient"])
def test_parameters_in_half_precision_are_cut_as_well_as_it_resolves(mode):
    lengths = {}
    for b in (0.25, None):
        model = nn.Linear(5, 3, bias=False, dtype=torch.bfloat16)
        nn.init.zeros_(model.weight)  # so that the parameters hold the update to their own relative precision, 2^-8
        optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), **bounds(mode, b))
        ((model(torch.ones(2, 5, dtype=torch.bfloat16)) - 50) ** 2).mean().backward()
        optimizer.step()
        assert model.weight.dtype == torch.bfloat16
        lengths[b] = float(model.weight.detach().float().norm())
    assert lengths[0.25] == pytest.approx(0.25, rel=2**-6) and lengths[None] > 0.5


class NoReading(TorchDispatchMode):
    """Fails where a number is read off a tensor, which on a device waits for it."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        assert "_local_scalar_dense" not in str(function), f"{function} waits for the device"
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("given", [{"max_update": 0.02}, {"clip_norm": "auto"}, {"max_update": "auto", "rescale": True}])
@pytest.mark.parametrize("base", ["SGD", "momentum"])  # Adam reads its own count of steps
def test_a_step_reads_nothing_off_the_device(base, given, monkeypatch):
    monkeypatch.setattr(lengths, "seen", lambda tensors: False)  # as on a device, where a look would have to wait
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(BASES[base](model.parameters()), noise=HEAVY, **given)
    losses = [loss(model, x, y, part) for part in PARTS]
    with NoReading():
        optimizer.noise_ratio(*losses)
        optimizer.weigh(*losses).backward()
        optimizer.step()
        told = optimizer.diagnostics()
    assert all(isinstance(value, torch.Tensor) and value.dim() == 0 for value in told.values())
    with pytest.raises(AssertionError, match="waits"), NoReading():
        losses[0].item()


def test_factors_follow_their_laws_and_the_step_alone():
    draws = np.array([HEAVY.draw(5, n) for n in range(20_000)])
    share = (draws > 2.0).mean()
    expected = (1 + 2.0 / 0.5) ** -1.4
    assert abs(share - expected) < 4 * np.sqrt(expected / 20_000) < abs(share - (1 + 2.0 / 0.5) ** -1.7)
    light = np.array([GaussianFactor(0.5).draw(5, n) for n in range(20_000)])
    assert abs((light**2).mean() - 0.25) < 4 * 0.25 * np.sqrt(2 / 20_000) and light.max() < 3
    assert HEAVY.draw(5, 7) == draws[7] != HEAVY.draw(6, 7)


def _rank(rank, port, queue):
    torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    model, x, y = problem()
    wrapped = nn.parallel.DistributedDataParallel(model)
    optimizer = TruncatedHeavyTailed(BASES["SGD"](wrapped.parameters()), 0.02, HEAVY, seed=3)
    for step in range(4):
        parts = [slice(k, k + 4) for k in (8 * step + 4 * rank, 32 + 8 * (step % 2) + 4 * rank)] + [
            slice(30 * rank, 30 * rank + 30)
        ]
        optimizer.zero_grad()
        optimizer.weigh(*(nn.functional.cross_entropy(wrapped(x[part]), y[part]) for part in parts)).backward()
        optimizer.step()
    queue.put((rank, flat(model).numpy()))
    torch.distributed.destroy_process_group()


def test_two_processes_see_the_same_factor_and_stay_together():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = torch.multiprocessing.get_context("spawn")
    queue = context.Queue()
    ranks = [context.Process(target=_rank, args=(rank, port, queue)) for rank in range(2)]
    for process in ranks:
        process.start()
    found = dict(queue.get(timeout=120) for _ in ranks)
    for process in ranks:
        process.join(timeout=30)
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), 0.02, HEAVY, seed=3)
    for step in range(4):
        parts = slice(8 * step, 8 * step + 8), slice(32 + 8 * (step % 2), 40 + 8 * (step % 2)), slice(0, 60)
        optimizer.zero_grad()
        optimizer.weigh(*(loss(model, x, y, part) for part in parts)).backward()
        optimizer.step()
    assert np.array_equal(found[0], found[1]) and np.allclose(found[0], flat(model).numpy(), atol=1e-9)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"max_update": -1.0}, "max_update = -1"),
        ({"max_update": float("nan")}, "max_update = nan"),
        ({"noise": 0.5}, "noise = 0.5"),
        ({"clip_norm": 0}, "clip_norm = 0"),
        ({"clip_norm": "median"}, "clip_norm = 'median'"),
        ({"rescale": 1}, "rescale = 1"),
        ({"seed": -3}, "seed = -3"),
        ({"base": "SGD"}, "base = str"),
        ({"error_if_nonfinite": 1}, "error_if_nonfinite = 1"),
    ],
)
def test_bad_input_is_named(change, reason):
    model, _, _ = problem()
    arguments = {"base": BASES["SGD"](model.parameters()), "max_update": 1.0} | change
    with pytest.raises(ValueError, match=reason):
        TruncatedHeavyTailed(**arguments)


def test_a_foreign_state_is_refused():
    model, _, _ = problem()
    optimizer = TruncatedHeavyTailed(BASES["SGD"](model.parameters()), 1.0)
    with pytest.raises(ValueError, match="state has the entries"):
        optimizer.load_state_dict(BASES["SGD"](model.parameters()).state_dict())
    with pytest.raises(ValueError, match="alpha = 0.9"):
        ParetoFactor(alpha=0.9)
    with pytest.raises(ValueError, match="not wrapped yet"):
        TruncatedHeavyTailed(optimizer, 1.0)


class Impatient(torch.optim.SGD):
    """Another that cannot step without a closure."""

    def step(self, closure):
        closure()
        return super().step()


@pytest.mark.parametrize("kind", [torch.optim.LBFGS, Impatient])
def test_a_base_that_needs_a_closure_is_refused_at_construction(kind):
    model, _, _ = problem()
    with pytest.raises(ValueError, match=f"base = {kind.__name__}: must step without a closure; take one such as SGD"):
        TruncatedHeavyTailed(kind(model.parameters(), lr=0.1), 1.0)


def test_every_other_optimizer_of_pytorch_is_taken():
    kinds = [
        kind for kind in vars(torch.optim).values() if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer)
    ]
    taken = set()
    for kind in set(kinds) - {torch.optim.Optimizer, torch.optim.LBFGS, torch.optim.SparseAdam, torch.optim.Muon}:
        model, x, y = problem()
        optimizer = TruncatedHeavyTailed(kind(model.parameters(), lr=0.1), 1e-3)
        before = flat(model)
        loss(model, x, y, PARTS[0]).backward()
        optimizer.step()
        assert 0 < float((flat(model) - before).norm()) <= 1e-3 * (1 + 1e-9)
        taken.add(kind.__name__)
    assert taken >= {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad"}


class Rateless(torch.optim.Optimizer):
    """Steps against the signs of gradients, with no learning rate to read."""

    def __init__(self, parameters):
        super().__init__(parameters, {})

    @torch.no_grad()
    def step(self, closure=None):
        for p in self.param_groups[0]["params"]:
            p.sub_(p.grad.sign() + p.grad)


@pytest.mark.parametrize("mode", ["update", "gradient"])
def test_a_base_without_learning_rates_is_bounded_in_either_way(mode):
    model, x, y = problem()
    optimizer = TruncatedHeavyTailed(Rateless(model.parameters()), **bounds(mode, 0.01, lr=1))
    before = flat(model)
    loss(model, x, y, PARTS[0]).backward()
    optimizer.step()
    moved = flat(model) - before
    assert float((moved + moved.neg().sign()).norm() if mode == "gradient" else moved.norm()) == pytest.approx(
        0.01, rel=1e-6
    )
