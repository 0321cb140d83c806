"""A network of your own, without and with truncated heavy-tailed noise."""

from functools import partial

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data, expected_sharpness
from torch import nn

images = data.digits(600)


@torch.no_grad()
def train_loss(model):
    outputs = model(images.train)
    return nn.functional.cross_entropy(outputs, images.train_labels)


for name, noise in (("plain", None), ("noisy", ParetoFactor(alpha=1.4, c=2.0))):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 50), nn.Tanh(), nn.Linear(50, 10))
    base = torch.optim.SGD(model.parameters(), lr=0.05)
    optimizer = TruncatedHeavyTailed(base, noise and 0.1, noise, seed=0)
    for step in range(1500):
        chosen = torch.randperm(len(images.train))[:60]
        outputs = model(images.train[chosen])
        labels = images.train_labels[chosen]
        losses = nn.functional.cross_entropy(outputs, labels, reduction="none")
        optimizer.zero_grad()
        optimizer.weigh_halves(losses).backward()
        optimizer.step()
    whole = partial(train_loss, model)
    sharpness = expected_sharpness(whole, model.parameters())
    print(f"{name}: training loss {whole():.4f}, sharpness", end=" ")
    print(f"{sharpness.value:.5f} ± {sharpness.stderr:.5f}")
