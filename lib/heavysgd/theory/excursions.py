"""How far a limit path can be from its minimum between jumps, and how far it must be for an exit to remain possible.

Every ball B(m_i, r), r < r_i, lies in the field. Let A(r) be the farthest that flow lines through the sphere of radius r
go from m_i: A(r) = r where flow only ever approaches m_i, as it does on a line. Before jump k a path is no farther than
far_k, and after it must land beyond near_k for an exit with jump l to remain possible:

    far_1 = 0,   far_{k+1} = A(far_k + b)                  near_l = r_i,   near_{k-1} = sup{ r : A(r) <= near_k - b }

So jump k is longer than near_k - far_k, and once a path is back within near_k of m_i no exit is possible any more: that
ends the waiting after jump k. Where near_k <= far_k for some k, flow may help a path out in fewer jumps, and distances
alone do not tell the jump number.

Source: the finite measure of section 2 of the paper; these bounds are this book's.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import qmc

from heavysgd.landscape import Space
from heavysgd.theory.directions import isotropic, uniforms_for
from heavysgd.theory.flow_lines import trace

_SPHERES, _LINES = 32, 96  # radii, and flow lines through each sphere (per dimension)
_SLACK = 5e-3  # of distances that are known to about 1e-3


def bounds_between_jumps(f: Space, basin: int, jumps: int, b: float) -> tuple[np.ndarray, np.ndarray]:
    """near and far, shape (l,), for paths that leave `basin` with jump number l = `jumps`.

    Raises `ValueError` where flow may help a path out in fewer jumps than ceil(r_i / b).
    """
    width = float(f.widths[basin]) * (1 if f.exact_widths else 1 - _SLACK)
    near, far = np.full(jumps, width), np.zeros(jumps)
    if jumps == 1:
        return near, far
    radii, reached = _excursions(f, basin, width)
    for k in range(1, jumps):
        far[k] = max(far[k - 1] + b, np.interp(far[k - 1] + b, radii, reached))
        near[-1 - k] = _innermost(radii, reached, near[-k] - b)
    if np.any(near <= far):
        raise ValueError(
            f"b = {b:g}: flow between jumps may carry limit paths from minimum {basin} out in fewer than the {jumps} jumps "
            "that distances say; compare theory.flow_jump_table, and use a larger b"
        )
    return near, far


@lru_cache(maxsize=256)
def _excursions(f: Space, basin: int, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Radii up to the width and A at each, both shape (n,), A made non-decreasing."""
    uniform = qmc.Sobol(uniforms_for(f.dimension), rng=0).random(1 << int(np.ceil(np.log2(_LINES * (f.dimension - 1)))))
    sphere, centre = isotropic(uniform, f.dimension), f.minima[basin]
    radii = np.linspace(0, width, _SPHERES + 1)[1:]
    reached = []
    for radius in radii:
        # Flow lines that come within half of the radius return, if at all, through a smaller sphere that is tried as well.
        line = trace(f, np.clip(centre + radius * sphere, *f.box.T), np.inf, centre, radius / 2)
        reached.append(line.farthest.max())
    reached = np.maximum.accumulate(np.maximum(reached, radii))
    return np.append(0.0, radii), np.append(0.0, np.where(reached <= radii * (1 + 1e-9), radii, reached))


def _innermost(radii: np.ndarray, reached: np.ndarray, limit: float) -> float:
    """The largest r with A(r) <= limit, interpolated between radii; 0 for limits that are not positive."""
    if limit <= 0:
        return 0.0
    return float(min(limit, np.interp(limit, *_strictly_increasing(reached, radii))))


def _strictly_increasing(reached: np.ndarray, radii: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where A is flat, the least radius stands for all: what lies between is not known to be safe."""
    values, first = np.unique(reached, return_index=True)
    return values, radii[first]
