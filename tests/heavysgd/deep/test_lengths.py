"""What is cut, and to which length: in every range and type of number, and by every base optimizer."""

import math

import pytest
import torch
from heavysgd.deep import NonFiniteError, ParetoFactor, TimesMedian, TruncatedHeavyTailed, lengths
from torch import nn

MODES = pytest.mark.parametrize("mode", ["update", "copies", "gradient"])  # "copies": of a base that remembers
DIRECTION = torch.linspace(-1, 1.5, 12, dtype=torch.float64)
DIRECTION /= DIRECTION.norm()
HALF, BRAIN, SINGLE, DOUBLE = torch.float16, torch.bfloat16, torch.float32, torch.float64


def at_rest(*kinds, gradient):
    """Parameters at zero, where a type holds an update to its own relative precision; pieces of one gradient."""
    pieces = gradient.split(len(gradient) // len(kinds))
    parameters = [nn.Parameter(torch.zeros(len(piece), dtype=kind)) for kind, piece in zip(kinds, pieces)]
    for p, piece in zip(parameters, pieces):
        p.grad = piece.to(p.dtype)
    return parameters


def whole(parameters):
    return torch.cat([p.detach().double() for p in parameters])


def wrapped(parameters, mode, b, lr, base=torch.optim.SGD, settings=None, **more):
    """An optimizer whose first update has length b at most, bounded in one of three ways."""
    remembers = {"momentum": 0.5} if mode == "copies" and base is torch.optim.SGD else {}
    bound = {"clip_norm": None if b is None or lr == 0 else b / lr} if mode == "gradient" else {"max_update": b}
    return TruncatedHeavyTailed(base(parameters, lr=lr, **remembers, **(settings or {})), **bound, **more)


def moved(*kinds, gradient, lr, b, mode):
    """The update of one step from rest."""
    parameters = at_rest(*kinds, gradient=gradient)
    wrapped(parameters, mode, b, lr).step()
    assert [p.dtype for p in parameters] == list(kinds)
    return whole(parameters)


@MODES
@pytest.mark.parametrize(
    "kind, size, lr, b",
    [
        (SINGLE, 1e20, 0.5, 0.5),  # its square is beyond the type
        (SINGLE, 3e38, 0.5, 1e-6),  # b / |update| as well
        (SINGLE, 3e38, 0.5, 1e30),
        (SINGLE, 1e-30, 0.5, 1e-32),  # its square is 0
        (SINGLE, 1e-36, 0.5, 2e-37),
        (DOUBLE, 1e300, 0.05, 0.5),
        (DOUBLE, 1e308, 0.5, 1e-6),
        (DOUBLE, 1e-250, 0.5, 1e-252),
        (BRAIN, 1e38, 0.5, 0.125),
        (BRAIN, 1e-30, 0.5, 1e-32),
        (HALF, 6e4, 0.5, 1e-2),
        (HALF, 2e3, 0.5, 0.25),
        (HALF, 1e-3, 0.5, 2.5e-4),
    ],
)
def test_an_update_of_any_size_is_cut_to_b(kind, size, lr, b, mode):
    expected = -b * DIRECTION
    found = moved(kind, gradient=size * DIRECTION, lr=lr, b=b, mode=mode)
    digits = 4 * torch.finfo(kind).eps
    assert float((found / b).norm()) == pytest.approx(1, rel=digits)
    assert torch.allclose(found / b, expected / b, rtol=0, atol=digits)


@MODES
@pytest.mark.parametrize("kind", [HALF, BRAIN, SINGLE, DOUBLE])
@pytest.mark.parametrize("size", [1e-38, 1e-30, 1e-6, 1.0, 1e4])
def test_shorter_updates_are_left_alone_to_the_last_bit(kind, size, mode):
    free, cut = (moved(kind, gradient=size * DIRECTION, lr=0.5, b=b, mode=mode) for b in (None, size))
    assert torch.equal(free, cut) and (kind == HALF or free.norm() > 0)


@MODES
@pytest.mark.parametrize("kind", [HALF, BRAIN, SINGLE, DOUBLE])
@pytest.mark.parametrize("b", [1e-3, 0.3, 1.0, 50.0])
def test_on_a_device_whose_lengths_nobody_sees_updates_are_the_same(kind, b, mode, monkeypatch):
    settings = {"gradient": 40 * DIRECTION, "lr": 0.5, "b": b, "mode": mode}
    seen = moved(kind, **settings)
    monkeypatch.setattr(lengths, "seen", lambda tensors: False)
    assert torch.allclose(moved(kind, **settings), seen, rtol=2 * torch.finfo(kind).eps, atol=0)
    assert float(seen.norm()) == pytest.approx(min(b, 20), rel=4 * torch.finfo(kind).eps)


@MODES
def test_one_model_may_hold_several_types(mode):
    kinds = (DOUBLE, HALF, SINGLE, BRAIN)
    free = moved(*kinds, gradient=100 * DIRECTION, lr=0.5, b=None, mode=mode)
    cut = moved(*kinds, gradient=100 * DIRECTION, lr=0.5, b=0.25, mode=mode)
    rounding = 0.25 * torch.finfo(BRAIN).eps
    assert torch.allclose(cut, free * 0.25 / free.norm(), rtol=0, atol=rounding)
    first, rest = DIRECTION.split(6)
    settings = {"lr": 1.0, "b": 0.25, "mode": mode}
    huge = moved(DOUBLE, SINGLE, gradient=torch.cat([1e200 * first, rest]), **settings)
    assert torch.allclose(huge[:6], -0.25 * first / first.norm(), rtol=1e-12) and not huge[6:].any()
    tiny = moved(DOUBLE, SINGLE, gradient=torch.cat([1e-200 * first, 0 * rest]), **settings)
    assert torch.equal(tiny[:6], -1e-200 * first) and not tiny[6:].any()


@pytest.mark.parametrize("lr, size", [(64.0, 3e38), (1e-30, 1e35), (0.0, 1e20)])
@pytest.mark.parametrize("mode", ["update", "gradient"])
def test_no_learning_rate_is_too_large_or_too_small(lr, size, mode):
    found = moved(SINGLE, gradient=size * DIRECTION, lr=lr, b=1e-2, mode=mode)
    assert torch.allclose(found, -min(1e-2, lr * size) * DIRECTION, rtol=1e-5)


@pytest.mark.parametrize("broken", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_goes_the_way_of_pytorchs_own_clipping(broken):
    gradient = DIRECTION.clone()
    gradient[3] = broken
    ours = at_rest(SINGLE, SINGLE, gradient=gradient)
    wrapped(ours, "gradient", 0.25, 1.0).step()
    theirs = at_rest(SINGLE, SINGLE, gradient=gradient)
    nn.utils.clip_grad_norm_(theirs, 0.25)
    assert torch.allclose(whole(ours), -torch.cat([p.grad for p in theirs]).double(), equal_nan=True)
    assert int(whole(ours).isnan().sum()) == (12 if math.isnan(broken) else 1)
    for mode in ("update", "copies"):
        updates = at_rest(SINGLE, SINGLE, gradient=gradient)
        wrapped(updates, mode, 0.25, 1.0).step()
        assert torch.allclose(whole(updates), whole(ours), equal_nan=True)


@MODES
@pytest.mark.parametrize("b", [0.25, None])
@pytest.mark.parametrize("broken", [math.inf, math.nan])
def test_what_is_not_finite_is_an_error_where_that_is_asked_for_and_nothing_is_lost(broken, b, mode):
    parameters = at_rest(SINGLE, gradient=DIRECTION)
    optimizer = wrapped(parameters, mode, b, 0.5, error_if_nonfinite=True)
    base = optimizer.base
    good, bad = parameters[0].grad.clone(), parameters[0].grad.clone()
    bad[5] = broken
    parameters[0].grad = bad.clone()
    for kind in (NonFiniteError, ValueError, RuntimeError):  # the last as of torch.nn.utils.clip_grad_norm_
        with pytest.raises(kind, match="gradient: has entries that are infinite or not a number.*error_if_nonfinite=False"):
            optimizer.step()
    assert not base.state and not whole(parameters).any() and torch.equal(parameters[0].grad[:5], good[:5])
    parameters[0].grad = good
    optimizer.step()
    assert torch.allclose(whole(parameters), -(b or 0.5) * DIRECTION, rtol=1e-6)


def test_an_update_that_overflows_is_undone():
    parameters = at_rest(HALF, gradient=6e4 * DIRECTION)
    with torch.no_grad():
        parameters[0].fill_(3.0)
    with pytest.raises(ValueError, match="update: has entries"):
        wrapped(parameters, "copies", 0.25, 100.0, error_if_nonfinite=True).step()
    assert torch.equal(whole(parameters), torch.full((12,), 3.0, dtype=DOUBLE))
    left_out = wrapped(parameters, "copies", 0.25, 100.0, skip_nonfinite=True)
    left_out.step()
    assert torch.equal(whole(parameters), torch.full((12,), 3.0, dtype=DOUBLE)) and left_out.diagnostics()["skipped"] == 1
    for mode in ("update", "gradient"):  # where gradients are cut, it never comes to that
        before = whole(parameters)
        wrapped(parameters, mode, 0.25, 100.0, error_if_nonfinite=True).step()
        assert float((whole(parameters) - before).norm()) == pytest.approx(0.25, rel=0.01)
        parameters[0].grad = (6e4 * DIRECTION).half()


@MODES
@pytest.mark.parametrize("broken", [math.inf, math.nan])
def test_a_step_that_is_not_finite_can_be_left_out(broken, mode):
    parameters = at_rest(SINGLE, gradient=DIRECTION)
    good = parameters[0].grad.clone()
    parameters[0].grad[5] = broken
    optimizer = wrapped(parameters, mode, 0.25, 0.5, skip_nonfinite=True, noise=ParetoFactor(), seed=3)
    optimizer.weights()
    optimizer.step()
    assert not whole(parameters).any() and not optimizer.state and optimizer.diagnostics()["skipped"] == 1
    assert optimizer.draws == 1  # else a Z that overflows would come again and again
    parameters[0].grad = good
    optimizer.step()
    assert torch.allclose(whole(parameters), -0.25 * DIRECTION, rtol=1e-6) and optimizer.diagnostics()["steps"] == 1
    with pytest.raises(ValueError, match="skip_nonfinite = True"):
        wrapped(parameters, mode, 0.25, 0.5, skip_nonfinite=True, error_if_nonfinite=True)


def decaying(parameters, **settings):
    return torch.optim.SGD(parameters, weight_decay=0.1, **settings)


LONGEST = {  # with clip_norm = 5 at lr = 0.1, so that plain SGD moves by 0.5: what the docstring and the page say
    "SGD": (0.5, torch.optim.SGD, {}, 50),
    "momentum": (5.0, torch.optim.SGD, {"momentum": 0.9}, 200),
    "weight decay": (10.5, decaying, {}, 1),
    "Adam": (20.0, torch.optim.Adam, {}, 1),
    "AdamW": (20.0 + 0.1 * 0.01 * 1000, torch.optim.AdamW, {}, 1),
    "RMSprop": (200.0, torch.optim.RMSprop, {}, 1),
    "Adagrad": (20.0, torch.optim.Adagrad, {}, 1),
}


def longest(name, lr=0.1, schedule=None, **bounds):
    """The longest of some updates against a constant slope of length 200, from |theta| = 1000."""
    _, base, settings, steps = LONGEST[name]
    torch.manual_seed(0)
    slope = torch.randn(200, 200)
    slope *= 200 / slope.norm()
    theta = nn.Parameter(1000 * slope / slope.norm())
    optimizer = TruncatedHeavyTailed(base([theta], lr=lr, **settings), **bounds)
    rates = schedule and torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    moves = []
    for _ in range(max(steps, 10) if schedule else steps):
        before = theta.detach().clone()
        theta.grad = slope.clone()
        optimizer.step()
        moves.append(float((theta.detach() - before).double().norm()))
        if rates:
            rates.step()
    return max(moves)


@pytest.mark.parametrize("name", LONGEST)
def test_what_either_threshold_bounds(name):
    expected = LONGEST[name][0]
    assert longest(name, clip_norm=5.0) == pytest.approx(expected, rel=0.03 if name == "AdamW" else 1e-3)
    assert longest(name, max_update=0.5) == pytest.approx(0.5, rel=1e-3)
    assert longest(name, max_update=0.5, clip_norm=5.0) == pytest.approx(0.5, rel=1e-3)
    assert longest(name, max_update=0.2, clip_norm=5.0) == pytest.approx(0.2, rel=1e-3)


@pytest.mark.parametrize("name", LONGEST)
def test_a_schedule_moves_what_clipping_allows_and_not_the_bound_on_updates(name):
    warm_up = lambda epoch: 10.0 ** min(epoch / 5, 1)  # noqa: E731
    assert longest(name, schedule=warm_up, max_update=0.5) == pytest.approx(0.5, rel=1e-3)
    steady, warmed = (longest(name, schedule=rate, clip_norm=5.0) for rate in (lambda epoch: 1.0, warm_up))
    assert warmed > 2 * steady if name in ("SGD", "momentum") else warmed > steady


def test_the_gradient_that_a_base_sees_has_the_norm_of_clipping_at_any_rate():
    seen = []
    for lr in (1e-4, 0.1, 10.0):
        parameters = at_rest(SINGLE, gradient=40 * DIRECTION)
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(parameters, lr=lr), clip_norm=5.0)
        optimizer.base.register_step_pre_hook(
            lambda base, *_: seen.append(float(base.param_groups[0]["params"][0].grad.norm()))
        )
        optimizer.step()
    assert seen == pytest.approx([5.0] * 3, rel=1e-6)


def test_both_bounds_are_those_of_either_where_it_is_the_shorter():
    for clip, most, expected in ((5.0, 1.0, 0.5), (20.0, 1.0, 1.0), (None, 1.0, 1.0), (5.0, None, 0.5)):
        for momentum in (0.0, 0.5):  # with momentum through copies of the parameters
            parameters = at_rest(SINGLE, gradient=40 * DIRECTION)
            base = torch.optim.SGD(parameters, lr=0.1, momentum=momentum)
            TruncatedHeavyTailed(base, most, clip_norm=clip).step()
            assert torch.allclose(whole(parameters), -expected * DIRECTION, rtol=1e-5)


def test_a_hook_of_the_base_that_lengthens_gradients_does_not_get_past_the_bound():
    parameters = at_rest(SINGLE, gradient=DIRECTION)
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(parameters, lr=0.1), max_update=0.5)
    optimizer.base.register_step_pre_hook(lambda *_: setattr(parameters[0], "grad", 1000 * parameters[0].grad))
    optimizer.step()
    assert float(whole(parameters).norm()) == pytest.approx(0.5, rel=1e-5)


@pytest.mark.parametrize("name", ["max_update", "clip_norm"])
def test_a_threshold_that_follows_the_running_median(name):
    parameters = at_rest(SINGLE, gradient=DIRECTION)
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(parameters, lr=1.0), **{name: TimesMedian(3.0, window=5)})
    moves = []
    for size in (4.0, 1.0, 1.0, 1.0, 100.0, 2.9, 100.0, 100.0, 100.0):
        before = whole(parameters)
        parameters[0].grad = (size * DIRECTION).float()
        optimizer.step()
        moves.append(float((whole(parameters) - before).norm()))
    # medians of the last five, the lower of two: 4 1 1 1 1 1 2.9 100 100; cut are the first 100, and the second at 3 * 2.9
    assert moves == pytest.approx([4, 1, 1, 1, 3, 2.9, 8.7, 100, 100], rel=1e-4)
    assert optimizer.diagnostics()[f"{name}/share_cut"] == pytest.approx(2 / 9)


def test_auto_is_ten_medians_and_a_step_of_no_length_is_none_of_them():
    parameters = at_rest(SINGLE, gradient=0 * DIRECTION)
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(parameters, lr=1.0), max_update="auto")
    assert optimizer.max_update == TimesMedian(10.0, 100)
    for _ in range(4):
        optimizer.step()
    for size, expected in ((1.0, 1.0), (50.0, 10.0)):
        before = whole(parameters)
        parameters[0].grad = (size * DIRECTION).float()
        optimizer.step()
        assert float((whole(parameters) - before).norm()) == pytest.approx(expected, rel=1e-5)
    for wrong in ("median", 1.0):
        with pytest.raises(ValueError, match="must be"):
            TruncatedHeavyTailed(optimizer.base, TimesMedian(wrong) if wrong == 1.0 else wrong)


def test_auto_cuts_three_steps_in_a_hundred_where_lengths_go_with_z():
    """P(1 + Z > 10 median(1 + Z)) for the default law, and not that of c = 0.5: one in a hundred."""
    chances = {}
    for c in (2.0, 0.5):
        median = c * (2 ** (1 / 1.4) - 1)
        chances[c] = (1 + (10 * (1 + median) - 1) / c) ** -1.4
    shares = []
    for seed in range(4):
        parameters, law = at_rest(SINGLE, gradient=DIRECTION), ParetoFactor()
        optimizer = TruncatedHeavyTailed(torch.optim.SGD(parameters, lr=1.0), "auto")
        for step in range(1000):
            parameters[0].grad = ((1 + law.draw(seed, step)) * DIRECTION).float()
            optimizer.step()
        shares.append(float(optimizer.diagnostics()["max_update/share_cut"]))
    error = (chances[2.0] / 4000) ** 0.5
    assert abs(sum(shares) / 4 - chances[2.0]) < 4 * error < abs(sum(shares) / 4 - chances[0.5])
    assert chances[2.0] == pytest.approx(0.031, abs=0.001)


def table(sparse, index, seed=0):
    torch.manual_seed(seed)
    embedding = nn.Embedding(7, 3, sparse=sparse)
    (embedding(torch.tensor(index, dtype=torch.int64)).sum(dim=0) * torch.tensor([3.0, -1.0, 2.0])).sum().backward()
    return embedding


@MODES
@pytest.mark.parametrize("index", [[1, 4, 4, 4, 0], [2], []])
@pytest.mark.parametrize("b", [0.5, 1e3])
def test_a_sparse_gradient_is_cut_like_a_dense_one(index, b, mode):
    found = {}
    for sparse in (True, False):
        embedding = table(sparse, index)
        if sparse and mode == "copies" and index == []:
            pytest.skip("PyTorch's momentum of an empty sparse gradient is none")
        optimizer = wrapped(embedding.parameters(), mode, b, 0.5, error_if_nonfinite=True)
        before = embedding.weight.detach().clone()
        optimizer.step()
        found[sparse] = embedding.weight.detach() - before
        assert embedding.weight.grad.is_sparse is sparse
    assert torch.allclose(found[True], found[False], rtol=0, atol=1e-6)
    rows = torch.bincount(
        torch.tensor(index, dtype=torch.int64), minlength=7
    ).float()  # each times (3, -1, 2) in the gradient
    expected = min(b, 0.5 * float(rows.norm()) * math.sqrt(14))
    assert float(found[True].norm()) == pytest.approx(expected, rel=1e-5)


def test_a_sparse_gradient_of_infinite_entries_is_refused_and_a_base_for_sparse_ones_is_wrapped():
    embedding = table(True, [1, 1])
    embedding.weight.grad = embedding.weight.grad * math.inf
    base = torch.optim.SparseAdam(list(embedding.parameters()), lr=0.1)
    with pytest.raises(ValueError, match="gradient: has entries"):
        TruncatedHeavyTailed(base, 0.01, error_if_nonfinite=True).step()
    embedding.weight.grad = table(True, [1, 4]).weight.grad
    before = embedding.weight.detach().clone()
    TruncatedHeavyTailed(base, 0.01).step()
    assert float((embedding.weight.detach() - before).norm()) == pytest.approx(0.01, rel=1e-4)
