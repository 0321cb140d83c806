"""What the page on the wrapper measures: updates of known length under every base, in either mode."""

from functools import partial

import pytest
import torch
from companion.ledger.seeds import derived
from companion.subjects.networks import wrapper
from companion.subjects.networks.wrapper_tables import cost_table, longest_table
from heavysgd.deep import ParetoFactor, data, nets
from torch.nn.functional import cross_entropy

NOISE, B, SEED = ParetoFactor(1.4, 1.0), 0.001, 5
BASES = {
    "plain": partial(torch.optim.SGD, lr=0.05),
    "decay": partial(torch.optim.SGD, lr=0.05, weight_decay=0.1),
    "Adam": partial(torch.optim.Adam, lr=0.01),
}


@pytest.fixture(scope="module")
def images():
    return data.digits(200)


def first_gradient(images):
    """Parameters and the gradient of the first step, on its own."""
    torch.manual_seed(derived(SEED, "weights"))
    model = nets.small_net()
    x, y = next(wrapper.batches(images, 100, derived(SEED, "mini-batches")))
    small, large = cross_entropy(model(x), y), cross_entropy(model(images.train), images.train_labels)
    z = NOISE.draw(derived(SEED, "Z"), 0)
    total = small + z * small - z * large  # as a whole: Adam makes much of what rounding leaves of a small entry
    return wrapper.flat(model.parameters()), wrapper.flat(torch.autograd.grad(total, list(model.parameters())))


def test_a_first_update_is_as_long_as_its_parts_say(images):
    theta, gradient = first_gradient(images)
    cut = B * gradient / gradient.norm()  # as long as an update may be
    assert 0.01 * gradient.norm() > 1.2 * B
    found = wrapper.longest_updates(BASES, B, NOISE, images, steps=1, seed=SEED)
    assert found["plain"] == pytest.approx({"max_update": 1, "clip_norm": 1, "both": 1}, rel=1e-4)
    assert found["decay"]["clip_norm"] == pytest.approx(float((cut + 0.05 * 0.1 * theta).norm()) / B, rel=1e-4)
    step = 0.01 * (cut / 0.01) / ((cut / 0.01).abs() + 1e-8)  # of Adam: the gradient over its own size
    assert found["Adam"]["clip_norm"] == pytest.approx(float(step.norm()) / B, rel=1e-4)
    assert {name: of["max_update"] for name, of in found.items()} == pytest.approx(dict.fromkeys(BASES, 1), rel=1e-4)


def test_the_longest_of_several_updates_is_told(images):
    momentum = {"momentum": partial(torch.optim.SGD, lr=0.05, momentum=0.9)}
    one, ten = (wrapper.longest_updates(momentum, B, NOISE, images, steps, SEED)["momentum"] for steps in (1, 10))
    assert one["clip_norm"] == pytest.approx(1, rel=1e-4) and 1.5 < ten["clip_norm"] < (1 - 0.9**10) / 0.1
    assert ten["max_update"] == pytest.approx(1, rel=1e-4)


def test_the_table_has_a_column_for_each_bound():
    bounds = {"max_update": 1.0, "clip_norm": 0.99996, "both": 1.0}
    shown = longest_table({"plain": bounds, "Adam": bounds | {"clip_norm": 28.32}}).data
    assert "| longest update over $b$ | `max_update` | `clip_norm` | both |" in shown
    assert "| plain | 1 | 1 | 1 |" in shown and "| Adam | 1 | 28.3 | 1 |" in shown


def test_the_table_of_costs_is_of_the_least_times():
    times = {"100000": {"SGD": {"bare": [10.0, 12.0], "clip_norm": [15.0, 14.0]}}}
    shown = cost_table({"wrapper": {"microseconds_per_step": times}}).data
    assert "| parameters | base | bare step, µs | × with clip_norm |" in shown and "| 100,000 | SGD | 10 | 1.4 |" in shown


def test_half_batch_noise_has_the_power_of_mini_batch_noise(images):
    torch.manual_seed(0)
    found = wrapper.noise_power(images, nets.small_net(), seed=1, batch=20, draws=150)
    assert abs(found.value - 1) < 4 * found.stderr < 0.8
