"""Many runs side by side on a GPU: each step of a run is one replay of a captured graph.

A step of a small network is a hundred kernels of a few microseconds, and launching them takes longer than running them. So
a step is captured once a phase, as a CUDA graph on a stream of the run's own, and replayed: no Python in between, and the
kernels of many runs overlap. What differs from step to step lies in tables on the device, a chunk of steps at a time, in
which a counter there chooses the row: the numbers of the images in the batches, and Z. They are those of
`training.Trainer`, so that a run is the same run, up to rounding, on whichever machine it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

from heavysgd.deep.methods import Method
from heavysgd.deep.training import Task, Trainer, batch_numbers, noisy_loss

CHUNK = 500  # steps whose batches lie on the device, and after which a run is looked at
WARM_UP = 3  # steps before a capture, as CUDA graphs ask for; undone afterwards


class Run:
    """One run as far as it has come. On a CPU its steps are made one by one, in the same way."""

    def __init__(self, task: Task, method: Method, seed: int):
        if method.rho or method.label_noise or method.weight_decay or method.stop_at is not None or task.large is not None:
            raise ValueError(
                f"method = {method.name}: runs side by side have no ascent, decay, drawn labels, stop or sample"
            )
        self.task, self.method, self.seed, self.done, self.lost = task, method, seed, 0, False
        self.trainer = Trainer(task, method, seed)
        self.model = self.trainer.model
        self.model.to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue] - documented, not declared
        self.device = task.data.train.device
        self.parameters: list[torch.Tensor] = list(self.model.parameters())
        self.row = torch.zeros(1, dtype=torch.int64, device=self.device)
        self.batches = torch.zeros(2, CHUNK, task.batch, dtype=torch.int64, device=self.device)
        self.z = torch.zeros(CHUNK, device=self.device)
        self.stream = torch.cuda.Stream() if self.device.type == "cuda" else None
        self.graphs: dict[bool, torch.cuda.CUDAGraph] = {}

    @property
    def finished(self) -> bool:
        return self.lost or self.done >= self.task.iterations + self.task.quiet

    @property
    def quiet(self) -> bool:
        """Whether the steps without noise have begun."""
        return self.done >= self.task.iterations

    def chunk(self, tables: Tables) -> Iterator[None]:
        """Makes the next chunk of steps, one at a time, and counts them."""
        left = self.task.iterations - self.done if not self.quiet else self.task.iterations + self.task.quiet - self.done
        steps, noise = min(CHUNK, left), self.method.noise
        for stream in (0, 1) if self.method.star == "other" else (0,):
            self.batches[stream, :steps] = tables(self.seed, stream, self.done, steps).to(self.device)
        if noise is not None:
            drawn = [noise.draw(self.seed, self.done + k) for k in range(steps)]
            self.z[:steps] = torch.tensor(drawn, device=self.device)
        self.row.zero_()
        step = self._replayed(self.quiet) if self.stream else (lambda quiet=self.quiet: self.step(quiet))
        if self.stream:
            self.stream.wait_stream(torch.cuda.current_stream())  # which has filled the tables
        for _ in range(steps):
            step()
            yield
        self.done += steps

    def look(self) -> None:
        """Notes whether the run has lost its parameters."""
        self.lost = not all(bool(p.isfinite().all()) for p in self.parameters)

    def step(self, quiet: bool) -> None:
        """One step: what is captured."""
        data, method, lr = self.task.data, self.method, self.task.lr
        whole = lambda: (data.train, data.train_labels)  # noqa: E731
        if quiet or method.batch == "large":
            loss = nn.functional.cross_entropy(self.model(data.train), data.train_labels)
        elif method.noise is None:
            images, labels = self._batch(0)
            loss = nn.functional.cross_entropy(self.model(images), labels)
        else:
            z = self.z.index_select(0, self.row)[0]
            loss = noisy_loss(
                self.model, method, lambda a, star, large: a + z * (star - large), self._batch(0), self._batch, whole
            )
        slopes = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            if not quiet and method.b is not None:
                shorter = (method.b / lr / nn.utils.get_total_norm(slopes)).clamp(max=1.0)
                slopes = torch._foreach_mul(slopes, shorter)  # pyright: ignore[reportPrivateImportUsage] - PyTorch's one name
            torch._foreach_add_(  # pyright: ignore[reportPrivateImportUsage] - nor has this
                self.parameters, slopes, alpha=-lr
            )
            self.row.add_(1)

    def _batch(self, stream: int) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = self.batches[stream].index_select(0, self.row)[0]
        return self.task.data.train.index_select(0, chosen), self.task.data.train_labels.index_select(0, chosen)

    def _replayed(self, quiet: bool) -> Callable[[], None]:
        """A step as the replay of its graph, on the run's own stream."""
        if quiet not in self.graphs:
            assert self.stream is not None, "graphs are for a GPU, where a run has a stream"
            kept = [p.detach().clone() for p in self.parameters]
            self.stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self.stream):
                for _ in range(WARM_UP):
                    self.step(quiet)
            torch.cuda.synchronize()
            self.graphs[quiet] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graphs[quiet], stream=self.stream):
                self.step(quiet)
            with torch.no_grad():
                torch._foreach_copy_(  # pyright: ignore[reportPrivateImportUsage] - nor this
                    self.parameters, kept
                )
                self.row.zero_()
            torch.cuda.synchronize()
        graph = self.graphs[quiet]

        def replay():
            with torch.cuda.stream(self.stream):
                graph.replay()

        return replay


class Tables:
    """Numbers of the images in batches, kept for the runs that share a seed."""

    def __init__(self, count: int, batch: int):
        self.count, self.batch, self.kept = count, batch, {}

    def __call__(self, seed: int, stream: int, first: int, steps: int) -> torch.Tensor:
        """Of `steps` steps from `first` on, int64 (steps, batch)."""
        key = seed, stream, first, steps
        if key not in self.kept:
            rows = [batch_numbers(seed, stream, first + k, self.count, self.batch) for k in range(steps)]
            self.kept[key] = torch.stack(rows)
        return self.kept[key]


def side_by_side(cases: Sequence[tuple[Task, Method, int]], tables: Tables, progress: bool = True) -> list[Run]:
    """Trains all cases (task, method, seed) at the same time; returns the runs, trained. A bar over the steps."""
    from tqdm import tqdm

    runs = [Run(*case) for case in cases]
    total = sum(run.task.iterations + run.task.quiet for run in runs)
    with tqdm(total=total, unit=" steps", unit_scale=True, disable=not progress) as bar:
        while going := [run for run in runs if not run.finished]:
            chunks = [run.chunk(tables) for run in going]
            before = sum(run.done for run in going)
            while chunks:
                chunks = [chunk for chunk in chunks if next(chunk, chunks) is None]
            if going[0].stream:
                torch.cuda.synchronize()
            bar.update(sum(run.done for run in going) - before)
            for run in going:
                run.look()
    return runs
