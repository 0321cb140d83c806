"""Hugging Face Accelerate: the optimizer weighs, so keep a name for it as it was."""

import torch
from accelerate import Accelerator
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn

torch.manual_seed(0)
accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=50, shuffle=True)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.1)
noise = ParetoFactor()
# The same seed on all ranks.
optimizer = TruncatedHeavyTailed(base, max_update="auto", noise=noise, seed=0)
model, prepared, loader = accelerator.prepare(model, optimizer, loader)
losses = []

for epoch in range(20):
    for x, y in loader:
        with accelerator.accumulate(model):
            each = torch.nn.functional.cross_entropy(model(x), y, reduction="none")
            accelerator.backward(optimizer.weigh_halves(each))
            prepared.step()  # without accelerator.clip_grad_norm_
            prepared.zero_grad()
        losses.append(each.detach().mean())
