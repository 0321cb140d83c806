"""`python -m heavysgd`: the machine told, and three ways to one exit time that agree where they should."""

import os
import re
import subprocess
import sys

import heavysgd as hs
from companion import paths


def test_the_machine_and_an_exit_time_three_ways():
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib"), "HEAVYSGD_THREADS": "1"}
    command = [sys.executable, "-m", "heavysgd"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert f"heavysgd {hs.__version__}" in told and "CPU: 1 threads" in told and "GPU:" in told
    number = lambda name: float(re.search(rf"{name} +([\d,.]+)", told).group(1).replace(",", ""))  # noqa: E731
    exact, error = number("exact"), number("standard error")
    assert abs(number("simulated") - exact) < 4 * error < 0.1 * exact
    assert 1.1 * exact < number("limit") < 1.5 * exact  # at this learning rate the limit is not reached
