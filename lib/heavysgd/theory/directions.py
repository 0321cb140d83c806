"""Directions of far draws in R^d: the angular measure sigma, as the theory needs it.

    nu(dw) = alpha r^(-alpha-1) dr sigma(dtheta),   w = r theta

sigma charges every direction (isotropic noise) or finitely many (coordinate by coordinate, or directions of one's own).
Where it charges finitely many they are gone through one by one; else directions come from uniforms, so that low-discrepancy
points do for random ones.

Source: the paper's remark on R^d (multivariate regular variation).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from heavysgd.landscape import Landscape
from heavysgd.noise import Angular, Independent, Isotropic, Noise, SpaceNoise
from heavysgd.theory.arguments import checked_landscape, checked_noise


def checked_directions(f: Landscape, directions: SpaceNoise | None, p_plus: float = 0.5) -> SpaceNoise | None:
    """`directions` for landscape `f`; an isotropic law is given back as None.

    Raises `ValueError` for a law of another dimension, for directions on a line, and for p_plus in R^d; and as
    `checked_landscape` does.
    """
    checked_landscape(f)
    if f.dimension == 1:
        if directions is not None:
            raise ValueError(f"directions = {directions!r}: is for landscapes in R^d; on a line p_plus says it all")
        return None
    if p_plus != 0.5:
        raise ValueError(f"p_plus = {p_plus!r}: is for landscapes on a line; in R^d give a law as directions=")
    if directions is None:
        return None
    if not isinstance(directions, SpaceNoise):
        raise ValueError(f"directions = {directions!r}: must be a law in R^d such as hs.Independent, or None for isotropic")
    if directions.dimension != f.dimension:
        raise ValueError(
            f"directions has dimension {directions.dimension} and the landscape {f.dimension}: must be the same"
        )
    return None if isinstance(directions, Isotropic) else directions


def law_of(f: Landscape, z: Noise) -> dict:
    """What `exit_measure` is to be told of the signs or directions of `z`.

    Raises `ValueError` where `z` is not a law in as many dimensions as `f`, and as `checked_landscape` does.
    """
    checked_landscape(f)
    checked_noise(z)
    if f.dimension != z.dimension:
        raise ValueError(f"noise has dimension {z.dimension} and the landscape {f.dimension}: must be the same")
    return {"p_plus": z.p_plus, "directions": None} if f.dimension == 1 else {"p_plus": 0.5, "directions": z}


def finitely_many(directions: Noise | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Unit vectors (n, d) and their probabilities (n,); None where sigma charges more than finitely many directions."""
    if isinstance(directions, Independent):
        both = np.concatenate([np.eye(directions.dimension), -np.eye(directions.dimension)])
        return both, np.full(len(both), 1 / len(both))
    if isinstance(directions, Angular):
        return np.array(directions.vectors), np.array(directions.weights)
    return None


def axis_weights(directions: Noise | None) -> np.ndarray | None:
    """Probability of going down or up each axis, shape (d, 2); None where sigma charges anything but the axes."""
    known = finitely_many(directions)
    if known is None or np.any(np.sum(known[0] != 0, axis=1) != 1):
        return None
    found = np.zeros((known[0].shape[1], 2))
    for vector, weight in zip(*known):
        axis = int(np.argmax(np.abs(vector)))
        found[axis, int(vector[axis] > 0)] += weight
    return found


def uniforms_for(dimension: int) -> int:
    """How many uniforms `isotropic` makes a direction of."""
    return 1 if dimension == 2 else dimension


def isotropic(u: np.ndarray, dimension: int) -> np.ndarray:
    """Directions (n, d), uniform on the sphere for uniforms `u`, shape (n, `uniforms_for(d)`), in (0, 1)."""
    if dimension == 2:
        angle = 2 * np.pi * u[:, 0]
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    normal = ndtri(np.clip(u, 1e-15, 1 - 1e-15))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)
