"""Four batches a step, all with the same Z: it changes when `step` is called."""

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn

torch.manual_seed(0)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=25, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer = TruncatedHeavyTailed(base, max_update="auto", noise=ParetoFactor(), seed=0)
losses, pieces = [], 4

for epoch in range(20):
    for number, (x, y) in enumerate(loader, start=1):
        each = torch.nn.functional.cross_entropy(model(x), y, reduction="none")
        (optimizer.weigh_halves(each) / pieces).backward()
        losses.append(each.detach().mean())
        if number % pieces == 0:
            optimizer.step()
            optimizer.zero_grad()
