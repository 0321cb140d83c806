"""A threshold at work: a number, or a multiple of a running median; how often it cut, and how heavy what it cut was."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from heavysgd import checks
from heavysgd.deep import lengths
from heavysgd.deep.lengths import Number

LOOKED_AT = 1000  # lengths over which shares and tails are taken
HOST = torch.device("cpu")
TAIL = 0.1  # of them, from which a tail index is estimated


@dataclass(frozen=True)
class TimesMedian:
    """`multiple` > 1 times the median of the last `window` lengths before any cut, the one at hand included.

    So a threshold follows learning rates, phases and the scale of the network, and half of all steps are never cut. Where
    lengths go with 1 + Z, Z of `ParetoFactor()`, ten medians cut three steps in a hundred. Raises `ValueError` for a
    multiple that is not above 1.
    """

    multiple: float = 10.0
    window: int = 100

    def __post_init__(self):
        object.__setattr__(self, "multiple", checks.positive("multiple", self.multiple))
        object.__setattr__(self, "window", checks.count("window", self.window))
        if self.multiple <= 1:
            raise ValueError(f"multiple = {self.multiple!r}: must be > 1, or every other step is cut")


Threshold = float | TimesMedian


def threshold(name: str, value: Any) -> Threshold:
    """A threshold as it was given: `None` is infinity and "auto" `TimesMedian()`."""
    if isinstance(value, TimesMedian):
        return value
    if isinstance(value, str):
        checks.one_of(name, value, ("auto",))
        return TimesMedian()
    return checks.threshold(name, value)


class Window:
    """The last lengths, on the device that made them; nan where there is none yet."""

    def __init__(self, size: int):
        self.size, self.count = size, 0
        self.kept: torch.Tensor | None = None

    def push(self, length: Number) -> None:
        """Takes one more, in place of the oldest."""
        where = length.device if isinstance(length, torch.Tensor) else HOST
        if self.kept is None:
            self.kept = torch.full((self.size,), math.nan, dtype=torch.float64, device=where)
        elif self.kept.device != where:  # as after loading
            self.kept = self.kept.to(where)
        self.kept[self.count % self.size] = length
        self.count += 1

    def median(self) -> Number:
        """Of those that are > 0; infinity where there is none. The lower of two in the middle."""
        if self.kept is None:
            return math.inf
        found = torch.where(self.kept > 0, self.kept, math.nan).nanmedian().nan_to_num(nan=math.inf)
        return float(found) if lengths.seen([found]) else found

    def tail_index(self) -> torch.Tensor:
        """Hill's estimate from the largest tenth; nan before there are a hundred."""
        known = min(self.count, self.size)
        if self.kept is None or known * TAIL < 10:
            return torch.tensor(math.nan)
        ordered = self.kept.nan_to_num(nan=0.0).sort(descending=True).values
        most = int(known * TAIL)
        return 1 / (ordered[:most] / ordered[most]).log().mean()


class Bound:
    """One threshold in the course of training."""

    def __init__(self, name: str, setting):
        self.name, self.ratios = name, Window(LOOKED_AT)
        self.length: Number = math.nan  # of the last step
        self.limit: Number = math.nan
        self.set(setting)

    def set(self, setting: Any) -> None:
        """Another threshold from here on."""
        self.setting = threshold(self.name, setting)
        self.lengths = Window(self.setting.window if isinstance(self.setting, TimesMedian) else 0)

    @property
    def active(self) -> bool:
        return self.setting != math.inf

    def shortening(self, length: Number) -> tuple[Number, ...]:
        """Takes note of a length; the factors that bring it to the threshold, none if it is seen to be shorter."""
        limit = self.setting
        if isinstance(limit, TimesMedian):
            self.lengths.push(length)
            limit = limit.multiple * self.lengths.median()
        self.length, self.limit = length, limit
        self.ratios.push(length / limit)
        return lengths.shortening(length, limit)

    def share(self) -> torch.Tensor:
        """Share of the last steps that were cut, at most `LOOKED_AT` of them."""
        kept, known = self.ratios.kept, min(self.ratios.count, self.ratios.size)
        return torch.tensor(math.nan) if kept is None else (kept > 1).sum() / known

    def told(self) -> dict[str, torch.Tensor]:
        """What a log may want, without waiting: the last length before and after, the limit, share cut, tail index."""
        length, limit = (torch.as_tensor(number, dtype=torch.float64) for number in (self.length, self.limit))
        limit = limit.to(length.device, non_blocking=True)
        found = {"before": length, "after": torch.minimum(length, limit), "limit": limit}
        return found | {"share_cut": self.share(), "tail_index": self.ratios.tail_index()}

    def state(self) -> dict:
        """The setting, and the lengths that a running median is taken of."""
        if not isinstance(self.setting, TimesMedian):
            return {"setting": self.setting}
        kept = torch.zeros(0, dtype=torch.float64) if self.lengths.kept is None else self.lengths.kept.clone()
        setting = {"multiple": self.setting.multiple, "window": self.setting.window}
        return {"setting": setting, "lengths": kept, "count": self.lengths.count}

    def differs(self, state: dict) -> bool:
        """Whether a state is one of another threshold."""
        return state["setting"] != self.state()["setting"]

    def load(self, state: dict) -> None:
        """Goes on where a state was taken."""
        if isinstance(self.setting, TimesMedian) and state:
            self.lengths.count = int(state["count"])
            self.lengths.kept = state["lengths"].clone() if self.lengths.count else None
