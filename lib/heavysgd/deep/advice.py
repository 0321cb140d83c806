"""One warning each for what silently makes the method another: no Z, no cut, other seeds on other ranks."""

from __future__ import annotations

import itertools
import warnings

import torch

from heavysgd.deep.progress import Progress
from heavysgd.deep.thresholds import LOOKED_AT

UNWEIGHED = 20  # steps after which a loss should have been weighed
_numbers = itertools.count()


def advise(progress: Progress, number: int) -> None:
    """Looks at a training after a step. Reads one number off the device, once, after a thousand steps."""
    if progress.steps == 1:
        _compare_seeds(progress, number)
    if progress.steps == UNWEIGHED and progress.noise is not None and progress.weighed == 0:
        _once(
            progress,
            "weigh",
            f"{UNWEIGHED} steps and no loss was weighed, so that Z has no effect: back-propagate optimizer.weigh(...) or "
            "weigh_halves(...) in place of the loss, or set noise=None",
        )
    if progress.steps == LOOKED_AT:
        for bound in (progress.gradient, progress.update):
            if bound.active and float(bound.share()) == 0:
                _once(
                    progress,
                    bound.name,
                    f"{bound.name} = {bound.setting} has cut none of {LOOKED_AT} steps; the last was "
                    f"{float(bound.length):.3g} long. diagnostics() says more, and {bound.name}='auto' follows the run",
                )


def number() -> int:
    """Of a wrapper among those of its process: the same on all ranks that make theirs in the same order."""
    return next(_numbers)


def _compare_seeds(progress: Progress, number: int) -> None:
    """Leaves the seed where other ranks see it and reads those that are there already; nobody waits for anybody."""
    spread = torch.distributed.is_available() and torch.distributed.is_initialized()
    if progress.noise is None or not spread or torch.distributed.get_world_size() == 1:
        return
    store, rank = torch.distributed.distributed_c10d._get_default_store(), torch.distributed.get_rank()
    store.set(f"heavysgd/{number}/{rank}", f"{progress.seed} {progress.draws}")
    others = [f"heavysgd/{number}/{other}" for other in range(torch.distributed.get_world_size()) if other != rank]
    seeds = {store.get(key).decode() for key in others if store.check([key])}
    if seeds - {f"{progress.seed} {progress.draws}"}:
        _once(
            progress,
            "seed",
            f"rank {rank} draws Z by seed and step {progress.seed} {progress.draws}, other ranks by {sorted(seeds)}: give "
            "all the same seed, or their mean gradient has a Z of lighter tail",
        )


def _once(progress: Progress, about: str, text: str) -> None:
    if about not in progress.told:
        progress.told.add(about)
        warnings.warn(text, stacklevel=4)
