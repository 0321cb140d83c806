"""How long an update over many tensors is, and what shortens it to b: in single precision at least, never out of range.

A sum of squares overflows where the numbers do not yet (from 2e19 in single precision), and vanishes likewise. So a very
large or very small length is taken anew, of the numbers times a power of two, which changes none of their digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce

import torch
from torch.nn.utils import get_total_norm

LEAST = 2.0**-32  # of the first of two factors


def wide(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in single precision at least."""
    return tensor.float() if tensor.element_size() < 4 else tensor


def entries(parameter: torch.Tensor) -> torch.Tensor:
    """The numbers of a parameter's gradient, dense and in the gradient's own memory.

    A sparse gradient may name a row more than once, as of an `Embedding(sparse=True)`: it is replaced by its sum first.
    """
    if not parameter.grad.is_sparse:
        return parameter.grad
    parameter.grad = parameter.grad.coalesce()
    return parameter.grad.values()


def shortening(moves: Sequence[torch.Tensor], b: float) -> Sequence[torch.Tensor]:
    """Factors with the product min(1, b / |moves|), on the device, so that nobody waits for it; overwrites the moves.

    Two where one could be too small for its type: 1e-6 / 1e38. Where nothing is to be shortened they are 1. An infinite
    entry gives 0, and nan gives nan, as in `torch.nn.utils.clip_grad_norm_`.
    """
    kind = reduce(torch.promote_types, {move.dtype for move in moves}, torch.float32)
    moves, tiny = [move.to(kind) for move in moves], torch.finfo(kind).tiny
    far, length = round(-0.75 * math.log2(tiny)), get_total_norm(moves)
    if _seen_within(length, 2.0 ** (far / 2)):
        return [(b / length).clamp(max=1.0)]
    scale = (-far * (length.log2() / far).round().clamp(-1, 1)).exp2()  # 1 for lengths within 2^(far / 2) of 1
    for move in moves:
        move.mul_(scale.to(move.device))
    ratio = b / get_total_norm(moves).clamp(min=tiny) / LEAST * scale
    return [(LEAST * ratio).clamp(LEAST, 1.0), ratio.clamp(max=1.0)]


def _seen_within(length: torch.Tensor, far: float) -> bool:
    """Whether the length is seen, without waiting for a device, to be within that factor of 1."""
    return length.is_cpu and bool(1 / far < length.numpy() < far)


def shorten(tensor: torch.Tensor, factors: Sequence[torch.Tensor], towards: torch.Tensor | None = None) -> None:
    """tensor <- factor tensor for each of the factors, or towards + factor (tensor - towards); 1 changes no bit."""
    new = wide(tensor)
    for factor in (factor.to(new.device, new.dtype) for factor in factors):
        new.mul_(factor) if towards is None else torch.lerp(wide(towards), new, factor, out=new)
    if new is not tensor:
        tensor.copy_(new)
