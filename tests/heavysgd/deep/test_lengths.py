"""What is cut, and to which length: in every range and type of number, and by every base optimizer."""

import math

import pytest
import torch
from heavysgd.deep import NonFiniteError, TruncatedHeavyTailed, lengths
from torch import nn

MODES = pytest.mark.parametrize("truncate", ["update", "gradient"])
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


def moved(*kinds, gradient, lr, b, truncate, base=torch.optim.SGD, **more):
    """The update of one step from rest."""
    parameters = at_rest(*kinds, gradient=gradient)
    TruncatedHeavyTailed(base(parameters, lr=lr, **more), b, truncate=truncate).step()
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
def test_an_update_of_any_size_is_cut_to_b(kind, size, lr, b, truncate):
    expected = -b * DIRECTION
    found = moved(kind, gradient=size * DIRECTION, lr=lr, b=b, truncate=truncate)
    digits = 4 * torch.finfo(kind).eps
    assert float((found / b).norm()) == pytest.approx(1, rel=digits)
    assert torch.allclose(found / b, expected / b, rtol=0, atol=digits)


@MODES
@pytest.mark.parametrize("kind", [HALF, BRAIN, SINGLE, DOUBLE])
@pytest.mark.parametrize("size", [1e-38, 1e-30, 1e-6, 1.0, 1e4])
def test_shorter_updates_are_left_alone_to_the_last_bit(kind, size, truncate):
    free, cut = (moved(kind, gradient=size * DIRECTION, lr=0.5, b=b, truncate=truncate) for b in (None, size))
    assert torch.equal(free, cut) and (kind == HALF or free.norm() > 0)


@MODES
@pytest.mark.parametrize("kind", [HALF, BRAIN, SINGLE, DOUBLE])
@pytest.mark.parametrize("b", [1e-3, 0.3, 1.0, 50.0])
def test_on_a_device_whose_lengths_nobody_sees_updates_are_the_same_to_the_last_bit(kind, b, truncate, monkeypatch):
    settings = {"gradient": 40 * DIRECTION, "lr": 0.5, "b": b, "truncate": truncate}
    seen = moved(kind, **settings)
    monkeypatch.setattr(lengths, "_seen_within", lambda length, far: False)
    assert torch.equal(moved(kind, **settings), seen)
    assert float(seen.norm()) == pytest.approx(min(b, 20), rel=4 * torch.finfo(kind).eps)


@MODES
def test_one_model_may_hold_several_types(truncate):
    kinds = (DOUBLE, HALF, SINGLE, BRAIN)
    free = moved(*kinds, gradient=100 * DIRECTION, lr=0.5, b=None, truncate=truncate)
    cut = moved(*kinds, gradient=100 * DIRECTION, lr=0.5, b=0.25, truncate=truncate)
    rounding = 0.25 * torch.finfo(BRAIN).eps
    assert torch.allclose(cut, free * 0.25 / free.norm(), rtol=0, atol=rounding)
    first, rest = DIRECTION.split(6)
    settings = {"lr": 1.0, "b": 0.25, "truncate": truncate}
    huge = moved(DOUBLE, SINGLE, gradient=torch.cat([1e200 * first, rest]), **settings)
    assert torch.allclose(huge[:6], -0.25 * first / first.norm(), rtol=1e-12) and not huge[6:].any()
    tiny = moved(DOUBLE, SINGLE, gradient=torch.cat([1e-200 * first, 0 * rest]), **settings)
    assert torch.equal(tiny[:6], -1e-200 * first) and not tiny[6:].any()


@pytest.mark.parametrize("lr, size", [(64.0, 3e38), (1e-30, 1e35), (0.0, 1e20)])
def test_no_learning_rate_is_too_large_or_too_small(lr, size):
    found = moved(SINGLE, gradient=size * DIRECTION, lr=lr, b=1e-2, truncate="gradient")
    assert torch.allclose(found, -min(1e-2, lr * size) * DIRECTION, rtol=1e-5)


@pytest.mark.parametrize("broken", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_goes_the_way_of_pytorchs_own_clipping(broken):
    gradient = DIRECTION.clone()
    gradient[3] = broken
    ours = at_rest(SINGLE, SINGLE, gradient=gradient)
    TruncatedHeavyTailed(torch.optim.SGD(ours, lr=1.0), 0.25, truncate="gradient").step()
    theirs = at_rest(SINGLE, SINGLE, gradient=gradient)
    nn.utils.clip_grad_norm_(theirs, 0.25)
    assert torch.allclose(whole(ours), -torch.cat([p.grad for p in theirs]).double(), equal_nan=True)
    assert int(whole(ours).isnan().sum()) == (12 if math.isnan(broken) else 1)
    updates = at_rest(SINGLE, SINGLE, gradient=gradient)
    TruncatedHeavyTailed(torch.optim.SGD(updates, lr=1.0), 0.25, truncate="update").step()
    assert torch.allclose(whole(updates), whole(ours), equal_nan=True)


@MODES
@pytest.mark.parametrize("b", [0.25, None])
@pytest.mark.parametrize("broken", [math.inf, math.nan])
def test_what_is_not_finite_is_an_error_where_that_is_asked_for_and_nothing_is_lost(broken, b, truncate):
    parameters = at_rest(SINGLE, gradient=DIRECTION)
    base = torch.optim.SGD(parameters, lr=0.5, momentum=0.9)
    optimizer = TruncatedHeavyTailed(base, b, truncate=truncate, error_if_nonfinite=True)
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
    settings = {"b": 0.25, "error_if_nonfinite": True}
    base = torch.optim.SGD(parameters, lr=100.0)
    with pytest.raises(ValueError, match="update: has entries"):
        TruncatedHeavyTailed(base, truncate="update", **settings).step()
    assert torch.equal(whole(parameters), torch.full((12,), 3.0, dtype=DOUBLE))
    TruncatedHeavyTailed(base, truncate="gradient", **settings).step()  # where gradients are cut, it never comes to that
    assert float((whole(parameters) - 3).norm()) == pytest.approx(0.25, rel=0.01)


LONGEST = {  # in "gradient" mode at b = 0.5: what the docstring and the page say
    "SGD": (0.5, torch.optim.SGD, {"lr": 0.1}, 50),
    "momentum": (5.0, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}, 200),
    "weight decay": (10.5, torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.1}, 1),
    "Adam": (20.0, torch.optim.Adam, {"lr": 0.1}, 1),
}


@pytest.mark.parametrize("name", LONGEST)
def test_which_updates_are_bounded_in_either_mode(name):
    expected, base, settings, steps = LONGEST[name]
    longest = {}
    for truncate in ("gradient", "update"):
        torch.manual_seed(0)
        slope = torch.randn(200, 200)
        theta = nn.Parameter(1000 * slope / slope.norm())  # |theta| = 1000: eta lambda |theta| = 10
        optimizer = TruncatedHeavyTailed(base([theta], **settings), 0.5, truncate=truncate)
        moves = []
        for _ in range(steps):
            before = theta.detach().clone()
            theta.grad = slope.clone()  # |slope| = 200, cut to 5
            optimizer.step()
            moves.append(float((theta.detach() - before).norm()))
        longest[truncate] = max(moves)
    assert longest["gradient"] == pytest.approx(expected, rel=1e-3)
    assert longest["update"] == pytest.approx(0.5, rel=1e-3)


def table(sparse, index, seed=0):
    torch.manual_seed(seed)
    embedding = nn.Embedding(7, 3, sparse=sparse)
    (embedding(torch.tensor(index, dtype=torch.int64)).sum(dim=0) * torch.tensor([3.0, -1.0, 2.0])).sum().backward()
    return embedding


@MODES
@pytest.mark.parametrize("index", [[1, 4, 4, 4, 0], [2], []])
@pytest.mark.parametrize("b", [0.5, 1e3])
def test_a_sparse_gradient_is_cut_like_a_dense_one(index, b, truncate):
    found = {}
    for sparse in (True, False):
        embedding = table(sparse, index)
        optimizer = TruncatedHeavyTailed(
            torch.optim.SGD(embedding.parameters(), lr=0.5), b, truncate=truncate, error_if_nonfinite=True
        )
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
