"""Exit times and the Markov limit in the plane, on landscapes whose radii are exact."""

from __future__ import annotations

from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, mean
from scipy.integrate import quad

from companion.ledger.claims import Change
from companion.subjects.common.exit_study import ExitStudy

FARTHER = Change(
    "2026-11-28",
    "learning rates were 0.08 and 0.04, and the ratio was to be below one",
    "at fresh seeds the verdict changed, and without truncation the ratio is a hundredth below one, too",
)


def unequal_wells() -> hs.Landscape:
    """f(x; 1, 3) + f(y; 1.25, 3): four basins of radii 3, 1.25, 1, 1 around (-3, -3), (-3, 1.25), (1, -3), (1, 1.25)."""
    return hs.landscapes.separable(hs.landscapes.two_wells(3.0, 1.0), hs.landscapes.two_wells(3.0, 1.25))


def twin_wells() -> hs.Landscape:
    """f(x; 1, 3) + f(y; 3, 3): two basins of radius 3 around (-3, -3), (-3, 3), two of 1 around (1, -3), (1, 3)."""
    return hs.landscapes.separable(hs.landscapes.two_wells(3.0, 1.0), hs.landscapes.two_wells(3.0, 3.0))


def cube() -> hs.Landscape:
    """f(x; 1, 3) + f(y; 1, 3) + f(z; 1, 3): eight basins, the widest around (-3, -3, -3)."""
    return hs.landscapes.separable(*[hs.landscapes.two_wells(3.0, 1.0)] * 3)


class Corner(NamedTuple):
    """Share of time in the widest basin of `cube`, by path, shape (n,), and of each coordinate in its wide well, (n, 3)."""

    whole: np.ndarray
    single: np.ndarray

    @property
    def outside(self) -> Measured:
        """Share of time elsewhere."""
        return mean(1 - self.whole)

    def beyond(self, power: int = 3) -> Measured:
        """Share in the widest basin minus the product of the coordinates' shares, or that to another power than 3; the
        error is that of the linear part."""
        shares = self.single.mean(axis=0)
        product = shares.prod() ** (power / 3)
        moved = self.whole - power / 3 * product * (self.single / shares - 1).sum(axis=1)
        return mean(moved - product)


def corner(noise: hs.Noise, eta: float, b: float | None, n_steps: int, n_paths: int, seed: int) -> Corner:
    """Of paths from the widest minimum."""
    f = cube()
    start = int(f.widths.argmax())
    how = {"n_steps": n_steps, "n_paths": n_paths, "bins": 2, "seed": seed, "progress": False}
    seen = hs.occupation(hs.SGD(f, noise, eta, b), f.minima[start], **how).basin_fraction_by_path
    wide = f.minima < 0
    return Corner(seen[:, start], np.stack([seen[:, wide[:, i]].sum(axis=1) for i in range(3)], axis=1))


def one_jump_constant(radius: float, alpha: float) -> float:
    """q for one isotropic jump out of a quadrant whose sides lie at `radius` from the minimum.

    In direction theta a jump leaves from length radius / max(cos, sin) on, so q = E[(max(cos, sin)^+ / radius)^alpha].
    """
    share = quad(lambda t: max(np.cos(t), np.sin(t), 0.0) ** alpha, -np.pi, np.pi, points=[np.pi / 4, -3 * np.pi / 4])[0]
    return share / (2 * np.pi) * radius**-alpha


def on_the_axes(study: ExitStudy, f, basin: int) -> Measured:
    """Measured over predicted mean, pooled, had the noise been independent by coordinate with the same tail each.

    Two axes, half of the jumps outwards on each: q = r_1^-alpha / 2 + r_2^-alpha / 2.
    """
    alpha, radius = study.noise.alpha, f.widths[basin]
    factor = radius**-alpha / one_jump_constant(radius, alpha)
    pooled = study.pooled_ratio()
    return pooled.scaled(factor)


def variation(times: np.ndarray) -> Measured:
    """Coefficient of variation; the error is that of exponential times, 1 / sqrt(n)."""
    return Measured(float(times.std(ddof=1) / times.mean()), times.size**-0.5)


class Sojourns(NamedTuple):
    """Stays with one widest minimum, excursions through narrow basins included, in units of 1 / lambda*(eta).

    times : (n,), those longer than `cutoff` are cut off there.
    """

    eta: float
    times: np.ndarray
    cutoff: float

    @property
    def mean(self) -> Measured:
        """Maximum-likelihood mean."""
        found = hs.inference.censored_mean(self.times, self.times >= self.cutoff)
        return found

    def exponential(self, seed: int) -> Measured:
        """p-value of the test against an exponential law of unknown mean."""
        return Measured(hs.inference.exponentiality(self.times, self.cutoff, seed=seed).pvalue)

    def exponential_in_pairs(self, seed: int) -> Measured:
        """The same for sums of two, which are not exponential."""
        pairs = self.times[: 2 * (self.times.size // 2)].reshape(-1, 2).sum(axis=1)
        return Measured(hs.inference.exponentiality(pairs, self.cutoff, seed=seed).pvalue)


def sojourns(f, noise, eta: float, b, horizon: float, cutoff: float, n_paths: int, seed: int) -> Sojourns:
    """Follows `n_paths` paths from a widest minimum for `horizon` units of the clock of two jumps.

    Stays that begin in the last `cutoff` units are left out, so that all are cut off alike.
    """
    wide = hs.theory.widest(f, b)
    unit = 1 / float(hs.theory.exit_scale(noise, eta, 2))
    sgd, n_steps = hs.SGD(f, noise, eta, b), int(horizon * unit)
    found = hs.hops(sgd, f.minima[wide[0]], n_steps=n_steps, distance=0.5, n_paths=n_paths, seed=seed)
    stays = found.among(wide).stays()
    whole = stays.begin <= n_steps - cutoff * unit
    times = np.minimum(stays.end - stays.begin, cutoff * unit)[whole] / unit
    return Sojourns(eta, times, cutoff)


def narrow_share(f, noise, eta: float, b, n_steps: int, n_paths: int, seed: int) -> Measured:
    """Share of time in the basins of radius below 2, after a start in a wide one."""
    seen = hs.occupation(hs.SGD(f, noise, eta, b), f.minima[0], n_steps=n_steps, n_paths=n_paths, bins=50, seed=seed)
    shares = seen.basin_fraction_by_path[:, f.widths < 2].sum(axis=1)
    return mean(shares)
