"""One ablation, declared: methods over seeds on a task, measured alike, stored as they end, and found again."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from heavysgd import checks
from heavysgd.bars import bar
from heavysgd.deep.data import Images
from heavysgd.deep.methods import Method, Phase, matched, six_methods, unclipped
from heavysgd.deep.sharpness import expected_sharpness, hessian_spectrum, loss_on, maximal_sharpness, pac_bayes_sharpness
from heavysgd.deep.training import Task, Trainer, outputs

__all__ = ["Method", "Phase", "Task", "ablation", "described", "matched", "measure", "run", "sharpness_measures"]
__all__ += ["six_methods", "unclipped"]


def run(
    task: Task, method: Method, seed: int, folder: Path | str | None = None, every: int = 500, draws: int = 100,
    more: Callable[[nn.Module, Images], dict] | None = None,
) -> dict:  # fmt: skip
    """Trains and measures. With a folder, stores a checkpoint `every` iterations, and the result; both are found again.

    Returns the measurements of `measure` (with `draws` draws) and those of `more(model, data)`, the method's and the
    task's settings, numbers of images, the iterations made, and whether the loss was finite to the end.
    """
    seed = checks.seed(seed)
    result = None if folder is None else Path(folder) / f"{_name(task, method, seed)}.json"
    if result is not None and result.exists():
        return json.loads(result.read_text())
    trainer = Trainer(task, method, seed)
    checkpoint = None if result is None else result.with_suffix(".pt")
    if checkpoint is not None and checkpoint.exists():
        trainer.load_state_dict(torch.load(checkpoint, weights_only=True))
    while not trainer.finished:
        trainer.advance(every)
        if checkpoint is not None:
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            _replace(checkpoint, lambda path: torch.save(trainer.state_dict(), path))
    found = described(task, method, seed, trainer.done) | measure(trainer.model, task.data, draws=draws, seed=seed)
    found |= more(trainer.model, task.data) if more is not None and found["finite"] else {}
    if result is not None and checkpoint is not None:
        _replace(result, lambda path: path.write_text(json.dumps(found, indent=1, allow_nan=False)))
        checkpoint.unlink()
    return found


def described(task: Task, method: Method, seed: int, iterations: int) -> dict:
    """What was run: method, seed, iterations made, all settings, numbers of images."""
    data = task.data
    sizes = {"train": len(data.train_labels), "test": len(data.test_labels), "wrong": int(data.wrong.sum())}
    found = {"method": method.name, "seed": seed, "iterations": iterations, "settings": _settings(task, method)}
    return found | {"images": {"batch": task.batch, **sizes}}


def ablation(
    task: Task,
    methods: Sequence[Method],
    seeds: Sequence[int],
    folder: Path | str,
    progress: bool = True,
    executor: Executor | None = None,
    more: Callable[[nn.Module, Images], dict] | None = None,
) -> list[dict]:
    """Every method at every seed, by seed and then method; what is stored already is not run again. A bar over the runs.

    With an executor of `concurrent.futures` (or as good) the runs are its jobs; processes need a task that can be pickled.
    `more` as in `run`. Runs that were finished when one fails, or at Ctrl-C, are kept.
    """
    cases = [(method, seed) for seed in seeds for method in methods]
    with bar(len(cases), " runs", progress, delay=2) as shown:
        if executor is None:
            return [_told(shown, run(task, method, seed, folder, more=more)) for method, seed in cases]
        jobs = [executor.submit(run, task, method, seed, folder, more=more) for method, seed in cases]
        try:
            for job in jobs:
                job.add_done_callback(lambda _: shown.update())
            return [job.result() for job in jobs]
        finally:
            for job in jobs:
                job.cancel()


def _told(shown, found: dict) -> dict:
    shown.update()
    return found


@torch.no_grad()
def measure(model: nn.Module, data: Images, delta: float = 0.01, draws: int = 100, seed: int = 0) -> dict:
    """Losses and accuracies (shares) on training, test and wrongly labelled images, and the expected sharpness.

    What is not finite is None, as JSON has no other word for it.
    """
    model.eval()
    cross = nn.functional.cross_entropy
    out, test = outputs(model, data.train), outputs(model, data.test)
    hits, wrong = (out.argmax(1) == data.train_labels).float(), data.wrong
    loss = lambda: cross(outputs(model, data.train), data.train_labels)  # noqa: E731
    sharp = expected_sharpness(loss, list(model.parameters()), delta, draws, seed)
    found = {
        "train_loss": float(cross(out, data.train_labels)),
        "train_accuracy": float(hits.mean()),
        "test_loss": float(cross(test, data.test_labels)),
        "test_accuracy": float((test.argmax(1) == data.test_labels).float().mean()),
        "memorised": float(hits[wrong].mean()) if wrong.any() else None,  # share of wrong labels that were learnt
        "sharpness": sharp.value,
        "sharpness_stderr": sharp.stderr,
    }
    return _finite(found) | {"finite": math.isfinite(found["train_loss"])}


def sharpness_measures(model: nn.Module, data: Images) -> dict:
    """The other measures: maximal and PAC-Bayes sharpness, the Hessian's largest eigenvalue and trace, on training data.

    None where a measure does not exist, as on networks that noise has destroyed.
    """
    loss, parameters = loss_on(model, data.train, data.train_labels), list(model.parameters())
    batches = [(data.train, data.train_labels)]
    found = {"maximal_sharpness": maximal_sharpness(loss, parameters).value}
    with suppress(ValueError):
        pac_bayes = pac_bayes_sharpness(loss, parameters)
        found |= {"pac_bayes_sharpness": pac_bayes.value, "pac_bayes_sharpness_stderr": pac_bayes.stderr}
    with suppress(ValueError):
        spectrum = hessian_spectrum(model, nn.CrossEntropyLoss(), batches, top=1)
        found |= {"top_eigenvalue": spectrum.top[0], "trace": spectrum.trace, "trace_stderr": spectrum.trace_stderr}
    return dict.fromkeys(_MEASURES) | _finite(found)


_MEASURES = ("maximal_sharpness", "pac_bayes_sharpness", "top_eigenvalue", "trace")


def _finite(found: dict) -> dict:
    return {name: value if value is None or math.isfinite(value) else None for name, value in found.items()}


def _settings(task: Task, method: Method) -> dict:
    phases, own = task.phases(method), ("phases", "lr", "weight_bound")
    noisy = sum(phase.steps for phase in phases if phase.kind == "method")
    schedule = {"lr": task.rate(method), "batch": task.batch, "iterations": noisy, "quiet": task.steps(method) - noisy}
    fields = {name: value for name, value in asdict(method).items() if name not in own}
    if method.phases:  # told where it is not the task's, as are the fields below
        schedule["phases"] = [[phase.steps, phase.kind] for phase in phases]
    if method.weight_bound is not None:
        schedule["weight_bound"] = method.weight_bound
    noise = None if method.noise is None else {"law": type(method.noise).__name__, **asdict(method.noise)}
    large = {} if task.large is None else {"large": task.large}
    cost = {"gradients_per_step": method.gradients_per_step(task.batch, task.large or len(task.data.train_labels))}
    return {"task": task.name, **schedule, **large, **fields, "noise": noise, **cost}


def _name(task: Task, method: Method, seed: int) -> str:
    """A file name that is the experiment's: the same settings, images and seed, and nothing else, find it again."""
    images = hashlib.sha256()
    for part in task.data:  # the test images, too: measurements are stored, and those on other images are others
        images.update(part.contiguous().cpu().numpy().data)
    described = json.dumps([_settings(task, method), seed, images.hexdigest()], sort_keys=True)
    title = "-".join(method.name.lower().replace("+", " ").replace(",", " ").split())
    return f"{task.name}-{title}-{hashlib.sha256(described.encode()).hexdigest()[:12]}"


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes under another name first, so that a file with its name is always whole."""
    scratch = path.with_suffix(".part")
    write(scratch)
    scratch.replace(path)
