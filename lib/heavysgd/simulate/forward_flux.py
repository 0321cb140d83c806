"""Forward flux sampling: rates of exits too rare to wait for.

Distance from m_i is measured in shares of the way to the ends of the basin, s(x) = (x - m) / r_right or (m - x) / r_left.
With interfaces 0 < s_1 < ... < s_n = 1 and a neighbourhood A of the minimum,

    rate = Phi p_1 p_2 ... p_{n-1}

    Phi = crossings of s_1 since the last visit of A, per step,
    p_k = P(a path that has crossed s_k crosses s_{k+1} before it comes back to A).

Each stage starts from where the one before landed, so a jump over several interfaces passes them at once, and no weight
is ever attached to a path. The cost of one estimate is of order 1/H(1/eta) steps whatever the number of jumps, where one
exit takes 1/lambda_i(eta).

The error is that of the mean of independent repetitions, and it is honest where these scatter about their mean. But a jump
may pass several interfaces at once, and then its later stages add no chance of their own: of the trials that crossed the
first interface only those few that landed far on have descendants, so that the exits of a repetition may go back to one or
two of them. The law of a repetition's rate is skewed then: most fall short, a few are several times too large. Where those
few are missing, the mean is too low *and* its error too small. The sign of it is the spread of the repetitions, which is
watched, and the cure is more trials.

Source: Allen, Valeriani, ten Wolde, "Forward flux sampling for rare event simulations", J. Phys. Condens. Matter 21
(2009), recalled; the interfaces and the treatment of jumps are this book's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from heavysgd import checks
from heavysgd.checks import PrecisionWarning
from heavysgd.landscape import as_line
from heavysgd.recursion import SGD
from heavysgd.simulate.backend import backend_taken
from heavysgd.simulate.progress import StepBar
from heavysgd.simulate.stopping import region, run_until

NEIGHBOURHOOD = 0.1  # A: this share of the basin's width on either side of the minimum
_PASSING = 0.2  # the stage probability aimed at when interfaces are placed
_PILOT = 1000  # excursions of a pilot at a time
_LEAST_PASSED = 100  # passes of an interface before the pilot goes on to the next
_LONGEST = 2**62
_WIDEST_SPREAD = 0.5  # of repetitions: above it their law is too skewed for so few to tell its mean and error
_SPREAD_AIMED_AT = 0.35


class ExitRate(NamedTuple):
    """Rate of exits from one basin, per step.

    rate, stderr : mean over independent repetitions and its standard error; 1 / rate is the mean first exit time.
    destinations : (k,) or (k + 1,) with open ends, shares of the exits by basin; `destinations_stderr` their errors.
    interfaces : s_1 < ... < s_n = 1. stage_probabilities : p_1 ... p_{n-1}, means over the repetitions.
    steps : what the estimate cost, pilot included. repetitions : (r,), the rate that each of them found.
    ancestors : first crossings from which the exits of a repetition descend, in effect: (sum c)^2 / sum c^2 over the
    numbers c of their descendants; the mean over the repetitions, and not much smaller than `trials` at best.
    """

    rate: float
    stderr: float
    destinations: np.ndarray
    destinations_stderr: np.ndarray
    interfaces: np.ndarray
    stage_probabilities: np.ndarray
    steps: int
    repetitions: np.ndarray
    ancestors: float

    @property
    def dof(self) -> int:
        """Degrees of freedom of the error: intervals are Student's, rate -+ t stderr."""
        return self.repetitions.size - 1

    @property
    def spread(self) -> float:
        """Standard deviation of one repetition over their mean."""
        return float(np.std(self.repetitions, ddof=1) / self.rate) if self.rate > 0 else np.inf


def exit_rate(
    sgd: SGD,
    basin: int,
    *,
    seed: int = 0,
    trials: int = 250,
    repetitions: int = 12,
    interfaces: Any = None,
    backend: str = "auto",
    progress: bool = True,
    threads: int | None = None,
) -> ExitRate:
    """Rate at which paths leave basin number `basin`, by forward flux sampling.

    Parameters
    ----------
    trials : crossings of the first interface in one repetition, and of every later one, in expectation: the pilot
        fixes how many excursions that takes, so that the estimate stays unbiased.
    repetitions : independent estimates, at least 2; the error is that of their mean.
    interfaces : ascending shares of the way in (0.1, 1), or None to place them so that about a fifth of a pilot's
        excursions pass each. Where truncation lets no jump go further, fewer do.
    seed, backend, progress, threads : as in `first_exit`.

    Returns an `ExitRate`. Raises `ValueError` for arguments out of range and for a basin that nothing leaves. Warns with
    `PrecisionWarning`, naming the trials to use, where the repetitions differ by more than half their mean: they are then
    so skewed that their error is too small as often as not.
    """
    f = sgd.landscape
    if sgd.dimension > 1:
        raise ValueError(
            f"sgd lives in {sgd.dimension} dimensions: forward flux sampling is made for one dimension; use hs.first_exit"
        )
    basin = checks.index("basin", basin, f.size)
    trials, repetitions = checks.count("trials", trials, least=10), checks.count("repetitions", repetitions, least=2)
    backend = backend_taken(backend, trials)
    if not np.isfinite(f.widths[basin]):
        raise ValueError(f"basin = {basin}: {f.name} has a single basin without an end, nothing leaves it")
    walk = _Walk(sgd, basin, checks.seed(seed), threads, backend)
    ladder = walk.pilot(None if interfaces is None else _checked_interfaces(interfaces))
    efforts = [int(np.ceil(trials / p)) for p in ladder.passing]
    estimates = []
    with StepBar(repetitions, " repetitions", progress, backend) as bar:
        for _ in range(repetitions):
            before = walk.steps
            estimates.append(walk.estimate(ladder.levels, trials, efforts))
            bar.advance(1, walk.steps - before)
    found = _averaged(estimates, ladder.levels, walk.steps)
    _warn_of_skew(found, trials)
    return found


def _averaged(estimates: Sequence[_Estimate], levels: np.ndarray, steps: int) -> ExitRate:
    """What independent repetitions find together, and how far that may be off."""
    rates, root = np.array([e.rate for e in estimates]), np.sqrt(len(estimates))
    flows = np.array([e.rate * e.destinations for e in estimates])  # rates by destination: they average, shares do not
    shares = flows.mean(axis=0) / rates.mean()
    spread = np.std(flows - shares * rates[:, None], axis=0, ddof=1) / rates.mean()
    return ExitRate(
        float(rates.mean()),
        float(rates.std(ddof=1) / root),
        shares,
        spread / root,
        levels,
        np.mean([e.passing for e in estimates], axis=0),
        steps,
        rates,
        float(np.mean([e.ancestors for e in estimates])),
    )


def _warn_of_skew(found: ExitRate, trials: int) -> None:
    """A repetition's relative variance falls as 1 / trials, which says how many would do."""
    if found.spread <= _WIDEST_SPREAD:
        return
    enough = int(np.ceil(trials * min(found.spread / _SPREAD_AIMED_AT, 10.0) ** 2 / 10) * 10)
    count, largest = found.repetitions.size, found.repetitions.max() / max(found.repetitions.sum(), 1e-300)
    warnings.warn(
        f"rate = {found.rate:.3g} -+ {found.stderr:.1g}: the {count} repetitions differ by {found.spread:.0%} of their "
        f"mean, one of them carries {largest:.0%} of it, and their exits descend from {found.ancestors:.1f} crossings on "
        f"average; such an error is too small as often as not. Use trials = {enough} or more, not {trials}",
        PrecisionWarning,
        stacklevel=3,
    )


class _Estimate(NamedTuple):
    rate: float
    destinations: np.ndarray
    passing: np.ndarray
    ancestors: float


class _Ladder(NamedTuple):
    levels: np.ndarray
    passing: np.ndarray


class _Walk:
    """Excursions from one minimum. Every path it runs has a number of its own, so that all draws are independent."""

    def __init__(self, sgd: SGD, basin: int, seed: int, threads: int | None, backend: str):
        self.sgd, self.f, self.basin, self.seed = sgd, as_line(sgd.landscape), basin, seed
        self.threads, self.backend = threads, backend
        self.minimum, self.reach = self.f.minima[basin], self.f.sides[basin]
        margin = NEIGHBOURHOOD * self.f.widths[basin]
        self.neighbourhood = (self.minimum - margin, self.minimum + margin)
        self.rng = np.random.default_rng(seed)
        self.next_path = self.steps = 0

    def level(self, x: np.ndarray) -> np.ndarray:
        """s(x): share of the way to the end of the basin on the side of x; 0 towards an end at infinity."""
        return np.maximum((self.minimum - x) / self.reach[0], (x - self.minimum) / self.reach[1])

    def run(self, x: np.ndarray, level: float, until_home: bool) -> tuple[np.ndarray, np.ndarray]:
        """Ends of paths from x, run until they pass `level` (or come home), and their steps."""
        x, hole = x.copy(), {"hole": self.neighbourhood} if until_home else {}
        left, right = self.minimum - level * self.reach[0], self.minimum + level * self.reach[1]
        inside = region(np.full(x.size, left), np.full(x.size, right), **hole)
        steps, _ = run_until(self.sgd, x, inside, _LONGEST, self.seed, self.next_path, False, self.threads, self.backend)
        self.next_path += x.size
        self.steps += int(steps.sum())
        return x, steps

    def cross_first(self, level: float, crossings: int) -> tuple[float, np.ndarray]:
        """Flux through the first interface, per step, and the positions of at least `crossings` crossings."""
        x, spent, landed = np.full(min(crossings, 256), self.minimum), 0, []
        while sum(map(len, landed)) < crossings:
            across, steps = self.run(x, level, until_home=False)
            landed.append(across)
            spent += int(steps.sum())
            # Home again, or out of the basin and put back at the minimum: the state from which crossings count.
            x, steps = self.excursion(across, 1.0)
            spent += int(steps.sum())
            x = np.where(self.level(x) >= 1, self.minimum, x)
        landed = np.concatenate(landed)
        return landed.size / spent, landed

    def excursion(self, x: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """From x until `level` is passed or the path is home; what has passed already takes no step."""
        ends, steps = x.copy(), np.zeros(x.size, np.int64)
        going = np.flatnonzero(self.level(x) < level)
        if going.size:
            ends[going], steps[going] = self.run(x[going], level, until_home=True)
        return ends, steps

    def stage(self, starts: np.ndarray, level: float, trials: int) -> np.ndarray:
        """Ends, past `level`, of those of `trials` excursions from randomly chosen starts that pass it."""
        return self.descend(starts, level, trials)[0]

    def descend(self, starts: np.ndarray, level: float, trials: int) -> tuple[np.ndarray, np.ndarray]:
        """The same, and for each of those ends the number of its start."""
        chosen = self.rng.choice(starts.size, trials)
        ends, _ = self.excursion(starts[chosen], level)
        passed = self.level(ends) >= level
        return ends[passed], chosen[passed]

    def estimate(self, levels: np.ndarray, trials: int, efforts: list[int]) -> _Estimate:
        """One repetition: flux times the stages' probabilities, and where its exits ended."""
        size = self.f.size + self.f.open_ends
        flux, landed = self.cross_first(levels[0], trials)
        passing, ancestor = np.zeros(len(efforts)), np.arange(landed.size)
        for k, (level, effort) in enumerate(zip(levels[1:], efforts)):
            landed, start = self.descend(landed, level, effort)
            passing[k], ancestor = landed.size / effort, ancestor[start]
            if landed.size == 0:
                return _Estimate(0.0, np.zeros(size), passing, 0.0)
        places = np.bincount(self.f.basin_of(landed), minlength=size) / landed.size
        descendants = np.bincount(ancestor)
        effective = float(landed.size**2 / np.sum(descendants**2))
        return _Estimate(flux * float(np.prod(passing)), places, passing, effective)

    def pilot(self, levels: np.ndarray | None) -> _Ladder:
        """Interfaces, placed one after the other or as given, and estimates of the probabilities between them."""
        found = [2 * NEIGHBOURHOOD if levels is None else levels[0]]
        _, landed = self.cross_first(found[0], _PILOT // 4)
        passing = []
        while found[-1] < 1:
            level = self.next_level(landed, found[-1]) if levels is None else levels[len(found)]
            landed, share = self.pass_level(landed, level)
            found.append(level)
            passing.append(share)
        return _Ladder(np.array(found), np.array(passing))

    def pass_level(self, starts: np.ndarray, level: float) -> tuple[np.ndarray, float]:
        """At least _LEAST_PASSED ends past `level`, and the share of the excursions that they are."""
        passed, tried = [], 0
        while sum(map(len, passed)) < _LEAST_PASSED:
            passed.append(self.stage(starts, level, _PILOT))
            tried += _PILOT
        passed = np.concatenate(passed)
        return passed, passed.size / tried

    def next_level(self, starts: np.ndarray, low: float) -> float:
        """The level that a share _PASSING of the excursions passes, by bisection; 1 where half as many reach the end."""
        share = lambda level: self.stage(starts, level, _PILOT).size / _PILOT  # noqa: E731
        if share(1.0) >= _PASSING / 2:
            return 1.0
        high, at_low = 1.0, 1.0
        for _ in range(6):
            middle = (low + high) / 2
            at_middle = share(middle)
            low, high, at_low = (middle, high, at_middle) if at_middle > _PASSING else (low, middle, at_low)
        # Truncated jumps land no further than b: past that point the share drops at once, and is small beyond it.
        return low if at_low < 0.5 else min(1.0, high + 0.03)


def _checked_interfaces(interfaces) -> np.ndarray:
    levels = np.asarray(interfaces, float)
    if levels.ndim != 1 or not levels.size or not np.all(np.diff([NEIGHBOURHOOD, *levels, 1.0]) > 0):
        raise ValueError(f"interfaces = {interfaces!r}: must ascend strictly between {NEIGHBOURHOOD} and 1, which is added")
    return np.append(levels, 1.0)
