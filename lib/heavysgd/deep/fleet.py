"""Many runs side by side on a GPU: each step of a run is one replay of a captured graph.

A step of a small network is a hundred kernels of a few microseconds, and launching them takes longer than running them. So
a step is captured once a phase, as a CUDA graph on a stream of the run's own, and replayed: no Python in between, and the
kernels of many runs overlap. What differs from step to step lies in tables on the device, a chunk of steps at a time, in
which a counter there chooses the row: the numbers of the images in the batches, and Z. They are those of
`training.Trainer`, so that a run is the same run, up to rounding, on whichever machine it is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

from heavysgd.bars import bar
from heavysgd.deep.methods import Kind, Method
from heavysgd.deep.training import LOOK_EVERY, Task, Trainer, batch_numbers, noisy_loss, outputs, phase_at

CHUNK = 500  # steps whose batches lie on the device, and after which a run is looked at
WARM_UP = 3  # steps before a capture, as CUDA graphs ask for; undone afterwards


class Run:
    """One run as far as it has come. On a CPU its steps are made one by one, in the same way.

    precision : of convolutions and products, as `torch.autocast` has it; None for that of the parameters.
    """

    def __init__(self, task: Task, method: Method, seed: int, precision: torch.dtype | None = None):
        if method.rho or method.label_noise or method.weight_decay:
            raise ValueError(f"method = {method.name}: runs side by side have no ascent, decay or drawn labels")
        self.task, self.method, self.seed, self.done, self.stopped = task, method, seed, 0, False
        self.trainer, self.precision = Trainer(task, method, seed), precision
        self.model = self.trainer.model
        if task.data.train.shape[1] == 1 and task.data.train.is_cuda:  # the layouts differ in the sums' order alone
            self.model.to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue] - documented, not declared
        self.device = task.data.train.device
        self.parameters: list[torch.Tensor] = list(self.model.parameters())
        self.at_once = CHUNK if method.stop_at is None else LOOK_EVERY
        numbers = lambda size: torch.zeros(self.at_once, size, dtype=torch.int64, device=self.device)  # noqa: E731
        self.row = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.batches = {0: numbers(task.batch), 1: numbers(task.batch)} | (
            {} if task.large is None else {3: numbers(task.large)}
        )
        self.z = torch.zeros(self.at_once, dtype=torch.float64, device=self.device)  # the trainer's Z are Python's numbers
        self.stream = torch.cuda.Stream() if self.device.type == "cuda" else None
        self.graphs: dict[Kind, torch.cuda.CUDAGraph] = {}

    @property
    def lost(self) -> bool:
        """Whether parameters have stopped to be finite."""
        return not all(bool(p.isfinite().all()) for p in self.parameters)

    @property
    def finished(self) -> bool:
        return self.stopped or self.done >= self.task.steps(self.method)

    def chunk(self, tables: Tables) -> Iterator[None]:
        """Makes the next chunk of steps, one at a time, and counts them."""
        kind, left = phase_at(self.task.phases(self.method), self.done)
        steps, noise = min(self.at_once, left), self.method.noise if kind == "method" else None
        for stream in self._streams(kind):
            self.batches[stream][:steps] = tables(self.seed, stream, self.done, steps, self.batches[stream].shape[1])
        if noise is not None:
            drawn = [noise.draw(self.seed, self.done + k) for k in range(steps)]
            self.z[:steps] = torch.tensor(drawn, dtype=torch.float64, device=self.device)
        self.row.zero_()
        step = self._replayed(kind) if self.stream else (lambda: self.step(kind))
        if self.stream:
            self.stream.wait_stream(torch.cuda.current_stream())  # which has filled the tables
        for _ in range(steps):
            step()
            yield
        self.done += steps

    def _streams(self, kind: Kind) -> list[int]:
        """Which sequences of batches the steps of a kind read: the mini-batch, the other one, the large batch."""
        own, noisy = kind == "method", kind == "method" and self.method.noise is not None
        large = kind == "LB" or (own and self.method.batch == "large") or (noisy and self.method.star != "half")
        needed = {0: kind != "LB", 1: noisy and self.method.star == "other", 3: large and self.task.large is not None}
        return [stream for stream, asked in needed.items() if asked]

    def look(self) -> None:
        """Ends a run that is lost, or whose training loss is as low as the method asks."""
        self.stopped = self.lost
        if self.method.stop_at is not None and not self.stopped:
            data = self.task.data
            with torch.no_grad():
                loss = nn.functional.cross_entropy(outputs(self.model, data.train), data.train_labels)
            self.stopped = float(loss) <= self.method.stop_at

    def step(self, kind: Kind) -> None:
        """One step: what is captured."""
        method, lr = self.method, self.task.rate(self.method)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision is not None, cache_enabled=False):
            loss = self._loss(kind)
        slopes = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            if kind == "method" and method.b is not None:
                shorter = (method.b / lr / nn.utils.get_total_norm(slopes)).clamp(max=1.0)
                slopes = torch._foreach_mul(slopes, shorter)  # pyright: ignore[reportPrivateImportUsage] - PyTorch's one name
            torch._foreach_add_(  # pyright: ignore[reportPrivateImportUsage] - nor has this
                self.parameters, slopes, alpha=-lr
            )
            if method.weight_bound is not None:
                for p in self.parameters:
                    p.clamp_(-method.weight_bound, method.weight_bound)
            self.row.add_(1)

    def _loss(self, kind: Kind) -> torch.Tensor:
        """Whose gradient a step of this kind descends."""
        if kind == "method" and self.method.noise is not None:
            z = self.z.index_select(0, self.row)[0]
            weigh = lambda own, star, large: own + z * (star - large)  # noqa: E731
            return noisy_loss(self.model, self.method, weigh, self._batch(0), self._batch, self._large)
        large = kind == "LB" or (kind == "method" and self.method.batch == "large")
        images, labels = self._large() if large else self._batch(0)
        return nn.functional.cross_entropy(self.model(images), labels)

    def _large(self) -> tuple[torch.Tensor, torch.Tensor]:
        data = self.task.data
        return (data.train, data.train_labels) if self.task.large is None else self._batch(3)

    def _batch(self, stream: int) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = self.batches[stream].index_select(0, self.row)[0]
        return self.task.data.train.index_select(0, chosen), self.task.data.train_labels.index_select(0, chosen)

    def _replayed(self, kind: Kind) -> Callable[[], None]:
        """A step as the replay of its graph, on the run's own stream."""
        if kind not in self.graphs:
            assert self.stream is not None, "graphs are for a GPU, where a run has a stream"
            kept = [p.detach().clone() for p in self.parameters]
            self.stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self.stream):
                for _ in range(WARM_UP):
                    self.step(kind)
            torch.cuda.synchronize()
            self.graphs = {kind: torch.cuda.CUDAGraph()}  # that of the phase before is not needed any more
            with torch.cuda.graph(self.graphs[kind], stream=self.stream):
                self.step(kind)
            with torch.no_grad():
                torch._foreach_copy_(  # pyright: ignore[reportPrivateImportUsage] - nor this
                    self.parameters, kept
                )
                self.row.zero_()
            torch.cuda.synchronize()
        graph = self.graphs[kind]

        def replay():
            with torch.cuda.stream(self.stream):
                graph.replay()

        return replay


class Tables:
    """Numbers of the images in batches, kept for the runs that share a seed."""

    def __init__(self, count: int):
        self.count, self.kept = count, {}

    def __call__(self, seed: int, stream: int, first: int, steps: int, size: int) -> torch.Tensor:
        """Of `steps` steps from `first` on, int64 (steps, size)."""
        key = seed, stream, first, steps, size
        if key not in self.kept:
            rows = [batch_numbers(seed, stream, first + k, self.count, size) for k in range(steps)]
            self.kept[key] = torch.stack(rows)
        return self.kept[key]


def side_by_side(
    runs: Sequence[Run],
    tables: Tables,
    ended: Callable[[Run], object] = lambda run: None,
    deadline: float = float("inf"),
    progress: bool = True,
) -> None:
    """Trains all runs at the same time and tells `ended` of each as it ends. A bar over the steps.

    At the `deadline`, of `time.monotonic`, runs stay as far as they have come, and are continued by another call.
    """
    total, made = (
        sum(count(run) for run in runs) for count in (lambda run: run.task.steps(run.method), lambda run: run.done)
    )
    with bar(total, " steps", progress, initial=made, unit_scale=True) as shown:
        while (going := [run for run in runs if not run.finished]) and time.monotonic() < deadline:
            chunks = [run.chunk(tables) for run in going]
            before = sum(run.done for run in going)
            while chunks:
                chunks = [chunk for chunk in chunks if next(chunk, chunks) is None]
            if going[0].stream:
                torch.cuda.synchronize()
            shown.update(sum(run.done for run in going) - before)
            for run in going:
                run.look()
                if run.finished:
                    run.graphs.clear()
                    ended(run)
