"""The exit measure on a line, by quadrature.

From m_i the limit path makes l = l*_i jumps of size at most b with gradient flow in between,

    q_ij = mu_i{ in Omega_j after the l-th jump },   mu_i = nu(dw_1) ... nu(dw_l) dt_2 ... dt_l
    nu(dw) = alpha (p_+ w^(-alpha-1) 1{w > 0} + p_- |w|^(-alpha-1) 1{w < 0}) dw

Two facts reduce this to l - 1 smooth integrals. Since l is the least possible number of jumps, all of them go the
same way and each exceeds d - (l - 1) b, d the distance to that end. And since time spent near u under the flow is
du / |f'|, the waiting times integrate out: with u_k the distance from m_i just before jump k + 1,

    q = int du_1 p u_1^(-alpha) / |f'(u_1)| int du_2 p (u_2 - u_1)^(-alpha) / |f'(u_2)| ... g(u_{l-1})

where p w^(-alpha) is the nu-mass of jumps (truncated or not) that pass w <= b, and g(u) the mass of last jumps from u
into Omega_j. Noise sigma(x) Z brings a factor sigma(u)^alpha for each jump, u where it begins.

Source: section 2 of the paper; the reduction is this book's.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import cubature

from heavysgd.landscape import Line
from heavysgd.recursion import Amplitude

_RELATIVE_ERROR = 1e-7


def line_rates(
    f: Line, alpha: float, b: float, p_plus: float, jumps: np.ndarray, sigma: Amplitude | None = None
) -> np.ndarray:
    """q_ij and the quadrature's estimated error, shape (2, k, k), or (2, k, k + 1) with open ends."""
    rates = np.zeros((2, f.size, f.size + f.open_ends))
    for i in range(f.size):
        for side, weight in ((1, p_plus), (-1, 1 - p_plus)):
            rates[:, i] += one_side(f, i, side, int(jumps[i]), alpha, b, weight, sigma)
    return rates


def one_side(
    f: Line, i: int, side: int, jumps: int, alpha: float, b: float, weight: float, sigma: Amplitude | None = None
) -> np.ndarray:
    """Row i of q and its error, leaving to the right (side = 1) or left (side = -1) in `jumps` jumps, each of which goes
    that way with probability `weight`; shape (2, k or k + 1)."""
    row = np.zeros((2, f.size + f.open_ends))
    distance = f.sides[i, (1 + side) // 2]
    if jumps * b <= distance:  # also an end at infinity
        return row
    targets, near, far = _targets(f, i, side)
    speed = lambda u: np.abs(f.gradient(f.minima[i] + side * u))  # noqa: E731 - the flow in distances from m_i
    loud = lambda u: 1.0 if sigma is None else sigma(f.minima[i] + side * u) ** alpha  # noqa: E731
    last_jump = lambda u: _last_jump_mass(u[..., None], near, far, alpha, b)  # noqa: E731
    if jumps == 1:
        value, error = last_jump(np.zeros(1))[0], np.zeros(targets.size)
    else:
        value, error = _chain_integral(speed, loud, last_jump, distance, jumps, alpha, b)
    at_the_minimum = float(loud(0.0))
    row[:, targets] += at_the_minimum * weight**jumps * np.stack([value, error])
    return row


def _targets(f: Line, i: int, side: int):
    """Basins on one side of basin i with the distances of their near and far ends from m_i."""
    edges = side * (f.edges - f.minima[i])
    beyond = np.arange(i + 1, f.size) if side > 0 else np.arange(i - 1, -1, -1)
    near, far = (edges[beyond], edges[beyond + 1]) if side > 0 else (edges[beyond + 1], edges[beyond])
    if f.open_ends:
        end = edges[-1] if side > 0 else edges[0]
        beyond, near, far = np.append(beyond, f.outside), np.append(near, end), np.append(far, np.inf)
    return beyond, near, far


def _last_jump_mass(u, near, far, alpha: float, b: float):
    """nu-mass, per unit weight, of jumps from distance u that truncation at b lands between `near` and `far`."""
    passing_near = np.where(near - u < b, (near - u) ** -alpha, 0.0)
    passing_far = np.where(far - u <= b, np.where(np.isinf(far), 0.0, np.abs(far - u) ** -alpha), 0.0)
    return passing_near - passing_far


def _chain_integral(speed, loud, last_jump, distance: float, jumps: int, alpha: float, b: float):
    """The (l - 1)-fold integral over u_1 < ... < u_{l-1}, mapped to the unit cube, and its estimated error."""
    # u_k must leave at most (l - k) jumps' length to the end, and lie at most b beyond u_{k-1} (u_0 = 0).
    least = distance - b * np.arange(jumps - 1, 0, -1)

    def integrand(cube):
        density, previous = np.ones(len(cube)), np.zeros(len(cube))
        for k in range(jumps - 1):
            room = previous + b - least[k]
            u = least[k] + room * cube[:, k]
            density = density * room * (u - previous) ** -alpha / speed(u) * loud(u)
            previous = u
        return density[:, None] * last_jump(previous)

    zeros, ones = np.zeros(jumps - 1), np.ones(jumps - 1)
    rule = "gk21" if jumps <= 4 else "gk15"  # product rules: 21^4 points would already cost seconds
    result = cubature(integrand, zeros, ones, rule=rule, rtol=_RELATIVE_ERROR, atol=0.0, max_subdivisions=3000)
    return result.estimate, result.error
