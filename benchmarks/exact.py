"""Mean exit times at equal error: the exact kernel, direct simulation, forward flux sampling; eta from 0.1 to 10^-7.

The paper's landscape, exits from Omega_2 without truncation and in two and three jumps. The exact kernel is run until it
states a relative error of 10^-4 or less. What the others would take to 10^-4 is computed, since no one runs them so far: a
simulated mean of n exits has a relative error of n^(-1/2), so that direct simulation takes (seconds a step) x (mean
exit time) / error^2, with the seconds a step measured here; forward flux sampling is run once where it takes no more than
minutes, and its time scaled by the squared ratio of errors. Written to _build/bench/exact.json, or with `--record` to
results/bench.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
import warnings
from typing import NamedTuple

import heavysgd as hs
from companion.ledger.origin import origin
from companion.paths import ROOT

LANDSCAPE, NOISE, BASIN = hs.landscapes.wang_oh_rhee(), hs.Lomax(1.2, 0.1), 1
THRESHOLDS, RATES = (None, 0.5, 0.28), tuple(10.0**-k for k in range(1, 8))
TOLERANCE, ROUNDS = 1e-4, 3
FLUX_DOWN_TO = 1e-4  # forward flux sampling costs of the order 1 / H(1 / eta): below, it would take hours
QUIET = {"progress": False, "threads": 1}


class Row(NamedTuple):
    """Seconds; `exact` is measured, `flux_run` too (None where it is not run), `direct` and `flux` are computed."""

    b: float | None
    eta: float
    mean: float
    error: float
    exact: float
    direct: float
    flux_run: float | None
    flux_error: float | None
    flux: float | None


def seconds(call) -> tuple[object, float]:
    """What a call gives, and how long it takes."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def seconds_a_step(b: float | None) -> float:
    """Of direct simulation, on one thread, where exits are frequent enough to be run."""
    sgd, start = hs.SGD(LANDSCAPE, NOISE, 0.05, b), LANDSCAPE.minima[BASIN]
    run = lambda: hs.first_exit(sgd, start, n_paths=1000, max_steps=10**12, seed=1, **QUIET)  # noqa: E731
    run()  # compile, warm up
    measured = [seconds(run) for _ in range(ROUNDS)]
    return statistics.median(took / int(exits.steps.sum()) for exits, took in measured)


def row(b: float | None, eta: float, step: float) -> Row:
    """One line of the table."""
    sgd, start = hs.SGD(LANDSCAPE, NOISE, eta, b), LANDSCAPE.minima[BASIN]
    solve = lambda: hs.exact.first_exit(sgd, start, tolerance=TOLERANCE)  # noqa: E731
    found, _ = seconds(solve)
    exact = statistics.median(seconds(solve)[1] for _ in range(ROUNDS))
    direct = step * found.mean / TOLERANCE**2
    if eta < FLUX_DOWN_TO:
        return Row(b, eta, found.mean, found.error, exact, direct, None, None, None)
    estimate, took = seconds(lambda: hs.exit_rate(sgd, BASIN, seed=2, trials=100, repetitions=8, **QUIET))
    apart = estimate.stderr / estimate.rate
    return Row(b, eta, found.mean, found.error, exact, direct, took, apart, took * (apart / TOLERANCE) ** 2)


def table(rows: list[Row]) -> str:
    """Time to a relative error of TOLERANCE, in seconds or in years."""
    lines = [f"{'b':>5}{'eta':>7}{'mean exit':>12}{'error':>9}{'exact':>9}{'direct*':>12}{'flux*':>12}   (flux as run)"]
    for r in rows:
        flux = "" if r.flux is None else told(r.flux)
        run = "" if r.flux is None else f"   {told(r.flux_run)} to {r.flux_error:.1%}"
        start = f"{r.b or 'none':>5}{r.eta:7.0e}{r.mean:12.5g}{r.error:9.1e}"
        lines.append(f"{start}{told(r.exact):>9}{told(r.direct):>12}{flux:>12}{run}")
    return "\n".join([*lines, "* computed, not run: see the head of this file"])


def told(took: float) -> str:
    """Seconds, or years."""
    return f"{took:.3g} s" if took < 3e7 else f"{took / 3.156e7:.2g} a"


def main() -> None:
    warnings.simplefilter("ignore", hs.AssumptionWarning)  # narrow wells that no path here visits are unstable
    steps = {b: seconds_a_step(b) for b in THRESHOLDS}
    rows = [row(b, eta, steps[b]) for b in THRESHOLDS for eta in RATES]
    print(table(rows))
    target = ROOT / ("results" if "--record" in sys.argv else "_build") / "bench" / "exact.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    record = {"nanoseconds_per_step": {str(b): 1e9 * s for b, s in steps.items()}, "rows": [r._asdict() for r in rows]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    record |= {"tolerance": TOLERANCE, "peak_mib": peak, "origin": origin(threads=1)}
    target.write_text(json.dumps(record, indent=1) + "\n")
    print(f"written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
