"""Our 2 with a large batch from a loader of its own."""

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

torch.manual_seed(0)
images = data.digits(600)
training = TensorDataset(images.train, images.train_labels)
epochs, batch, large_batch = 20, 100, 400
loader = DataLoader(training, batch_size=batch, shuffle=True)
steps = epochs * len(loader)
# As often through the data as it takes.
sampler = RandomSampler(training, num_samples=steps * large_batch)
large_loader = iter(DataLoader(training, batch_size=large_batch, sampler=sampler))
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.05)
optimizer = TruncatedHeavyTailed(base, max_update=0.5, noise=ParetoFactor(), seed=0)
cross_entropy, losses = torch.nn.functional.cross_entropy, []

for epoch in range(epochs):
    for x, y in loader:
        large_x, large_y = next(large_loader)
        optimizer.zero_grad()
        small = cross_entropy(model(x), y)
        optimizer.weigh(small, small, cross_entropy(model(large_x), large_y)).backward()
        optimizer.step()
        losses.append(small.detach())
