"""How long a vector over many tensors is, and shortening it: never out of range, one call for many tensors.

A sum of squares overflows where the numbers do not yet (from 2e19 in single precision), and vanishes likewise. So a length
that is very large or very small is taken anew, in double precision; of doubles, of the numbers over a power of two.

A length is a number of the host where it is seen without waiting, on CPUs, and else a tensor of no dimension on its device.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

Number = float | torch.Tensor
FAR = 2.0**47  # from 1: squares of single precision, and of what adds up to that, are in range
LEAST = 2.0**-100  # of one factor: in the range of single precision with all digits


def wide(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor in single precision at least."""
    return tensor.float() if tensor.element_size() < 4 else tensor


def entries(parameter: torch.Tensor) -> torch.Tensor:
    """The numbers of a parameter's gradient, dense and in the gradient's own memory.

    A sparse gradient may name a row more than once, as of an `Embedding(sparse=True)`: it is replaced by its sum first.
    """
    gradient = parameter.grad
    if gradient is None:
        raise ValueError("parameter: has no gradient")
    if not gradient.is_sparse:
        return gradient
    parameter.grad = gradient.coalesce()
    return parameter.grad.values()


def length(tensors: Sequence[torch.Tensor]) -> Number:
    """|tensors|; 0.0 for none. What is not finite gives infinity or nan, as a sum of squares does."""
    if not tensors:
        return 0.0
    if not seen(tensors):
        return _in_any_range(tensors)
    found = float(_norm(tensors, torch.float32))
    return found if 1 / FAR < found < FAR else float(_in_any_range(tensors))


def distance(new: Sequence[torch.Tensor], old: Sequence[torch.Tensor]) -> Number:
    """|new - old|. On a CPU one difference at a time is in memory, and in its cache when its norm is taken."""
    if not new or not seen(new):
        return length([wide(a) - wide(b) for a, b in zip(new, old)])
    found = math.hypot(*(float(torch.linalg.vector_norm(wide(a) - wide(b))) for a, b in zip(new, old)))
    return found if 1 / FAR < found < FAR else length([wide(a) - wide(b) for a, b in zip(new, old)])


def seen(tensors: Sequence[torch.Tensor]) -> bool:
    """Whether numbers can be read off all of these without waiting for a device."""
    return all(t.is_cpu for t in tensors)


def _in_any_range(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    doubles, others = [t for t in tensors if t.dtype == torch.float64], [t for t in tensors if t.dtype != torch.float64]
    parts = [_scaled_norm(doubles)] if doubles else []
    parts += [_norm(others, torch.float64)] if others else []
    return parts[0] if len(parts) == 1 else torch.hypot(parts[0], parts[1].to(parts[0].device))


def _norm(tensors: Sequence[torch.Tensor], least: torch.dtype) -> torch.Tensor:
    """Root of the sum of squares, in that precision at least; a double."""
    alike: dict[tuple[torch.dtype, torch.device], list[torch.Tensor]] = {}
    for t in tensors:
        alike.setdefault((t.dtype, t.device), []).append(t)
    parts = []
    for (kind, _), some in alike.items():
        wider = torch.promote_types(kind, least)
        norm = torch._foreach_norm  # pyright: ignore[reportPrivateImportUsage] - PyTorch's one name
        norms = norm(some) if wider == kind else norm(some, dtype=wider)
        parts.append(torch.linalg.vector_norm(torch.stack(norms), dtype=torch.float64))
    if len(parts) == 1:
        return parts[0]
    return torch.linalg.vector_norm(torch.stack([part.to(tensors[0].device) for part in parts]))


def _scaled_norm(doubles: list[torch.Tensor]) -> torch.Tensor:
    """Of doubles in any range: that of the numbers over a power of two near the largest, times it."""
    device, limits = doubles[0].device, torch.finfo(torch.float64)
    filled = [t for t in doubles if t.numel()]
    if not filled:
        return torch.zeros((), dtype=torch.float64, device=device)
    largest = torch.stack([torch.linalg.vector_norm(t, math.inf).to(device) for t in filled]).max()
    unit = largest.clamp(limits.tiny * 4, limits.max).log2().floor().exp2()
    return _norm([t / unit.to(t.device) for t in filled], torch.float64) * unit


def hypotenuse(parts: Sequence[Number]) -> Number:
    """The length of a vector whose pieces have these lengths."""
    if all(isinstance(part, float) for part in parts):
        return math.hypot(*parts)
    some = next(part for part in parts if isinstance(part, torch.Tensor))
    parts = [torch.as_tensor(part, dtype=some.dtype).to(some.device, non_blocking=True) for part in parts]
    return torch.linalg.vector_norm(torch.stack(parts))


def shortening(length: Number, limit: Number) -> tuple[Number, ...]:
    """Factors whose product is min(1, limit / length); none where nothing is to be shortened and that is seen.

    Two where one would be too small for single precision or for its digits (on a device, where that is not seen: 0). An
    infinite length gives 0 and nan gives nan, as in `torch.nn.utils.clip_grad_norm_`.
    """
    if isinstance(length, torch.Tensor) or isinstance(limit, torch.Tensor):
        factor = torch.as_tensor(limit / length).clamp(max=1.0)
        return (torch.where(factor < LEAST, 0.0, factor),)
    if length <= limit:
        return ()
    if limit / length > LEAST or not math.isfinite(length):
        return (limit / length,)
    first = 2.0 ** ((math.frexp(limit)[1] - math.frexp(length)[1]) // 2)
    return first, limit / (length * first)


def joined(factors: Sequence[Number]) -> tuple[Number, ...]:
    """The same product in one factor, where one is enough."""
    if len(factors) > 1:
        product = math.prod(factors)
        if isinstance(product, torch.Tensor) or not product <= LEAST:
            return (product,)
    return tuple(factors)


def multiply(tensors: Sequence[torch.Tensor], factors: Sequence[Number]) -> None:
    """tensor <- factor tensor, for all tensors and each of the factors."""
    if not (factors := joined(factors)):
        return
    halves = [t for t in tensors if t.element_size() < 4]  # which would take a small factor for a number of their own kind
    singles = [t.float() for t in halves]
    alike: dict[torch.device, list[torch.Tensor]] = {}
    for t in [*(t for t in tensors if t.element_size() >= 4), *singles]:
        alike.setdefault(t.device, []).append(t)
    for device, some in alike.items():
        for factor in factors:
            there = isinstance(factor, torch.Tensor)
            torch._foreach_mul_(  # pyright: ignore[reportPrivateImportUsage] - PyTorch's one name
                some, factor.to(device, non_blocking=True) if there else factor
            )
    for t, single in zip(halves, singles):
        t.copy_(single)


def shorten(tensors: Sequence[torch.Tensor], factors: Sequence[Number], towards: Sequence[torch.Tensor]) -> None:
    """tensor <- towards + factor (tensor - towards) for each of the factors; 1 changes no bit."""
    factors = joined(factors)
    for tensor, old in zip(tensors, towards) if factors else ():
        new = wide(tensor)
        for factor in factors:
            weight = factor.to(new.device, new.dtype) if isinstance(factor, torch.Tensor) else factor
            torch.lerp(wide(old), new, weight, out=new)
        if new is not tensor:
            tensor.copy_(new)
