"""The rules by which claims are decided. A rule is written down before the measurement and applied by the ledger.

Every rule answers one question: does `measured` (value and standard error) agree with `predicted`? The same rule is
then put to the claim's control, where the answer must be no. And every rule states its power at the error measured with:
the smallest fault that it rejects nine times in ten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from heavysgd import checks
from heavysgd.inference import Measured
from scipy import stats

from companion.ledger.digits import number, rounded

_NINE_IN_TEN = 0.9


@dataclass(frozen=True)
class Rule:
    """Base of the rules; `confidence` is that of the intervals they draw.

    Raises `ValueError` for a confidence outside (0, 1).
    """

    confidence: float = 0.999

    def __post_init__(self):
        checks.confidence("confidence", self.confidence)

    def holds(self, predicted, measured: Measured) -> bool:
        """Whether measurement and prediction agree."""
        raise NotImplementedError

    def __str__(self) -> str:
        raise NotImplementedError

    def kept(self, predicted, measured: Measured) -> tuple[float, float] | None:
        """The interval (low, high) of measured values for which the rule holds, at the error of `measured`.

        None where the rule is not about one number; low > high where the error is too large for the rule ever to hold.
        """
        return None

    def tolerated(self, predicted, measured: Measured) -> tuple[float, float] | None:
        """The interval (low, high) of true values that the rule may well keep; those outside it rejects nine times in ten.

        With the standard error and degrees of freedom of `measured`, whatever its value. None and low > high as `kept`.
        """
        interval, further = self.kept(predicted, measured), measured.bound(_NINE_IN_TEN)
        return interval and (interval[0] - further, interval[1] + further)

    def chance(self, predicted, true: float, measured: Measured) -> float | None:
        """The chance that the rule rejects `predicted` where `true` is, at the error of `measured`, whatever its value.

        None where the rule is not about one number, or that has no error.
        """
        interval = self.kept(predicted, measured)
        if interval is None or not 0 < measured.stderr < np.inf:
            return None
        below, upto = stats.t.cdf((np.array(interval) - true) / measured.stderr, measured.dof)
        return float(1 - max(upto - below, 0.0))

    def power(self, predicted, measured: Measured) -> str:
        """The smallest fault that the rule rejects nine times in ten, in words."""
        interval = self.tolerated(predicted, measured)
        if interval is None:
            return "as the control shows"
        low, high = interval
        if low > high or not np.isfinite(measured.stderr):
            return "everything: the error is too large"
        if low == high:
            return "anything else"
        if np.isinf(low) or np.isinf(high):
            return f"{number(float(high), 3)} and more" if np.isinf(low) else f"{number(float(low), 3)} and less"
        return f"off by {rounded((high - low) / 2, 2)}"

    @property
    def false_alarms(self) -> float:
        """How often at most the rule fails a true prediction; of a bound, one that is true by a hair."""
        return round(1 - self.confidence, 12)  # 0.001, not 0.0010000000000000009

    @property
    def _level(self) -> str:
        return f"{100 * self.confidence:g} %"


@dataclass(frozen=True)
class Covers(Rule):
    """The interval around the measurement covers the prediction."""

    def kept(self, predicted, measured):
        reach = measured.bound(0.5 + self.confidence / 2)
        return predicted - reach, predicted + reach

    def holds(self, predicted, measured):
        low, high = measured.interval(self.confidence)
        return bool(low <= predicted <= high)

    def __str__(self):
        return f"{self._level} interval covers the prediction"


@dataclass(frozen=True)
class Within(Rule):
    """The whole interval lies within `distance` of the prediction: for steps a known distance apart."""

    distance: float = 0.5

    def __post_init__(self):
        super().__post_init__()
        checks.positive("distance", self.distance)

    def kept(self, predicted, measured):
        room = self.distance - measured.bound(0.5 + self.confidence / 2)
        reach = room if room > 0 else -np.inf
        return predicted - reach, predicted + reach

    def holds(self, predicted, measured):
        low, high = measured.interval(self.confidence)
        return bool(predicted - self.distance < low and high < predicted + self.distance)

    def __str__(self):
        return f"{self._level} interval lies within {number(self.distance, 3)} of the prediction"


@dataclass(frozen=True)
class AtMost(Rule):
    """The one-sided upper bound of the measurement does not exceed the prediction."""

    def kept(self, predicted, measured):
        return -np.inf, predicted - measured.bound(self.confidence)

    def holds(self, predicted, measured):
        return bool(measured.value + measured.bound(self.confidence) <= predicted)

    def __str__(self):
        return f"one-sided {self._level} bound is at most the prediction"


@dataclass(frozen=True)
class AtLeast(Rule):
    """The one-sided lower bound of the measurement is not below the prediction."""

    def kept(self, predicted, measured):
        return predicted + measured.bound(self.confidence), np.inf

    def holds(self, predicted, measured):
        return bool(measured.value - measured.bound(self.confidence) >= predicted)

    def __str__(self):
        return f"one-sided {self._level} bound is at least the prediction"


@dataclass(frozen=True)
class PValue(Rule):
    """The measurement is a p-value; the prediction, the law under test, is kept while p exceeds `level`."""

    level: float = 0.001

    def __post_init__(self):
        super().__post_init__()
        checks.probability("level", self.level)

    @property
    def false_alarms(self):
        return self.level

    def holds(self, predicted, measured):
        return bool(measured.value > self.level)

    def __str__(self):
        return f"p-value above {self.level:g}"


@dataclass(frozen=True)
class Equals(Rule):
    """Exact equality, for integers and sets."""

    @property
    def false_alarms(self):
        return 0.0

    def power(self, predicted, measured):
        return "anything else"

    def holds(self, predicted, measured):
        return bool(np.all(np.asarray(predicted == measured.value)))

    def __str__(self):
        return "exact equality"
