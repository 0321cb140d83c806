"""Gradient clipping, half precision and a log: what goes, and what the log is of."""

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn

torch.manual_seed(0)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=100, shuffle=True)
device = "cuda" if torch.cuda.is_available() else "cpu"
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
model.to(device)
base = torch.optim.AdamW(model.parameters(), lr=0.003)
noise = ParetoFactor()
# The norm is the one that was clipped at.
optimizer = TruncatedHeavyTailed(base, noise=noise, clip_norm=1.0, rescale=True)
scaler = torch.amp.GradScaler(device, enabled=device == "cuda")
losses, log = [], []

for epoch in range(20):
    for x, y in loader:
        optimizer.zero_grad()
        with torch.autocast(device):
            x, y = x.to(device), y.to(device)
            each = nn.functional.cross_entropy(model(x), y, reduction="none")
        scaler.scale(optimizer.weigh_halves(each)).backward()
        scaler.unscale_(optimizer)
        # Gone is clip_grad_norm_, which would cut before 1 + Z is back.
        scaler.step(optimizer)
        scaler.update()
        losses.append(each.detach().mean())  # and not the weighed loss, which is half Z
    told = optimizer.diagnostics()  # tensors: a number waits for the device
    log.append({name: float(value) for name, value in told.items()})
