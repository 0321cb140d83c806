"""Long studies: blocks join to the whole, and a study that was killed goes on where it stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import distributed
import heavysgd as hs
import numpy as np
import pytest
from companion import paths
from heavysgd.simulate import stored

PAPER = hs.landscapes.wang_oh_rhee()
SGD = hs.SGD(PAPER, hs.Lomax(1.2, 0.1), 0.004, 0.5)
EXITS = {"sgd": SGD, "start": PAPER.minima[0], "n_paths": 50, "max_steps": 3000, "seed": 3}
CHAINS = {"sgd": SGD, "start": np.resize(PAPER.minima, 50), "n_paths": 50, "n_steps": 3000, "seed": 3}


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b))


@pytest.mark.parametrize(
    "simulation, case",
    [("first_exit", EXITS), ("hops", CHAINS | {"distance": 0.1}), ("occupation", CHAINS | {"bins": 20})],
)
def test_blocks_join_to_the_whole(tmp_path, simulation, case):
    whole = getattr(hs, simulation)(**case, progress=False)
    joined = hs.run_study(simulation, [case, case | {"seed": 4}], tmp_path, block=16, progress=False)
    assert same(joined[0], whole) and not same(joined[1], whole)
    assert len(list(tmp_path.glob("*.npz"))) == 8


def test_stored_blocks_are_not_run_again_and_grids_may_grow(tmp_path, monkeypatch):
    first = hs.run_study("first_exit", [EXITS], tmp_path, block=16, progress=False)
    runs = []
    simulate = stored.SIMULATIONS["first_exit"]
    monkeypatch.setitem(stored.SIMULATIONS, "first_exit", lambda **more: runs.append(more) or simulate(**more))
    again = hs.run_study("first_exit", [EXITS | {"seed": 9}, EXITS], tmp_path, block=16, progress=False)
    assert same(again[1], first[0]) and {run["seed"] for run in runs} == {9} and len(runs) == 4


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_any_executor_gives_the_same(tmp_path, kind, monkeypatch):
    monkeypatch.setenv("HEAVYSGD_THREADS", "1")
    makers = {"threads": ThreadPoolExecutor, "processes": lambda n: ProcessPoolExecutor(n, get_context("spawn"))}
    with makers[kind](2) as executor:
        found = hs.run_study("first_exit", [EXITS], tmp_path, block=25, executor=executor, progress=False)
    assert same(found[0], hs.first_exit(**EXITS, progress=False))


def test_a_cluster_of_two_workers_gives_the_same(tmp_path):
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        found = hs.run_study("first_exit", [EXITS], tmp_path, block=10, executor=client.get_executor(), progress=False)
        stored = client.run(lambda: __import__("heavysgd").__version__)
    assert same(found[0], hs.first_exit(**EXITS, progress=False)) and len(stored) == 2
    assert len(list(tmp_path.glob("*.npz"))) == 5


STUDY = textwrap.dedent("""
    import sys, heavysgd as hs
    f = hs.landscapes.wang_oh_rhee()
    sgd = hs.SGD(f, hs.Lomax(1.2, 0.1), 0.004, 0.5)
    case = {"sgd": sgd, "start": f.minima[1], "n_paths": 64, "n_steps": 1_000_000, "distance": 0.1, "seed": 5}
    hs.run_study("hops", [case], sys.argv[1], block=2, progress=False)
""")


def test_a_killed_study_goes_on_and_ends_the_same(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib")}
    running = subprocess.Popen([sys.executable, "-c", STUDY, str(tmp_path / "killed")], env=environment)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "killed").glob("*.npz"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    stored = {file: file.stat().st_mtime_ns for file in (tmp_path / "killed").glob("*.npz")}
    assert 3 <= len(stored) < 32  # it was killed on its way

    case = {"sgd": SGD, "start": PAPER.minima[1], "n_paths": 64, "n_steps": 1_000_000, "distance": 0.1, "seed": 5}
    resumed = hs.run_study("hops", [case], tmp_path / "killed", block=2, progress=False)
    assert all(file.stat().st_mtime_ns == written for file, written in stored.items())
    assert same(resumed[0], hs.hops(**case, progress=False)) and resumed[0].step.size > 50


def test_ctrl_c_says_that_the_study_can_go_on(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib")}
    # A test run in the background has Ctrl-C switched off, and what it starts inherits that.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", heard + STUDY, str(tmp_path / "stopped")]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "stopped").glob("*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    said, error = running.communicate()
    assert running.returncode != 0 and "KeyboardInterrupt" in error and "the same call goes on from there" in said
    stored = list((tmp_path / "stopped").glob("*.npz"))
    assert 2 <= len(stored) < 32 and all(same(hs.load(file), hs.load(file)) for file in stored)  # whole files only


def test_a_failing_case_keeps_what_was_done(tmp_path):
    bad = EXITS | {"start": PAPER.maxima[0]}
    with pytest.raises(ValueError, match="start = .*boundary"):
        hs.run_study("first_exit", [EXITS, bad], tmp_path, block=25, progress=False)
    assert len(list(tmp_path.glob("*.npz"))) == 2


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"simulation": "walk"}, "simulation = 'walk'"),
        ({"cases": [{"sgd": SGD}]}, "without 'n_paths'"),
        ({"cases": [{"n_paths": 3}]}, "without 'sgd'"),
        ({"block": 0}, "block = 0"),
    ],
)
def test_bad_input_is_named_before_anything_runs(tmp_path, change, reason):
    with pytest.raises(ValueError, match=reason):
        hs.run_study(**({"simulation": "first_exit", "cases": [EXITS], "folder": tmp_path / "new", "block": 16} | change))
    assert not (tmp_path / "new").exists()
