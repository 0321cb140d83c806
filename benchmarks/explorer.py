"""The numbers of the explorer page, exactly and in the limit: `make explorer`, some ten minutes.

For three landscapes and every tail index, threshold and learning rate that its sliders have: mean exit time of each basin
and share of time in it, by `heavysgd.exact`, beside what the limit theorems say. A setting that is there is found again
when the command is repeated; the record is results/explorer/explorer.json, with machine, versions and commit.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from itertools import product

import heavysgd as hs
import numpy as np
from companion.ledger.origin import origin
from companion.paths import ROOT
from companion.press.explorer.choices import ALPHAS, ETAS, LANDSCAPES, SCALE, Choice
from tqdm import tqdm

STORE, TARGET = ROOT / "_build" / "explorer.jsonl", ROOT / "results" / "explorer" / "explorer.json"
TOLERANCE, DIGITS = 1e-3, 4


def settings() -> Iterator[tuple[str, float, float | None, float]]:
    """Landscape, tail index, threshold, learning rate."""
    for name, choice in LANDSCAPES.items():
        for alpha, b, eta in product(ALPHAS, choice.thresholds, ETAS):
            yield name, alpha, b, eta


def measured(choice: Choice, alpha: float, b: float | None, eta: float) -> dict:
    """Exact exit times in steps and shares of time by basin; None where descent leaves the domain or digits are lost."""
    sgd = hs.SGD(choice.f, hs.Lomax(alpha, SCALE), eta, b)
    exits = [known(lambda m=m: hs.exact.first_exit(sgd, m, tolerance=TOLERANCE).mean) for m in choice.f.minima]
    shares = known(lambda: hs.exact.stationary(sgd, tolerance=TOLERANCE).basin_fraction.tolist())
    limit = [known(lambda i=i: hs.theory.mean_exit_time(sgd, i)) for i in range(choice.f.size)]
    return {"exits": exits, "limit": limit, "shares": shares}


def known(ask):
    """The answer, rounded; None where there is none."""
    try:
        answer = ask()
    except (ValueError, ArithmeticError):
        return None
    rounded = [float(f"{value:.{DIGITS}g}") for value in np.atleast_1d(answer)]
    if not np.isfinite(rounded).all():
        return None
    return rounded if isinstance(answer, list) else rounded[0]


def main() -> None:
    STORE.parent.mkdir(parents=True, exist_ok=True)
    lines = STORE.read_text().splitlines() if STORE.exists() else []
    there = {tuple(found["setting"]): found for found in map(json.loads, lines)}
    warnings.simplefilter("ignore")  # resonance and precision: both are in what is left out
    with STORE.open("a") as store:
        for setting in tqdm([*settings()], unit=" settings"):
            if setting not in there:
                name, *rest = setting
                there[setting] = {"setting": setting} | measured(LANDSCAPES[name], *rest)
                store.write(json.dumps(there[setting]) + "\n")
                store.flush()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    record = {"origin": origin(), "settings": [there[setting] for setting in settings()]}
    TARGET.write_text(json.dumps(record, allow_nan=False).replace('{"setting"', '\n{"setting"') + "\n")
    print(f"{len(record['settings'])} settings written to {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
