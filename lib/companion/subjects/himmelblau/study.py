"""The paths of Figure 3: where they spend their time, how often they move, and how single paths differ."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured, mean
from scipy import stats

from companion.ledger.claims import Change
from companion.ledger.rules import Within
from companion.subjects.himmelblau import figure, formula

ETA, RADIUS, NEAR, START = 5e-4, 4.2, 0.5, (2.9, 1.0)
AS_READ = Within(confidence=0.95, distance=0.002)  # of a bar in panel (c), as a share: twice what can be read
MORE = Change(
    "2026-11-27",
    "the control had 16 paths of 5 million steps",
    "they left it undecided, p = 0.016, where the error of the control's own mean counted as much as that of the path",
)
LONGER = Change(
    "2026-11-28",
    "the control's bars were half as long again, among 32 paths",
    "its power was 0.64 to 0.97, so that one root of the seeds in three left it undecided",
)
EVERY = 100  # steps between two looks at a path; relaxation about a minimum takes some hundred


class Places(NamedTuple):
    """The landscape of the figure for one reading of its cut, with its minimisers in the order of the figure: segments
    (4, 2, 2), points as two equal ends."""

    f: hs.Landscape
    segments: np.ndarray


def places(cut: str = "drawn", shift: float = 1.4, centre: float = 1.5) -> Places:
    """The landscape as the figure draws it, as the text prints it, or with other constants; its warning is not shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.AssumptionWarning)
        f = hs.landscapes.modified_himmelblau(cut, shift, centre)
    found = [np.tile(formula.minimiser(i, shift, centre), (2, 1)) for i in (1, 2, 3, 4)]
    found[1] = formula.segment(cut, shift, centre)
    return Places(f, np.array(found))


class Paths(NamedTuple):
    """Looks at paths every 100 steps: nearest, (n_paths, n_times), the Omega_i with the nearest minimiser, 1 .. 4; away,
    the distance to it."""

    nearest: np.ndarray
    away: np.ndarray
    n_steps: int

    def labels(self, near: float = NEAR) -> np.ndarray:
        """1 .. 4 within `near` of a minimiser of Omega_i, 0 out; shape (n_paths, n_times)."""
        return np.where(self.away < near, self.nearest, 0)

    def shares(self, near: float = NEAR) -> np.ndarray:
        """Of time out and in Omega_1 .. Omega_4, path by path, shape (n_paths, 5)."""
        labels = self.labels(near)[:, 1:]
        return np.stack([(labels == i).mean(axis=1) for i in range(5)], axis=1)

    @property
    def moves(self) -> np.ndarray:
        """How often each path goes from Omega_1 to Omega_2 or back in the steps of the figure, 3 * 10^7, whatever it visits
        on the way, shape (n_paths,): counted in its own steps, and scaled."""
        counts = [np.count_nonzero(np.diff(row[(row == 1) | (row == 2)])) for row in self.labels()]
        return np.array(counts) * figure.STEPS / self.n_steps

    def share(self, fields, near: float = NEAR) -> Measured:
        """Share of time in some fields together, mean and error over paths."""
        return mean(self.shares(near)[:, np.atleast_1d(fields)].sum(axis=1))

    @property
    def narrow(self) -> Measured:
        """Time in Omega_3 and Omega_4 over that in all four, a quotient of means with its error over paths."""
        shares = self.shares()
        above, below = shares[:, 3:].sum(axis=1), shares[:, 1:].sum(axis=1)
        value = above.mean() / below.mean()
        spread = np.std(above - value * below, ddof=1) / np.sqrt(above.size) / below.mean()
        return Measured(float(value), float(spread), above.size - 1)


def noise(alpha: float = 1.2) -> hs.Isotropic:
    """0.75 W, W isotropic with |W| of a Pareto law."""
    return hs.Isotropic(hs.Pareto(alpha, 0.75), 2)


def run(where: Places, b: float | None, n_steps: int, n_paths: int, seed: int) -> Paths:
    """`n_paths` paths of the figure's experiment."""
    sgd = hs.SGD(where.f, noise(), ETA, b, radius=RADIUS)
    how = {"n_steps": n_steps, "every": EVERY, "n_paths": n_paths, "seed": seed, "backend": "cpu", "progress": False}
    seen = [to_minimisers(where, path) for path in hs.sample_path(sgd, START, **how)]
    return Paths(np.stack([near for near, _ in seen]), np.stack([away for _, away in seen]), n_steps)


def to_minimisers(where: Places, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of points (n, 2): which minimiser is the nearest, 1 .. 4, and how far it is."""
    away = np.stack([distance(points, *ends) for ends in where.segments], axis=1)
    return (away.argmin(axis=1) + 1).astype(np.int8), away.min(axis=1).astype(np.float32)


def distance(points: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """From points (n, 2) to the segment between two points."""
    way = other - one
    along = np.clip((points - one) @ way / max(way @ way, 1e-300), 0, 1)
    return np.linalg.norm(points - one - along[:, None] * way, axis=1)


def within(shares: np.ndarray) -> np.ndarray:
    """Shares of Omega_1, Omega_2, Omega_3 in the time that is not out, (..., 3) of shares (..., 5)."""
    return shares[..., 1:4] / shares[..., 1:].sum(axis=-1, keepdims=True)


def log_odds(shares: np.ndarray) -> np.ndarray:
    """log of the time in Omega_3 and Omega_4 over that in Omega_1 and Omega_2, (..., 1) of shares (..., 5)."""
    return np.log(shares[..., 3:].sum(axis=-1) / shares[..., 1:3].sum(axis=-1))[..., None]


def typical(sample: np.ndarray, reported: np.ndarray, n_steps: int) -> Measured:
    """p-value of one more path, `reported` (m,), of the figure's length, among paths (n, m) of `n_steps`, n > m.

        T^2 = (y - mean)' S^-1 (y - mean) / (1/n + n_steps / 3e7),    (n - m) / (m (n - 1)) T^2 ~ F(m, n - m)

    Hotelling's, with the variance of a longer path smaller by as much as it is longer.
    """
    n, m = sample.shape
    return Measured(float(stats.f.sf((n - m) / (m * (n - 1)) * _square(sample, reported, n_steps), m, n - m)))


def chance_to_tell(sample: np.ndarray, reported: np.ndarray, n_steps: int, level: float) -> float:
    """The chance that `typical` is at most `level` for a path whose mean is `reported`."""
    n, m = sample.shape
    return float(stats.ncf.sf(stats.f.isf(level, m, n - m), m, n - m, _square(sample, reported, n_steps)))


def _square(sample: np.ndarray, reported: np.ndarray, n_steps: int) -> float:
    n, m = sample.shape
    away = reported - sample.mean(axis=0)
    scale = 1 / n + n_steps / figure.STEPS
    return float(away @ np.linalg.solve(np.cov(sample.T).reshape(m, m), away) / scale)
