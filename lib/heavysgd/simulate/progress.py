"""The bar of everything that may last: share done, time left, steps per second, and where it runs."""

from __future__ import annotations

import time

from heavysgd.bars import bar


class StepBar:
    """A tqdm bar over `total` units; `advance` also counts the steps made, which the bar shows per second.

    Hidden with `progress=False` or TQDM_DISABLE, and for the first two seconds.
    """

    def __init__(self, total: int, unit: str, progress: bool, where: str = "", initial: int = 0):
        self.bar = bar(total, unit, progress, initial=initial, unit_scale=True, delay=2, desc=where or None)
        self.steps, self.began = 0, time.perf_counter()

    def __enter__(self) -> StepBar:
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()

    def advance(self, done: int, steps: int) -> None:
        """`done` units more, and `steps` steps of single paths."""
        self.steps += steps
        rate = self.steps / max(time.perf_counter() - self.began, 1e-9)
        self.bar.set_postfix_str(f"{rate:.2g} steps/s", refresh=False)
        self.bar.update(done)

    def say(self, message: str) -> None:
        """A line of its own, above the bar."""
        self.bar.write(message)
