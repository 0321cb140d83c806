"""The page on the engine: ratios and goals, splits, paired ratios, memory."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.engine import study as engine

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)


def test_ratios_to_plain_steps_and_their_goals():
    times = {"heavysgd, plain steps": [2.0, 1.0, 3.0], "pure Python": [700.0], "NumPy, 1 000 paths": [40.0]}
    times |= {name: [3.0] for name in engine.KINDS}
    found = {name: rest for name, *rest in engine.ratios({"nanoseconds_per_step": times})}
    assert found["pure Python"] == [350.0, 300, True] and found["NumPy, 1 000 paths"] == [20.0, 25, False]
    assert found["heavysgd, hops"] == [1.5, 1.6, True] and found["heavysgd, plain steps, float32"][2] is False
    assert len(found) == 2 + len(engine.KINDS)
    plane = {"line, exits": [1.0], "plane, exits": [2.0, 4.0], "line, hops": [3.0], "plane, hops": [5.0]}
    assert engine.plane_costs({"nanoseconds_per_step": plane}) == [("exits", 1.0, 3.0), ("hops", 3.0, 5.0)]


def test_runs_in_pieces_are_the_same_and_another_seed_is_not():
    assert engine.split_differences(hs.SGD(PAPER, NOISE, 0.004, 0.5), 0, 31, 2000, seed=1) == (0, 31)


def test_a_paired_ratio_has_the_error_of_its_differences():
    double = np.random.default_rng(0).exponential(5.0, 4000)
    single = 1.01 * double + np.random.default_rng(1).normal(0, 0.1, 4000)
    found = engine.paired_ratio(single, double)
    assert found.value == pytest.approx(single.mean() / double.mean())
    assert found.stderr == pytest.approx(0.1 / np.sqrt(4000) / 5.0, rel=0.05)


def test_memory_is_that_of_what_is_kept():
    steps = 100_000
    (few, kept), (counted,) = engine.peak_memory("every step kept", 64, steps), engine.peak_memory("occupation", steps)
    assert kept - counted == pytest.approx(64 * steps * 8 / 1024, rel=0.3)  # KiB of doubles
    assert few == pytest.approx(counted, rel=0.1)


def device_record(n=20_000, paths=50_000, seed=3):
    """Exits as they would be counted, each row with the exact kernel's probability."""
    rng, rows = np.random.default_rng(seed), []
    for b, eta in ((None, 0.004), (0.5, 0.004)):
        exit = hs.exact.first_exit(hs.SGD(PAPER, NOISE, eta, b), PAPER.minima[1], tolerance=1e-4)
        p = float(1 - exit.survival(n // 10))
        rows.append({"b": b, "eta": eta, "max_steps": n // 10, "paths": paths, "exact_exits": paths * p})
        rows[-1]["exits"] = int(rng.binomial(paths, p))
    return {"exits": rows}


def test_exits_on_a_device_fit_the_exact_kernel_and_no_other_tail():
    fits = [engine.exits_fit(device_record(seed=seed)).value for seed in range(20)]
    assert min(fits) > 1e-3 and 0.2 < np.mean(fits) < 0.8
    assert engine.exits_fit(device_record(), 1.2).value == pytest.approx(engine.exits_fit(device_record()).value, rel=1e-2)
    assert engine.exits_fit(device_record(), 1.25).value < 1e-6
