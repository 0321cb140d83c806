"""What the optimizer wrapper promises, checked on a script as a practitioner would write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, Weights, halves, nets
from heavysgd.deep.data import Images
from heavysgd.inference import Measured
from torch.nn.functional import cross_entropy

from companion.ledger.seeds import derived

BOUNDS = {  # by what is bounded: the thresholds for updates of length b at learning rate lr
    "max_update": lambda b, lr: {"max_update": b},
    "clip_norm": lambda b, lr: {"clip_norm": b / lr},
    "both": lambda b, lr: {"max_update": b, "clip_norm": b / lr},
}


def flat(tensors) -> torch.Tensor:
    """All numbers in one row."""
    return torch.cat([t.detach().ravel() for t in tensors])


def update_lengths(
    model, optimizer: TruncatedHeavyTailed, images: Images, steps: int, seed: int, batch: int = 100
) -> torch.Tensor:
    """Lengths of the updates of so many training steps of "our 2"; `seed` is that of the mini-batches."""
    lengths = []
    for x, y in islice(batches(images, batch, seed), steps):
        before = flat(model.parameters()).clone()
        optimizer.zero_grad()
        small = cross_entropy(model(x), y)
        optimizer.weigh(small, small, cross_entropy(model(images.train), images.train_labels)).backward()
        optimizer.step()
        lengths.append((flat(model.parameters()) - before).norm())
    return torch.stack(lengths)


def longest_updates(
    bases: dict[str, Callable[..., torch.optim.Optimizer]],
    b: float,
    noise: ParetoFactor,
    images: Images,
    steps: int,
    seed: int,
) -> dict[str, dict[str, float]]:
    """The longest update of a training of "our 2" over b: by base optimizer, then by what is bounded.

    All trainings share initial weights, mini-batches and draws of Z: they differ in nothing else.
    """
    longest = {}
    for name, base in bases.items():
        longest[name] = {}
        for bound, thresholds in BOUNDS.items():
            torch.manual_seed(derived(seed, "weights"))
            model = nets.small_net()
            inner = base(model.parameters())
            given = thresholds(b, inner.param_groups[0]["lr"])
            optimizer = TruncatedHeavyTailed(inner, noise=noise, seed=derived(seed, "Z"), **given)
            lengths = update_lengths(model, optimizer, images, steps, derived(seed, "mini-batches"))
            longest[name][bound] = float(lengths.max()) / b
    return longest


def distance_from_three_gradients(model, losses: tuple, weights: Weights, expected: Weights) -> Measured:
    """|one backward pass of the weighted losses - the weighted sum of three gradients| over the latter's length."""
    parameters = list(model.parameters())
    weighted = reduce(torch.add, [weight * loss for weight, loss in zip(weights, losses)])
    once = flat(torch.autograd.grad(weighted, parameters, retain_graph=True))
    three = [flat(torch.autograd.grad(loss, parameters, retain_graph=True)) for loss in losses]
    total = reduce(torch.add, [weight * slope for weight, slope in zip(expected, three)])
    return Measured(float((once - total).norm() / total.norm()))


def batches(images: Images, batch: int, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Mini-batches for ever: images and labels, drawn without replacement within each."""
    generator, count = torch.Generator().manual_seed(seed), len(images.train_labels)
    while True:
        chosen = torch.randperm(count, generator=generator)[:batch]
        yield images.train[chosen], images.train_labels[chosen]


def noise_power(images: Images, model, seed: int, batch: int = 100, draws: int = 400) -> Measured:
    """Power of half-batch noise over that of mini-batch noise, both about their means; its error by a bootstrap of draws.

    Mini-batches are drawn with replacement, so that examples are independent.
    """
    generator, parameters = torch.Generator().manual_seed(derived(seed, "mini-batches")), list(model.parameters())
    own, noise = [], []
    for step in range(draws):
        chosen = torch.randint(len(images.train_labels), (batch,), generator=generator)
        each = cross_entropy(model(images.train[chosen]), images.train_labels[chosen], reduction="none")
        whole, first, second = halves(each, derived(seed, "halves"), step)
        own.append(flat(torch.autograd.grad(whole, parameters, retain_graph=True)))
        noise.append(flat(torch.autograd.grad(first - second, parameters)))
    powers = torch.stack([(torch.stack(g) - torch.stack(g).mean(0)).square().sum(1) for g in (noise, own)])
    again = torch.randint(draws, (500, draws), generator=generator)
    spread = (powers[0][again].mean(1) / powers[1][again].mean(1)).std()
    return Measured(float(powers[0].mean() / powers[1].mean()), float(spread))
