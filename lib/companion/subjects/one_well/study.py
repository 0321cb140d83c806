"""Ten noises in one well: escape times along its width, its curvature, the learning rate, and a variable of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from heavysgd.inference import Measured

from companion.ledger.seeds import derived
from companion.subjects.one_well.counted import LowPrecision, Regression, TwoSamples
from companion.subjects.one_well.diffusing import HessianShaped, Injected, LabelNoise, PowerLaw
from companion.subjects.one_well.heavy import HeavyTails, InSpace, Truncated
from companion.subjects.one_well.noise import Noise, Setting

NOISES: tuple[Noise, ...] = (
    HeavyTails(),
    Truncated(),
    InSpace(),
    HessianShaped(),
    LabelNoise(),
    Regression(),
    PowerLaw(),
    Injected(),
    LowPrecision(),
    TwoSamples(),
)
_AROUND = (0.5, 2**-0.5, 1.0, 2**0.5, 2.0)
_WIDTHS = (0.625, 0.75, 0.875, 1.0, 1.25, 1.5, 1.75)
_AT_ONCE, _SLOW = 8.0, 1e5  # exact times between which points are simulated
FLAT, SHARP = 1.25, 0.75  # widths of two wells of one barrier, whose curvatures are 0.64 and 1.78


class Line(NamedTuple):
    """Escape times along one variable, arrays of shape (n,); infinite where a theory says never."""

    settings: tuple[Setting, ...]
    x: np.ndarray
    exact: np.ndarray
    theory: np.ndarray


def line(noise: Noise, what: str, around: Sequence[float]) -> Line:
    """Along `what`, a field of the setting or "barrier": curvature k at the barrier of the base."""
    settings, x = [], []
    for factor in around:
        if what == "barrier":
            settings.append(same_barrier(noise, noise.base.width / np.sqrt(factor)))
            x.append(factor * noise.base.curvature)
        else:
            x.append(factor * getattr(noise.base, what))
            settings.append(noise.base._replace(**{what: x[-1]}))
    times = [(noise.exact(s), noise.theory(s)) for s in settings]
    return Line(tuple(settings), np.array(x), *np.array(times).T)


def lines(noise: Noise) -> dict[str, Line]:
    """All columns of one row."""
    around = {"width": _WIDTHS, "curvature": _AROUND, "barrier": _AROUND, "eta": _AROUND, "own": noise.around}
    return {what: line(noise, what, factors) for what, factors in around.items()}


def same_barrier(noise: Noise, width: float) -> Setting:
    """A well of another width and of the barrier of the base."""
    base = noise.base
    return base._replace(width=width, curvature=base.curvature * (base.width / width) ** 2)


class Sharpness(NamedTuple):
    """Power of the curvature in the escape time between two wells of one barrier: exactly, and by theory."""

    exact: float
    theory: float


def sharpness(noise: Noise, factor: float = 1.0, wider: float = 1.0) -> Sharpness:
    """Between widths `FLAT` and `SHARP`, at the learning rate of the base times a factor; minus infinity where the flat
    well is never left. `wider` times as wide is the sharp well of a control."""
    flat, sharp = (same_barrier(noise, w)._replace(eta=factor * noise.eta) for w in (FLAT, SHARP))
    curvatures, sharp = sharp.curvature / flat.curvature, sharp._replace(width=wider * sharp.width)
    return Sharpness(*(_power(of(flat), of(sharp), curvatures) for of in (noise.exact, noise.theory)))


def _power(flat: float, sharp: float, curvatures: float) -> float:
    return float(-np.inf if flat == np.inf else np.log(sharp / flat) / np.log(curvatures))


def simulated(noise: Noise, setting: Setting, steps: float, seed: int) -> Measured:
    """By about as many steps in all."""
    n_exits = int(np.clip(steps / noise.exact(setting), 400, 100_000))
    return noise.simulated(setting, n_exits, derived(seed, noise.title, *setting))


Dots = dict[str, tuple[float, Measured]]


def dots(noise: Noise, base: Measured, found: dict[str, Line], steps: float, seed: int) -> Dots:
    """Simulated points of one row: the one given at the base, and one on each line but that of the width, where escape is
    soonest among those that are not nearly at once; by what varies, its value and the time."""
    shown = {"base": (noise.base.width, base)}
    for what in ("barrier", "eta", "own"):
        line = found[what]
        slow = np.where(line.exact > _AT_ONCE, line.exact, np.inf)
        at = int(np.argmin(slow))
        if slow[at] < _SLOW:
            shown[what] = (float(line.x[at]), simulated(noise, line.settings[at], steps, derived(seed, what)))
    return shown
