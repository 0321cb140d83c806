"""Half-batch noise: one forward pass, no large batch."""

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn

torch.manual_seed(0)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=100, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.1)
noise = ParetoFactor()
optimizer = TruncatedHeavyTailed(base, max_update="auto", noise=noise, seed=0)  # new
losses = []  # the plain ones

for epoch in range(20):
    for x, y in loader:
        optimizer.zero_grad()
        # Changed: one loss an example, and a backward pass of all of them, weighed.
        each = torch.nn.functional.cross_entropy(model(x), y, reduction="none")
        optimizer.weigh_halves(each).backward()
        optimizer.step()
        losses.append(each.detach().mean())
