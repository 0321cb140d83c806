"""What theory says of Figure 3 without the cut, iterates being projected on the ball: one jump from each basin, a chain.

    q_ij = E_theta nu{r : P(m_i + r theta) in Omega_j},    nu(dr) = alpha r^(-alpha-1) dr,   P(x) = x min(1, 4.2 / |x|)

The library's exit measure knows boxes; here far jumps end on the circle, seen from its middle in their direction.
"""

from __future__ import annotations

import heavysgd as hs
import numpy as np

ORDER = (1, 0, 2, 3)  # numbers of Omega_1 .. Omega_4 among minima in lexicographic order
_ANGLES, _LENGTHS, _NEAR, _FAR = 720, 400, 0.4, 1e4  # nothing leaves in a jump of 0.4


def rates_of_one_jump(f: hs.Landscape, alpha: float, radius: float, square: bool = False) -> np.ndarray:
    """q_ij without truncation, (4, 4), zero diagonal, in the order of the figure; on the square about the ball if asked."""
    lengths = np.geomspace(_NEAR, _FAR, _LENGTHS)
    mass, found = -np.diff(lengths**-alpha), np.zeros((4, 4))
    for i in range(4):
        ends = _along_rays(f, i, np.sqrt(lengths[1:] * lengths[:-1]))
        shrunk = ends * np.minimum(1, radius / np.linalg.norm(ends, axis=-1))[..., None]
        field = f.basin_of(np.clip(ends, -radius, radius) if square else shrunk)
        for j, number in enumerate(ORDER):
            found[i, j] = (mass * (field == number).mean(axis=0)).sum()
    np.fill_diagonal(found, 0.0)
    return found


def radii(f: hs.Landscape) -> np.ndarray:
    """Distance from the minimum of each of Omega_1 .. Omega_4 to the nearest other field, along 720 rays, to 0.01; (4,)."""
    lengths = np.arange(0.4, 4.0, 0.01)
    found = []
    for i, number in enumerate(ORDER):
        field = f.basin_of(_along_rays(f, i, lengths))
        found.append(lengths[np.argmax(np.any((field >= 0) & (field != number), axis=0))])
    return np.array(found)


def jump_numbers(f: hs.Landscape, b: float) -> list[int]:
    """ceil(r_i / b) of Omega_1 .. Omega_4."""
    return np.ceil(radii(f) / b).astype(int).tolist()


def _along_rays(f: hs.Landscape, i: int, lengths: np.ndarray) -> np.ndarray:
    """Points (rays, lengths, 2) seen from the minimum of Omega_(i + 1)."""
    angle = 2 * np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES
    way = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return f.minima[ORDER[i]] + lengths[None, :, None] * way[:, None]


def law(rates: np.ndarray) -> np.ndarray:
    """The stationary law of the chain with these rates, shape (4,)."""
    generator = rates - np.diag(rates.sum(axis=1))
    return hs.theory.MarkovChain(np.arange(len(rates)), generator).stationary()
