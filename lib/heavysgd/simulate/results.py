"""What simulations return: arrays side by side, saved and loaded without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np


class FirstExit(NamedTuple):
    """First exits of n paths from one attraction field.

    steps : (n,) int64, the first n with X_n outside the field; max_steps where censored.
    basin : (n,) int64, where it went; -1 where censored, `Landscape.outside` past open ends.
    censored : (n,) bool, not out after max_steps. Never average `steps` over these: see `inference.censored_mean`.
    position : (n,) float64, X at that step.
    """

    steps: np.ndarray
    basin: np.ndarray
    censored: np.ndarray
    position: np.ndarray


class Occupation(NamedTuple):
    """Where n_paths paths spent their steps 1 .. n_steps.

    edges : (bins + 1,) float64.
    counts : (bins,) int64, visits of all paths together.
    basin_fraction : (k,) float64, share of all steps in each attraction field.
    basin_fraction_by_path : (n_paths, k) float64, the same path by path, for standard errors.
    final : (n_paths,) float64, the last positions.
    """

    edges: np.ndarray
    counts: np.ndarray
    basin_fraction: np.ndarray
    basin_fraction_by_path: np.ndarray
    final: np.ndarray


_KINDS = {kind.__name__: kind for kind in (FirstExit, Occupation)}


def save(path: str | Path, result: FirstExit | Occupation) -> None:
    """Writes a result as .npz; `load` gives it back. Raises `ValueError` for anything else than a result."""
    if type(result) not in _KINDS.values():
        raise ValueError(f"result = {type(result).__name__}: must be one of {sorted(_KINDS)}")
    with open(path, "wb") as file:
        np.savez_compressed(file, kind=type(result).__name__, **result._asdict())


def load(path: str | Path) -> FirstExit | Occupation:
    """Reads what `save` wrote, without pickle. Raises `ValueError` for a file of another making."""
    with np.load(path, allow_pickle=False) as file:
        kind = _KINDS.get(str(file["kind"]) if "kind" in file else "")
        if kind is None or set(file) != {"kind", *kind._fields}:
            raise ValueError(f"{path}: not a result saved by heavysgd.save")
        return kind(*(file[name] for name in kind._fields))
