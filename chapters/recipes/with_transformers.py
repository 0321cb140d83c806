"""Hugging Face Trainer: the optimizer is given, the loss is weighed in `compute_loss`, and Trainer's own clip is off."""

import tempfile

import torch
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data
from torch import nn
from transformers import Trainer, TrainingArguments


class Weighed(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **more):
        each = torch.nn.functional.cross_entropy(model(inputs["x"]), inputs["labels"], reduction="none")
        if not model.training:
            return (each.mean(), {"loss": each.mean()}) if return_outputs else each.mean()
        losses.append(each.detach().mean())
        return optimizer.weigh_halves(each)


torch.manual_seed(0)
images, losses = data.digits(600), []
training = [{"x": x, "labels": y} for x, y in zip(images.train, images.train_labels)]
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 60), nn.ReLU(), nn.Linear(60, 10))
base = torch.optim.SGD(model.parameters(), lr=0.1)
optimizer = TruncatedHeavyTailed(base, max_update="auto", noise=ParetoFactor(), seed=0)
batches = {"per_device_train_batch_size": 50, "gradient_accumulation_steps": 2, "num_train_epochs": 20}
with tempfile.TemporaryDirectory() as folder:
    quiet = {"report_to": "none", "save_strategy": "no", "disable_tqdm": True, "use_cpu": True}
    given = TrainingArguments(folder, max_grad_norm=0.0, remove_unused_columns=False, **batches, **quiet)
    constant = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    Weighed(model, given, train_dataset=training, optimizers=(optimizer, constant)).train()
