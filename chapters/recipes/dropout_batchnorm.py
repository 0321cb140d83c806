"""Dropout and batch normalisation with a large batch, which is in training mode too."""

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn

torch.manual_seed(0)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=100, shuffle=True)
hidden = nn.Linear(64, 60), nn.BatchNorm1d(60), nn.ReLU(), nn.Dropout(0.3)
model = nn.Sequential(nn.Flatten(), *hidden, nn.Linear(60, 10))
norms = [layer for layer in model if isinstance(layer, nn.BatchNorm1d)]
base = torch.optim.SGD(model.parameters(), lr=0.05)
optimizer = TruncatedHeavyTailed(base, max_update=0.5, noise=ParetoFactor(), seed=0)
losses = []

for epoch in range(20):
    for x, y in loader:
        optimizer.zero_grad()
        # Once: a second pass would have other masks.
        small = nn.functional.cross_entropy(model(x), y)
        for norm in norms:
            norm.momentum = 0.0  # running statistics stay those of mini-batches
        # Not after model.eval(), which makes it another function.
        large = nn.functional.cross_entropy(model(images.train), images.train_labels)
        for norm in norms:
            norm.momentum = 0.1
        optimizer.weigh(small, small, large).backward()
        optimizer.step()
        losses.append(small.detach())
