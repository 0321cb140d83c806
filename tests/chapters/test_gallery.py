"""The scripts of the page "Your own": each runs by itself, and what it prints is right."""

import os
import re
import subprocess
import sys

import pytest
from companion import paths

FOLDER = paths.CHAPTERS / "gallery"
SCRIPTS = {script.stem: script for script in FOLDER.glob("*.py")}
NUMBER = r"(\d[\d.]*)"


def said(name, tmp_path):
    """What a script prints, run alone in an empty folder; nothing may be said of errors or warnings."""
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib"), "TQDM_DISABLE": "1"}
    ran = subprocess.run(
        [sys.executable, "-W", "error", SCRIPTS[name]], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_every_script_is_short_and_on_the_page():
    page = (paths.CHAPTERS / "gallery.md").read_text()
    assert set(re.findall(r"literalinclude} gallery/(\w+)\.py", page)) == SCRIPTS.keys()
    for script in SCRIPTS.values():
        lines = script.read_text().splitlines()
        assert 10 <= len(lines) <= 40 and max(map(len, lines)) <= 88


@pytest.mark.parametrize("name", ["landscape", "noise"])
def test_a_simulated_exit_time_is_the_exact_one(tmp_path, name):
    found = re.search(rf"mean exit time .*?{NUMBER} ± {NUMBER}\D+exact {NUMBER}", said(name, tmp_path), re.S)
    simulated, error, exact = map(float, found.groups())
    assert abs(simulated - exact) < 4 * error < 0.2 * exact


def test_a_threshold_tells_basins_apart(tmp_path):
    widths = re.findall(rf"{NUMBER} wide, left by (\d+) jumps of {NUMBER}", said("landscape", tmp_path))
    assert [int(jumps) for _, jumps, _ in widths] == [-int(-float(width) // float(b)) for width, _, b in widths]


def test_momentum_lengthens_updates_and_mixes_basins(tmp_path):
    rows = [list(map(float, re.findall(r"\d\.\d*", line))) for line in said("recursion", tmp_path).splitlines()]
    assert [row[0] for row in rows] == [0.0, 0.5, 0.9]
    assert all(abs(sum(row[1:]) - 1) < 0.01 for row in rows) and rows[0][2] > rows[1][2] > rows[2][2]


def test_both_networks_are_trained(tmp_path):
    found = re.findall(rf"(plain|noisy): training loss {NUMBER}, sharpness {NUMBER} ± {NUMBER}", said("network", tmp_path))
    assert [name for name, *_ in found] == ["plain", "noisy"]
    assert all(float(loss) < 0.3 and float(sharpness) > 5 * float(error) for _, loss, sharpness, error in found)


def test_a_device_gives_the_same_steps_or_says_why_not(tmp_path):
    first, second = said("gpu", tmp_path).splitlines()
    assert re.search(rf"mean of {NUMBER} steps", first)
    assert "500 of 500 paths" in second or second.startswith("backend = 'cuda': ")


def test_blocks_of_a_cluster_are_stored(tmp_path):
    printed = said("cluster", tmp_path)
    slow, slower = (float(mean) for mean in re.findall(rf"mean exit time {NUMBER}", printed))
    assert slow < slower and printed.endswith("8 blocks stored\n")
