"""Gradient noise without a large batch: the difference of two random halves of a mini-batch.

    (g_A - g_B) / 2,   A and B a random partition of the mini-batch's examples

has mean zero, and of independent examples the covariance of g_SB itself, sigma^2 / n: each half's mean has 2 sigma^2 / n,
their difference 4 sigma^2 / n, half of it a quarter. No other forward pass is needed: the losses of the examples are there.
"""

from __future__ import annotations

import hashlib

import torch


@torch._disable_dynamo  # pyright: ignore[reportPrivateImportUsage] - what is public imports all of Dynamo
def order(count: int, seed: int, step: int) -> torch.Tensor:
    """A random order of so many examples, a function of the three numbers; int64 (count,)."""
    key = hashlib.sha256(f"halves {seed} {step}".encode()).digest()
    return torch.randperm(count, generator=torch.Generator().manual_seed(int.from_bytes(key[:7], "big")))


def halves(losses: torch.Tensor, seed: int, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(L_SB, L_A / 2, L_B / 2) of the examples' losses (n, ...): what `TruncatedHeavyTailed.weigh` takes.

    The first dimension is that of independent examples, and others are averaged over: of a language model, give the losses
    as (sequences, positions), since neighbouring positions are no independent examples. Of an odd number one example is in
    neither half. Raises `ValueError` for fewer than two.
    """
    if losses.dim() == 0 or len(losses) < 2:
        raise ValueError(f"losses of shape {tuple(losses.shape)}: must be one for each of at least two examples")
    each = losses.flatten(1).mean(1) if losses.dim() > 1 else losses
    half = len(each) // 2
    mixed = each[order(len(each), seed, step).to(each.device, non_blocking=True)]
    return each.mean(), mixed[:half].mean() / 2, mixed[half : 2 * half].mean() / 2
