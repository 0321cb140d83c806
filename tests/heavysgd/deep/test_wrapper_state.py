"""The state, hooks and copies of the wrapper are those of an optimizer of PyTorch, in frameworks too."""

import io

import pytest
import torch
from heavysgd.deep import GaussianFactor, ParetoFactor, TimesMedian, TruncatedHeavyTailed
from torch import nn
from torch.distributed.checkpoint.state_dict import get_optimizer_state_dict, set_optimizer_state_dict
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

HEAVY = ParetoFactor(1.4, 0.5)
SETTINGS = {"max_update": 0.02, "clip_norm": TimesMedian(5.0, 10), "noise": HEAVY, "seed": 3}


def made(base=torch.optim.SGD, **changes):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).double()
    settings = {} if base is torch.optim.AdamW else {"momentum": changes.pop("momentum", 0.9)}
    optimizer = TruncatedHeavyTailed(base(model.parameters(), lr=0.05, **settings), **SETTINGS | changes)
    return model, optimizer


def train(model, optimizer, steps, first=0):
    for step in range(first, first + steps):
        x = torch.randn(8, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        optimizer.weigh_halves(model(x).square().sum(1)).backward()
        optimizer.step()
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_the_state_is_that_of_an_optimizer_with_settings_and_draws_in_its_first_group():
    model, optimizer = made()
    train(model, optimizer, 4)
    state = optimizer.state_dict()
    assert state.keys() == {"state", "param_groups"} and state["state"].keys() == {0, 1, 2, 3}
    own = state["param_groups"][0].pop("heavy_tailed")
    assert own["draws"] == 4 and own["seed"] == 3 and own["noise"] == repr(HEAVY)
    assert own["max_update"] == {"setting": 0.02} and own["clip_norm"]["setting"] == {"multiple": 5.0, "window": 10}
    assert state["param_groups"] == optimizer.base.state_dict()["param_groups"]
    assert "heavy_tailed" not in optimizer.param_groups[0]


@pytest.mark.parametrize("base", [torch.optim.SGD, torch.optim.AdamW])
def test_a_distributed_checkpoint_goes_on_as_the_run_itself(base):
    whole = train(*made(base), 8)
    model, optimizer = made(base)
    train(model, optimizer, 5)
    stored = get_optimizer_state_dict(model, optimizer)
    other, resumed = made(base)
    other.load_state_dict(model.state_dict())
    set_optimizer_state_dict(other, resumed, stored)
    assert resumed.draws == 5 and torch.equal(train(other, resumed, 3, first=5), whole)


def test_the_tools_look_at_a_base_without_state_takes_no_draw():
    model, optimizer = made(momentum=0.0)
    get_optimizer_state_dict(model, optimizer)  # makes a step at rate 0
    assert optimizer.draws == 0
    assert torch.equal(train(model, optimizer, 3), train(*made(momentum=0.0), 3))


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"max_update": 0.03}, "max_update = 0.02 in the state and 0.03 here: assign optimizer.max_update"),
        ({"clip_norm": 1.0}, "clip_norm = {'multiple': 5.0, 'window': 10} in the state and 1.0 here"),
        ({"clip_norm": TimesMedian(6.0, 10)}, "clip_norm"),
        ({"noise": ParetoFactor(1.5, 0.5)}, r"noise = ParetoFactor\(alpha=1.4, c=0.5\) in the state and ParetoFactor"),
        ({"noise": None}, "noise = .* and None here"),
        ({"rescale": True}, "rescale = False in the state and True here"),
    ],
)
def test_a_state_of_other_settings_is_refused_by_name(change, reason):
    model, optimizer = made()
    train(model, optimizer, 3)
    other, another = made(**change)
    before = train(other, another, 1)
    with pytest.raises(ValueError, match=reason):
        another.load_state_dict(optimizer.state_dict())
    assert another.draws == (change.get("noise", HEAVY) is not None or 1) and torch.equal(before, train(other, another, 0))


def test_settings_that_are_assigned_make_a_state_fit():
    model, optimizer = made()
    optimizer.max_update, optimizer.noise = None, None
    train(model, optimizer, 2)
    _, other = made()
    with pytest.raises(ValueError, match="noise = None in the state"):
        other.load_state_dict(optimizer.state_dict())
    other.max_update, other.noise = float("inf"), None
    other.load_state_dict(optimizer.state_dict())
    for wrong in ({"noise": 0.5}, {"max_update": -1}, {"clip_norm": "mean"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            setattr(other, *next(iter(wrong.items())))


def test_a_plain_checkpoint_goes_into_the_base_and_is_refused_by_the_wrapper():
    model, optimizer = made()
    train(model, optimizer, 2)
    plain = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.8)
    with pytest.raises(
        ValueError, match="no 'heavy_tailed' in its first group.*load a state of the base alone into optimizer.base"
    ):
        optimizer.load_state_dict(plain.state_dict())
    optimizer.base.load_state_dict(plain.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.3 and optimizer.draws == 2 and optimizer.max_update == 0.02


def test_state_dict_hooks_fire():
    model, optimizer = made()
    seen = []
    optimizer.register_state_dict_pre_hook(lambda opt: seen.append("before"))
    optimizer.register_state_dict_post_hook(lambda opt, state: state | {"mine": seen.append("after")})
    optimizer.register_load_state_dict_pre_hook(lambda opt, state: {k: v for k, v in state.items() if k != "mine"})
    optimizer.register_load_state_dict_post_hook(lambda opt: seen.append("loaded"))
    state = optimizer.state_dict()
    assert "mine" in state and "heavy_tailed" in state["param_groups"][0]
    optimizer.load_state_dict(state)
    assert seen == ["before", "after", "loaded"] and "mine" in state


def test_step_hooks_run_once_each():
    model, optimizer = made()
    seen = []
    handles = [
        register_optimizer_step_pre_hook(lambda *_: seen.append("every optimizer's, before")),
        register_optimizer_step_post_hook(lambda *_: seen.append("every optimizer's, after")),
    ]
    optimizer.register_step_pre_hook(lambda opt, *_: seen.append(opt is optimizer))
    optimizer.base.register_step_post_hook(lambda *_: seen.append("the base's"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))
    train(model, optimizer, 1)
    for handle in handles:
        handle.remove()
    assert seen == [True, "every optimizer's, before", "the base's", "every optimizer's, after", "after"]


def test_a_hook_may_give_the_step_a_closure():
    model, optimizer = made()
    optimizer.register_step_pre_hook(lambda opt, given, named: ((opt, lambda: "loss"), {}))
    assert optimizer.step() == "loss"


def test_the_settings_are_told():
    _, optimizer = made()
    told = repr(optimizer)
    for part in ("max_update=0.02", "clip_norm=TimesMedian(multiple=5.0, window=10)", repr(HEAVY), "seed=3", "of SGD"):
        assert part in told


class Framework:
    """Wraps an optimizer as Lightning does: takes on its class, passes reads on, and keeps what is written."""

    def __init__(self, optimizer):
        self._optimizer = optimizer
        self.__class__ = type("Wrapped" + type(optimizer).__name__, (Framework, type(optimizer)), {})

    def __getattr__(self, name):
        return getattr(self._optimizer, name)

    def step(self, closure=None):
        return self._optimizer.step(closure)


@pytest.mark.parametrize("copied", [False, True])
def test_draws_survive_a_framework_that_takes_on_the_class(copied):
    whole = train(*made(), 6)
    model, optimizer = made()
    outer = Framework(optimizer)
    if copied:  # as older frameworks did
        vars(outer).update({name: value for name, value in vars(optimizer).items() if name != "step"})
    train(model, outer, 4)
    assert optimizer.draws == 4 and optimizer.state_dict()["param_groups"][0]["heavy_tailed"]["draws"] == 4
    other, resumed = made()
    other.load_state_dict(model.state_dict())
    resumed.load_state_dict(optimizer.state_dict())
    assert torch.equal(train(other, Framework(resumed), 2, first=4), whole)
    outer.noise = outer.max_update = None
    assert optimizer.noise is None and optimizer.max_update == float("inf")


class Mine:
    """A law of a reader's own, which says nothing of itself."""

    def draw(self, seed, step):
        return seed + step / 10


def test_any_object_with_a_draw_is_a_law():
    _, optimizer = made(noise=Mine())
    assert [optimizer.weights(step).star for step in (0, 4)] == [3.0, 3.4]
    kept = io.BytesIO()
    torch.save(optimizer.state_dict(), kept)
    kept.seek(0)
    made(noise=Mine())[1].load_state_dict(torch.load(kept, weights_only=True))
    with pytest.raises(ValueError, match="noise = .*Mine in the state and GaussianFactor"):
        made(noise=GaussianFactor())[1].load_state_dict(optimizer.state_dict())
    with pytest.raises(ValueError, match="noise = 0.5: must have a method draw"):
        made(noise=0.5)
    optimizer.noise = type("Wild", (), {"draw": lambda self, seed, step: -2.0})()
    with pytest.raises(ValueError, match=r"noise.draw\(3, 4\) = -2.0: must be finite and > -1"):
        optimizer.weights()
