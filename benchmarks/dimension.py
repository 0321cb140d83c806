"""Exits in d = 1, 2, 4, 8 and 64 with all coordinates run, as a recorded study: `make dimension`.

Blocks of paths are stored as they end under _build/dimension and found again when the command is repeated. What is there
goes to results/space/dimension.json with settings, machine, versions and commit, which the book shows. On one idle core it
takes some minutes, most of them compilation: one kernel for each d, kind of noise and kind of truncation.
"""

from __future__ import annotations

import json
import warnings
from typing import NamedTuple

import heavysgd as hs
from companion.ledger.origin import origin
from companion.paths import ROOT
from companion.subjects.dimension.study import landscape, noise

STORE, TARGET = ROOT / "_build" / "dimension", ROOT / "results" / "space" / "dimension.json"
ALPHA = 1.8
DIMENSIONS = (1, 2, 4, 8, 64)  # each costs a compilation or three; where the norm is not cut, the chapter fills the gaps
RARE, FREQUENT = (0.1, 0.1), (0.3, 0.05)  # scale of the noise and eta, for exits in one jump and in two


class Case(NamedTuple):
    """One measurement: where, with what noise, cut how, how often."""

    series: str
    kind: str
    dimension: int
    scale: float
    eta: float
    b: float | None
    truncation: str
    exits: int


def cases() -> list[Case]:
    """All measurements. Where nothing is cut the kind of truncation is of no matter, and "coordinates" saves a kernel."""
    found = []
    for d in (d for d in DIMENSIONS if d <= 8):
        for kind in ("isotropic", "independent") if d > 1 else ("isotropic",):
            found.append(Case("free", kind, d, *RARE, None, "coordinates", 400))
            found.append(Case("coordinates", kind, d, *FREQUENT, 0.9, "coordinates", 200 if d <= 4 else 150))
    for d in (4, 8):
        found.append(Case("norm, one jump", "isotropic", d, *RARE, 1.25, "norm", 400))
    found.append(Case("norm, two jumps", "isotropic", 4, *FREQUENT, 0.9, "norm", 100))
    found.append(Case("norm, two jumps", "independent", 8, *FREQUENT, 0.9, "norm", 200))
    for d in (d for d in DIMENSIONS if d > 8):
        found.append(Case("free", "independent", d, *RARE, None, "coordinates", 200))
        found.append(Case("coordinates", "independent", d, *FREQUENT, 0.9, "coordinates", 150))
        found.append(Case("free", "isotropic", d, *RARE, None, "coordinates", 200))
    return found


def simulation(case: Case, number: int) -> dict:
    """The arguments of `first_exit`."""
    f = landscape(case.dimension)
    law = noise(case.kind, hs.Lomax(ALPHA, case.scale), case.dimension)
    sgd = hs.SGD(f, law, case.eta, case.b, truncation=case.truncation)
    return {"sgd": sgd, "start": f.minima[0], "n_paths": case.exits, "max_steps": 10**12, "seed": 500 + number}


def main() -> None:
    warnings.simplefilter("ignore", hs.StabilityWarning)
    planned = cases()
    found = hs.run_study("first_exit", [simulation(case, k) for k, case in enumerate(planned)], STORE, block=128)
    runs = [case._asdict() | {"times": exits.steps.tolist()} for case, exits in zip(planned, found)]
    record = {"alpha": ALPHA, "origin": origin(threads=1), "runs": runs}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(record, allow_nan=False).replace('{"series"', '\n{"series"') + "\n")  # a line for each run
    print(f"{len(runs)} runs written to {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
