"""Plain limit paths in R^d: every jump drawn, every wait uniform, the flow by an adaptive integrator.

Jump k is drawn from nu beyond near_k - far_k, and the wait after it from (0, T_k), T_k the longest time that the flow takes
from the ball of radius far_k + b to that of radius near_k (both from `excursions`). Then

    q_ij = product of (near_k - far_k)^(-alpha) and T_k x P(the path is in Omega_j after its l-th jump)

Noisier than `exit_measure`, and apart from the two radii nothing is shared with it.

Source: section 2 of the paper and its remark on R^d.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import qmc

from heavysgd.landscape import Space
from heavysgd.noise import SpaceNoise
from heavysgd.theory.directions import isotropic, uniforms_for
from heavysgd.theory.excursions import bounds_between_jumps
from heavysgd.theory.flow_lines import trace

_STARTS = 1024  # flow lines among which the longest wait is sought
_MARGIN = 1.1  # by which a wait may exceed the longest of them


class SpacePaths(NamedTuple):
    """Limit paths in R^d, as `limit_paths` draws them on a line."""

    f: Space
    alpha: float
    b: float
    directions: SpaceNoise | None
    jumps: np.ndarray

    def land(self, basin: int, n_paths: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
        """Basins of `n_paths` limit paths right after their last jump, and the mass of the measure they sample."""
        f, near_far = self.f, bounds_between_jumps(self.f, basin, int(self.jumps[basin]), self.b)
        x, mass = np.tile(f.minima[basin], (n_paths, 1)), 1.0
        for k, (near, far) in enumerate(zip(*near_far)):
            if k > 0:
                wait = _longest_wait(f, basin, near_far[1][k - 1] + self.b, near_far[0][k - 1])
                x, mass = f.flow(x, rng.uniform(0, wait, n_paths)), mass * wait
            length = np.minimum((near - far) * rng.random(n_paths) ** (-1 / self.alpha), self.b)
            x = np.clip(x + _capped(f, length)[:, None] * self._turns(n_paths, rng), *f.box.T)
            mass *= (near - far) ** -self.alpha
        places = f.basin_of(x)
        return np.where(places < 0, basin, places), mass

    def leave(self, basin: int, n_paths: int, rng: np.random.Generator) -> np.ndarray:
        """Destinations of `n_paths` limit paths that do leave: those that stay behind are drawn again."""
        places = np.full(n_paths, basin)
        while (staying := np.flatnonzero(places == basin)).size:
            places[staying] = self.land(basin, staying.size, rng)[0]
        return places

    def _turns(self, n: int, rng) -> np.ndarray:
        if self.directions is not None:
            return self.directions.directions(n, rng)
        normal = rng.standard_normal((n, self.f.dimension))
        return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _capped(f: Space, length: np.ndarray) -> np.ndarray:
    """Lengths beyond which the projection on the box does not move: only so that they stay finite."""
    return np.minimum(length, 1e6 * np.linalg.norm(np.ptp(f.box, axis=1)))


def _longest_wait(f: Space, basin: int, outer: float, inner: float) -> float:
    """Time after which every flow line from the ball of radius `outer` around a minimum is within `inner` of it."""
    uniform = qmc.Sobol(uniforms_for(f.dimension) + 1, rng=0).random(_STARTS)
    radii = outer * np.append(np.ones(_STARTS // 2), uniform[_STARTS // 2 :, 0])  # half of them on the sphere itself
    starts = f.minima[basin] + radii[:, None] * isotropic(uniform[:, 1:], f.dimension)
    return _MARGIN * float(trace(f, np.clip(starts, *f.box.T), np.inf, f.minima[basin], inner).times.max())
