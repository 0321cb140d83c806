"""Monte Carlo of the limit paths: an estimate of q_ij that shares no integral with the quadrature.

Jumps are drawn from nu restricted to |w| > delta (mass delta^(-alpha)), with delta below the least jump that can take
part in an exit; waiting times uniformly from (0, T), with T the longest time after which an exit is still possible.
The flow is integrated as an ordinary differential equation. Then

    q_ij = delta^(-alpha l) T^(l - 1) P(the path is in Omega_j after its l-th jump)

Source: section 2 of the paper.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.integrate import quad, solve_ivp

from heavysgd import checks
from heavysgd.landscape import Landscape
from heavysgd.theory.jumps import jump_numbers


class MonteCarloRates(NamedTuple):
    """Row i of q_ij and its standard errors, shape (k,), or (k + 1,) with open ends."""

    rates: np.ndarray
    stderr: np.ndarray


def sample_exit_rates(
    f: Landscape, alpha: float, b: float | None, basin: int, n_paths: int, p_plus: float = 0.5, seed: int = 0
) -> MonteCarloRates:
    """Estimates row `basin` of the exit measure from `n_paths` limit paths.

    Raises as `exit_measure` does, and `ValueError` for an unknown basin or n_paths < 1.
    """
    alpha, p_plus = checks.tail_index("alpha", alpha), checks.probability("p_plus", p_plus)
    basin, n_paths = checks.index("basin", basin, f.size), checks.count("n_paths", n_paths)
    jumps, b = int(jump_numbers(f, b)[basin]), checks.threshold("b", b)
    rng = np.random.default_rng(checks.seed(seed))

    least_jump, longest_wait = _least_jump(f, basin, jumps, b), _longest_wait(f, basin, jumps, b)
    x = np.full(n_paths, f.minima[basin])
    for k in range(jumps):
        if k > 0:
            x = _flow(f, x, rng.uniform(0, longest_wait, n_paths))
        side = np.where(rng.random(n_paths) < p_plus, 1.0, -1.0)
        x = x + side * np.minimum(least_jump * rng.random(n_paths) ** (-1 / alpha), b)
        if not f.open_ends:
            x = np.clip(x, *f.bounds)  # the projection phi_L; f need not be defined beyond

    mass = least_jump ** (-alpha * jumps) * longest_wait ** (jumps - 1)
    share = np.bincount(f.basin_of(x), minlength=f.size + f.open_ends) / n_paths
    share[basin] = 0.0
    return MonteCarloRates(mass * share, mass * np.sqrt(share * (1 - share) / n_paths))


def _ends_in_reach(f: Landscape, basin: int, jumps: int, b: float):
    return [(side, d) for side, d in zip((-1, 1), f.reach[basin]) if d < jumps * b]


def _least_jump(f: Landscape, basin: int, jumps: int, b: float) -> float:
    nearest = min(distance for _, distance in _ends_in_reach(f, basin, jumps, b))
    return nearest - (jumps - 1) * b if jumps > 1 else nearest


def _longest_wait(f: Landscape, basin: int, jumps: int, b: float) -> float:
    """Flow time from the farthest to the nearest distance that a path can have between jumps of an exit."""
    if jumps == 1:
        return 1.0
    waits = [
        quad(lambda u: 1 / abs(float(f.gradient(f.minima[basin] + side * u))), d - (jumps - 1) * b, (jumps - 1) * b)[0]
        for side, d in _ends_in_reach(f, basin, jumps, b)
    ]
    return max(waits)


def _flow(f: Landscape, x: np.ndarray, duration: np.ndarray) -> np.ndarray:
    """Positions after following x' = -f'(x) for individual durations (time rescaled to the unit interval)."""
    solution = solve_ivp(lambda _, y: -duration * f.gradient(y), (0, 1), x, method="DOP853", rtol=1e-8, atol=1e-10)
    return solution.y[:, -1]
