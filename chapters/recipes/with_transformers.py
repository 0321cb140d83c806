"""Hugging Face Trainer: `compute_loss` weighs the loss; Trainer's own clip is off."""

import tempfile

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn
from transformers import Trainer, TrainingArguments


class Weighed(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **more):
        found, labels = model(inputs["x"]), inputs["labels"]
        each = torch.nn.functional.cross_entropy(found, labels, reduction="none")
        if not model.training:
            mean = each.mean()
            return (mean, {"loss": mean}) if return_outputs else mean
        losses.append(each.detach().mean())
        return optimizer.weigh_halves(each)


torch.manual_seed(0)
images, losses = data.digits(600), []
training = [{"x": x, "labels": y} for x, y in zip(images.train, images.train_labels)]
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer = TruncatedHeavyTailed(base, max_update="auto", noise=ParetoFactor(), seed=0)
batches = {"per_device_train_batch_size": 50, "gradient_accumulation_steps": 2}
with tempfile.TemporaryDirectory() as folder:
    quiet = {"report_to": "none", "save_strategy": "no", "disable_tqdm": True}
    given = {"num_train_epochs": 20, "use_cpu": True, "remove_unused_columns": False}
    told = TrainingArguments(folder, max_grad_norm=0.0, **given, **batches, **quiet)
    constant = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    both = optimizer, constant
    Weighed(model, told, train_dataset=training, optimizers=both).train()
