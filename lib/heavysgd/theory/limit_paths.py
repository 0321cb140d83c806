"""Monte Carlo of the limit paths: an estimate of q_ij that shares no integral with the quadrature.

Jumps are drawn from nu restricted to |w| > delta (mass delta^(-alpha)), with delta below the least jump that can take
part in an exit; waiting times uniformly from (0, T), with T the longest time after which an exit is still possible.
The flow is integrated as an ordinary differential equation. (In R^d: `limit_paths_space`.) Then

    q_ij = delta^(-alpha l) T^(l - 1) P(the path is in Omega_j after its l-th jump)

Source: section 2 of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import sympy
from scipy.integrate import quad

from heavysgd import checks
from heavysgd.landscape import Landscape, Line, as_line, as_space
from heavysgd.landscape.flow import follow
from heavysgd.noise import SpaceNoise
from heavysgd.recursion import Amplitude
from heavysgd.theory.arguments import checked_landscape, checked_sigma
from heavysgd.theory.classes import communication_classes
from heavysgd.theory.directions import checked_directions
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.limit_paths_space import SpacePaths

_RELATIVE_ERROR = 1.5e-8


class MonteCarloRates(NamedTuple):
    """Rates of leaving one minimum by destination and their standard errors, shape (k,), or (k + 1,) with open ends."""

    rates: np.ndarray
    stderr: np.ndarray


def sample_exit_rates(
    f: Landscape,
    alpha: float,
    b: float | None,
    *,
    basin: int,
    n_paths: int,
    p_plus: float = 0.5,
    seed: int = 0,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
) -> MonteCarloRates:
    """Estimates row `basin` of the exit measure from `n_paths` limit paths.

    Raises as `exit_measure` does, and `ValueError` for an unknown basin or n_paths < 1.
    """
    paths, rng = _checked(f, alpha, b, p_plus, seed, directions, sigma)
    basin, n_paths = checks.index("basin", basin, f.size), checks.count("n_paths", n_paths)
    places, mass = paths.land(basin, n_paths, rng)
    return _estimate(places, mass, basin, f)


def sample_limit_rates(
    f: Landscape,
    alpha: float,
    b: float | None,
    *,
    basin: int,
    n_paths: int,
    p_plus: float = 0.5,
    seed: int = 0,
    directions: SpaceNoise | None = None,
    sigma: sympy.Expr | float | None = None,
) -> MonteCarloRates:
    """Estimates at what rate the limit process moves from widest minimum `basin` to every other one.

    Each limit path that lands in the field of a sharp minimum of the same communication class starts anew from that
    minimum, until it meets a widest one or leaves the class: row `basin` of the limit chain's generator, with what goes
    to other classes beside it, and neither quadrature nor linear algebra in it.

    Raises as `exit_measure` does, and `ValueError` for a basin that is not widest in its class.
    """
    paths, rng = _checked(f, alpha, b, p_plus, seed, directions, sigma)
    n_paths = checks.count("n_paths", n_paths)
    basin, classes = checks.index("basin", basin, f.size), communication_classes(f, b, directions=directions)
    home = next(c for c in classes if basin in c.members)
    if basin not in home.widest:
        raise ValueError(f"basin = {basin}: must be one of the widest minima of its class, {home.widest.tolist()}")
    places, mass = paths.land(basin, n_paths, rng)
    sharp = np.setdiff1d(home.members, home.widest)
    while np.isin(places, sharp).any():
        for i in sharp:
            waiting = np.flatnonzero(places == i)
            places[waiting] = paths.leave(i, waiting.size, rng)
    return _estimate(places, mass, basin, f)


class _LimitPaths(NamedTuple):
    f: Line
    alpha: float
    b: float
    p_plus: float
    jumps: np.ndarray
    sigma: Amplitude | None

    def land(self, basin: int, n_paths: int, rng) -> tuple[np.ndarray, float]:
        """Basins of `n_paths` limit paths right after their last jump, and the mass of the measure they sample."""
        f, jumps = self.f, int(self.jumps[basin])
        least_jump, longest_wait = _least_jump(f, basin, jumps, self.b), _longest_wait(f, basin, jumps, self.b)
        if self.sigma is not None:  # no jump that a draw of nu makes at its loudest is longer
            least_jump /= 1.01 * self.sigma.most
        x = np.full(n_paths, f.minima[basin])
        for k in range(jumps):
            if k > 0:
                x = follow(f, x, rng.uniform(0, longest_wait, n_paths))
            side = np.where(rng.random(n_paths) < self.p_plus, 1.0, -1.0)
            drawn = least_jump * rng.random(n_paths) ** (-1 / self.alpha)
            x = x + side * np.minimum(drawn if self.sigma is None else self.sigma(x) * drawn, self.b)
            if not f.open_ends:
                x = np.clip(x, *f.bounds)  # the projection phi_L; f need not be defined beyond
        return f.basin_of(x), least_jump ** (-self.alpha * jumps) * longest_wait ** (jumps - 1)

    def leave(self, basin: int, n_paths: int, rng) -> np.ndarray:
        """Destinations of `n_paths` limit paths that do leave: those that stay behind are drawn again."""
        places = np.full(n_paths, basin)
        while (staying := np.flatnonzero(places == basin)).size:
            places[staying] = self.land(basin, staying.size, rng)[0]
        return places


def _checked(f: Landscape, alpha: float, b: float | None, p_plus: float, seed: int, directions: SpaceNoise | None, sigma):
    sigma = checked_sigma(checked_landscape(f), sigma)
    alpha, p_plus = checks.tail_index("alpha", alpha), checks.probability("p_plus", p_plus)
    directions = checked_directions(f, directions, p_plus)
    jumps, b = jump_numbers(f, b, directions=directions), checks.threshold("b", b)
    if f.dimension > 1:
        return SpacePaths(as_space(f), alpha, b, directions, jumps), np.random.default_rng(checks.seed(seed))
    return _LimitPaths(as_line(f), alpha, b, p_plus, jumps, sigma), np.random.default_rng(checks.seed(seed))


def _estimate(places: np.ndarray, mass: float, basin: int, f: Landscape) -> MonteCarloRates:
    share = np.bincount(places, minlength=f.size + f.open_ends) / places.size
    share[basin] = 0.0
    return MonteCarloRates(mass * share, mass * np.sqrt(share * (1 - share) / places.size))


def _ends_in_reach(f: Line, basin: int, jumps: int, b: float):
    return [(side, d) for side, d in zip((-1, 1), f.sides[basin]) if d < jumps * b]


def _least_jump(f: Line, basin: int, jumps: int, b: float) -> float:
    nearest = min(distance for _, distance in _ends_in_reach(f, basin, jumps, b))
    return nearest - (jumps - 1) * b if jumps > 1 else nearest


def _longest_wait(f: Line, basin: int, jumps: int, b: float) -> float:
    """Flow time from the farthest to the nearest distance that a path can have between jumps of an exit."""
    if jumps == 1:
        return 1.0
    reached = (jumps - 1) * b
    return max(_time_between(f, basin, side, d - reached, reached) for side, d in _ends_in_reach(f, basin, jumps, b))


def _time_between(f: Line, basin: int, side: int, near: float, far: float) -> float:
    """int du / |f'| over distances from the minimum, to 1.5e-8 of itself, whatever the unit of time."""
    slowness = lambda u: 1 / abs(float(f.gradient(f.minima[basin] + side * u)))  # noqa: E731
    time, error = quad(slowness, near, far)
    return time if error <= _RELATIVE_ERROR * time else quad(slowness, near, far, epsabs=0.0)[0]
