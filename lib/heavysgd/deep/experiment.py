"""One ablation, declared: methods that differ in nothing but what their names say, run over seeds, stored as they end.

The seed fixes the initial weights, both sequences of mini-batches and the draws of Z, so that methods compared at one
seed share all of them, and differences between methods are paired.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import nn

from heavysgd import checks
from heavysgd.deep.data import Images
from heavysgd.deep.multipliers import GaussianFactor, ParetoFactor
from heavysgd.deep.optimizer import TruncatedHeavyTailed
from heavysgd.deep.sharpness import expected_sharpness

LOOK_EVERY = 50  # iterations between looks at the training loss, to stop where a method says so or the loss is lost


@dataclass(frozen=True)
class Method:
    """How one step is made. Large-batch gradients are those of all training images.

    batch : "small" or "large", whose gradient is descended.
    star : "other", "same" or None: the mini-batch of g_SB* in Z (g_SB* - g_LB).
    noise : the law of Z; None adds no noise.
    b : truncation threshold of the update; None for none.
    weight_decay : of plain SGD. stop_at : training loss at which training ends early, None for never.
    """

    name: str
    batch: str = "small"
    star: str | None = None
    noise: ParetoFactor | GaussianFactor | None = None
    b: float | None = None
    weight_decay: float = 0.0
    stop_at: float | None = None


def six_methods(b: float, alpha: float = 1.4, c: float = 0.5) -> list[Method]:
    """The methods of the paper's tables: LB, SB, SB + Clip, SB + Noise, Our 1, Our 2."""
    heavy = ParetoFactor(alpha, c)
    return [
        Method("LB", batch="large"),
        Method("SB"),
        Method("SB + Clip", b=b),
        Method("SB + Noise", star="other", noise=heavy),
        Method("Our 1", star="other", noise=heavy, b=b),
        Method("Our 2", star="same", noise=heavy, b=b),
    ]


@dataclass(frozen=True)
class Task:
    """A network, images, and the schedule: `iterations` steps of a method, then `quiet` full-batch steps without noise."""

    name: str
    net: Callable[[], nn.Module]
    data: Images
    lr: float = 0.05
    batch: int = 100
    iterations: int = 3000
    quiet: int = 1000


def run(task: Task, method: Method, seed: int, folder: Path | str | None = None, every: int = 500, **more) -> dict:
    """Trains and measures. With a folder, stores a checkpoint `every` iterations, and the result; both are found again.

    Returns the measurements of `measure`, the method's and the task's settings, the iterations made, and whether the loss
    was finite to the end. `more` goes to `measure`. Raises `ValueError` for a stored file of another experiment.
    """
    seed = checks.seed(seed)
    result = None if folder is None else Path(folder) / f"{_name(task, method, seed)}.json"
    if result is not None and result.exists():
        return json.loads(result.read_text())
    trainer = _Trainer(task, method, seed)
    checkpoint = None if result is None else result.with_suffix(".pt")
    if checkpoint is not None and checkpoint.exists():
        trainer.load_state_dict(torch.load(checkpoint, weights_only=True))
    while not trainer.finished:
        trainer.advance(every)
        if checkpoint is not None:
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            _replace(checkpoint, lambda path: torch.save(trainer.state_dict(), path))
    found = {"method": method.name, "seed": seed, "iterations": trainer.done, "settings": _settings(task, method)}
    found |= measure(trainer.model, task.data, seed=seed, **more)
    if result is not None:
        _replace(result, lambda path: path.write_text(json.dumps(found, indent=1)))
        checkpoint.unlink()
    return found


def ablation(
    task: Task, methods: Sequence[Method], seeds: Sequence[int], folder: Path | str, progress: bool = True
) -> list[dict]:
    """Every method at every seed; what is stored already is not run again. Shows a bar over the runs."""
    from tqdm import tqdm

    hidden = {} if progress else {"disable": True}
    cases = [(method, seed) for seed in seeds for method in methods]
    return [run(task, method, seed, folder) for method, seed in tqdm(cases, unit=" runs", delay=2, **hidden)]


@torch.no_grad()
def measure(model: nn.Module, data: Images, delta: float = 0.01, draws: int = 100, seed: int = 0) -> dict:
    """Losses and accuracies (shares) on training, test and wrongly labelled images, and the expected sharpness."""
    model.eval()
    cross = nn.functional.cross_entropy
    out, test = model(data.train), model(data.test)
    hits, wrong = (out.argmax(1) == data.train_labels).float(), data.wrong
    sharp = expected_sharpness(
        lambda: cross(model(data.train), data.train_labels), list(model.parameters()), delta, draws, seed
    )
    return {
        "train_loss": float(cross(out, data.train_labels)),
        "train_accuracy": float(hits.mean()),
        "test_loss": float(cross(test, data.test_labels)),
        "test_accuracy": float((test.argmax(1) == data.test_labels).float().mean()),
        "memorised": float(hits[wrong].mean()) if wrong.any() else None,  # share of wrong labels that were learnt
        "sharpness": sharp.value,
        "sharpness_stderr": sharp.stderr,
        "finite": bool(torch.isfinite(cross(out, data.train_labels))),
    }


class _Trainer:
    """A run, as far as it has come. Batches are functions of (seed, stream, step), so that a resumed run sees the same."""

    def __init__(self, task: Task, method: Method, seed: int):
        self.task, self.method, self.seed, self.done, self.stopped = task, method, seed, 0, False
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.model = task.net().to(task.data.train.device)
        base = torch.optim.SGD(self.model.parameters(), lr=task.lr, weight_decay=method.weight_decay)
        self.optimizer = TruncatedHeavyTailed(base, method.b, method.noise, seed, truncate="gradient")

    @property
    def finished(self) -> bool:
        return self.stopped or self.done >= self.task.iterations + self.task.quiet

    def advance(self, steps: int) -> None:
        """At most `steps` iterations more; ends early at the method's training loss, or where the loss is not finite."""
        for _ in range(steps):
            if self.finished:
                return
            self._noisy_step() if self.done < self.task.iterations else self._quiet_step()
            self.done += 1
            if self.done % LOOK_EVERY == 0:
                self.stopped = self._should_stop()

    def _noisy_step(self) -> None:
        self.optimizer.zero_grad()
        if self.method.batch == "large":
            loss = self._loss(None)
        else:
            loss = small = self._loss(self._batch(0))
            if self.method.noise is not None:
                star = small if self.method.star == "same" else self._loss(self._batch(1))
                loss = self.optimizer.weigh(small, star, self._loss(None))
        loss.backward()
        self.optimizer.step()

    def _quiet_step(self) -> None:
        """Full-batch descent without noise and without truncation, on the same learning rate, for every method."""
        self.optimizer.zero_grad()
        self._loss(None).backward()
        self.optimizer.base.step()

    def _batch(self, stream: int) -> torch.Tensor:
        key = hashlib.sha256(f"{self.seed} {stream} {self.done}".encode()).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(key[:7], "big"))
        return torch.randperm(len(self.task.data.train_labels), generator=generator)[: self.task.batch].to(
            self.task.data.train.device
        )

    def _loss(self, chosen: torch.Tensor | None) -> torch.Tensor:
        data = self.task.data
        images, labels = (
            (data.train, data.train_labels) if chosen is None else (data.train[chosen], data.train_labels[chosen])
        )
        return nn.functional.cross_entropy(self.model(images), labels)

    @torch.no_grad()
    def _should_stop(self) -> bool:
        value = float(self._loss(None))
        return not value < float("inf") or (self.method.stop_at is not None and value <= self.method.stop_at)

    def state_dict(self) -> dict:
        parts = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        return parts | {"done": self.done, "stopped": self.stopped}

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.done, self.stopped = state["done"], state["stopped"]


def matched(method: Method, name: str, **changes) -> Method:
    """A method like another but for what is said."""
    return replace(method, name=name, **changes)


def _settings(task: Task, method: Method) -> dict:
    schedule = {name: getattr(task, name) for name in ("lr", "batch", "iterations", "quiet")}
    noise = None if method.noise is None else {"law": type(method.noise).__name__, **asdict(method.noise)}
    return {"task": task.name, **schedule, **{**asdict(method), "noise": noise}}


def _name(task: Task, method: Method, seed: int) -> str:
    """A file name that is the experiment's: the same settings, images and seed, and nothing else, find it again."""
    pixels = hashlib.sha256(
        task.data.train.cpu().numpy().tobytes() + task.data.train_labels.cpu().numpy().tobytes()
    ).hexdigest()
    described = json.dumps([_settings(task, method), seed, pixels], sort_keys=True)
    title = "-".join(method.name.lower().replace("+", " ").split())
    return f"{task.name}-{title}-{hashlib.sha256(described.encode()).hexdigest()[:12]}"


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes under another name first, so that a file with its name is always whole."""
    scratch = path.with_suffix(".part")
    write(scratch)
    scratch.replace(path)
