"""The law of exits: destinations, neighbouring constants, how slowly the limit is reached."""

from __future__ import annotations

import re

import heavysgd as hs
import numpy as np
from heavysgd.inference import Measured

from companion.ledger.seeds import derived
from companion.subjects.common.exit_study import ExitStudy, exit_study, quiet_sgd


def over_another(study: ExitStudy, f, basin: int, noise: hs.Noise, b: float | None) -> float:
    """Predicted mean of the study's first learning rate over that of another noise and threshold."""
    other = hs.theory.mean_exit_time(quiet_sgd(f, noise, study.etas[0], b), basin)
    return float(study.predicted[0] / other)


def slug(text: str) -> str:
    """`text` as part of a claim's id."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def destination_counts(sgd: hs.SGD, basin: int, n_exits: int, seed: int) -> np.ndarray:
    """How many exits from `basin` go to each basin, shape (k,)."""
    exits = hs.first_exit(sgd, sgd.landscape.minima[basin], n_paths=n_exits, max_steps=10**9, seed=seed)
    return np.bincount(exits.basin, minlength=sgd.landscape.size)


def share_over_limit(counts: np.ndarray, law: np.ndarray, j: int) -> Measured:
    """Share of destination j over its limit, binomial standard error."""
    share = counts[j] / counts.sum()
    return Measured(float(share / law[j]), float(np.sqrt(share * (1 - share) / counts.sum()) / law[j]))


def approach_series(paper: ExitStudy, n_exits: int, slow_exits: int, seed: int) -> dict[str, ExitStudy]:
    """The paper's study beside quadratic wells in which big jumps are more and less rare, by the name for a legend."""
    well = hs.landscapes.quadratic_well()
    settings = [
        (1.5, 1.0, None, [0.1, 0.03, 0.01, 0.003, 0.001], n_exits),
        (1.5, 0.5, 0.6, [0.02, 0.01, 0.005, 0.002], slow_exits),
        (1.8, 0.1, None, [0.1, 0.03, 0.01], n_exits),
    ]
    series = {"paper's landscape, $\\alpha = 1.2$, $l^* = 2$": paper}
    for k, (alpha, scale, b, etas, size) in enumerate(settings):
        study = exit_study(well, hs.Lomax(alpha, scale), b, 0, etas, size, 10**9, derived(seed, "well", k))
        series[f"well, $\\alpha = {alpha}$, scale {scale:g}, $l^* = {study.jumps}$"] = study
    return series
