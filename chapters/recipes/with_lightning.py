"""PyTorch Lightning: automatic optimization, accumulation and checkpoints included."""

import lightning
import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn


class Digits(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.losses = []
        layers = nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10)
        self.model = nn.Sequential(nn.Flatten(), *layers)

    def configure_optimizers(self):
        base = torch.optim.SGD(self.model.parameters(), lr=0.1)
        noise = ParetoFactor()
        return TruncatedHeavyTailed(base, max_update="auto", noise=noise, seed=0)

    def training_step(self, batch, number):
        x, y = batch
        each = torch.nn.functional.cross_entropy(self.model(x), y, reduction="none")
        self.losses.append(each.detach().mean())
        return self.optimizers().weigh_halves(each)


torch.manual_seed(0)
images = data.digits(600)
training = torch.utils.data.TensorDataset(images.train, images.train_labels)
loader = torch.utils.data.DataLoader(training, batch_size=50, shuffle=True)
parts = "logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"
where = {"accelerator": "cpu", "devices": 1, **dict.fromkeys(parts, False)}
trainer = lightning.Trainer(max_epochs=20, accumulate_grad_batches=2, **where)
module = Digits()
trainer.fit(module, loader)  # without gradient_clip_val
optimizer, losses = trainer.optimizers[0], module.losses
