"""What the page on the wrapper measures: updates of known length under every base, in either mode."""

from functools import partial

import pytest
import torch
from companion.ledger.seeds import derived
from companion.subjects.networks import wrapper
from companion.subjects.networks.wrapper_tables import longest_table
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
    assert found["plain"] == pytest.approx({"update": 1, "gradient": 1}, rel=1e-4)
    assert found["decay"]["gradient"] == pytest.approx(float((cut + 0.05 * 0.1 * theta).norm()) / B, rel=1e-4)
    step = 0.01 * (cut / 0.01) / ((cut / 0.01).abs() + 1e-8)  # of Adam: the gradient over its own size
    assert found["Adam"]["gradient"] == pytest.approx(float(step.norm()) / B, rel=1e-4)
    assert {name: of["update"] for name, of in found.items()} == pytest.approx(dict.fromkeys(BASES, 1), rel=1e-4)


def test_the_longest_of_several_updates_is_told(images):
    momentum = {"momentum": partial(torch.optim.SGD, lr=0.05, momentum=0.9)}
    one, ten = (wrapper.longest_updates(momentum, B, NOISE, images, steps, SEED)["momentum"] for steps in (1, 10))
    assert one["gradient"] == pytest.approx(1, rel=1e-4) and 1.5 < ten["gradient"] < (1 - 0.9**10) / 0.1
    assert ten["update"] == pytest.approx(1, rel=1e-4)


def test_the_table_has_a_column_for_each_mode():
    shown = longest_table({"plain": {"update": 1.0, "gradient": 0.99996}, "Adam": {"update": 1.0, "gradient": 28.32}}).data
    assert '| longest update over $b$ | `"update"` | `"gradient"` |' in shown
    assert "| plain | 1 | 1 |" in shown and "| Adam | 1 | 28.3 |" in shown
