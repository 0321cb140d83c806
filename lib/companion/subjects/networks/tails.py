"""Is it the tail of Z that flattens, or its mean? Our 2 along two lines: tail indices at one mean, means at one index.

On each line a quantity is followed per decade: of the tail index alpha, where a heavier tail is a smaller alpha, or of the
mean E Z = c / (alpha - 1). The lines cross at the setting of the runs called Our 2.
"""

from __future__ import annotations

from math import isclose

import numpy as np
from heavysgd.inference import Measured, mean

from companion.subjects.networks import ablation

Line = dict[float, str]  # methods by tail index, or by mean of Z


def line(runs: ablation.Runs, vary: str, keep: str, own: str = "Our 2") -> Line:
    """Methods by the quantity `vary` of their Z, of those that keep `keep` as the method `own` has it: alpha, c or mean.

    In all other settings they must be like that method, too.
    """
    settings = {r["method"]: r["settings"] for r in runs if "alpha" in (r["settings"]["noise"] or {})}
    like = {method: found for method, found in settings.items() if _but_for_z(found) == _but_for_z(settings[own])}
    laws = {method: _law(found["noise"]) for method, found in like.items()}
    return dict(sorted((law[vary], method) for method, law in laws.items() if isclose(law[keep], laws[own][keep])))


def _but_for_z(settings: dict) -> dict:
    return settings | {"noise": None, "name": None}


def _law(noise: dict) -> dict[str, float]:
    return {"alpha": noise["alpha"], "c": noise["c"], "mean": noise["c"] / (noise["alpha"] - 1)}


def per_decade(runs: ablation.Runs, methods: Line, what: str = "sharpness") -> Measured:
    """Slope of a measurement (of log10 of it, for sharpness) against log10 of what the line varies.

    By least squares at each seed, whose runs share all that is random; the mean over the seeds, with Student's error.
    """
    by_seed = [ablation.of(runs, method, what) for method in methods.values()]
    common = sorted(set.intersection(*(set(found) for found in by_seed)))
    table = np.array([[found[seed] for seed in common] for found in by_seed])
    values = table if what in ablation.DIFFERENCES else np.log10(table)
    return mean(list(np.polyfit(np.log10(list(methods)), values, 1)[0]))


def series(runs: ablation.Runs) -> dict[str, tuple[list[str], list[Measured], list[Measured]]]:
    """For `figures.sensitivity`: ticks, held-out accuracy and sharpness along both lines."""
    by_mean = line(runs, "mean", "alpha")
    alpha = next(r["settings"]["noise"]["alpha"] for r in runs if r["method"] in by_mean.values())
    titles = {
        r"tail index $\alpha$, at one mean": line(runs, "alpha", "mean"),
        rf"mean of $Z$, at $\alpha = {alpha:g}$": by_mean,
    }
    return {
        title: (
            [f"{value:.3g}" for value in methods],
            [ablation.average(runs, method, "test_accuracy") for method in methods.values()],
            [ablation.average(runs, method, "sharpness") for method in methods.values()],
        )
        for title, methods in titles.items()
    }
