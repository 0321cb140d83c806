"""The peers of the benchmark do the same work: the same gradient, and every one that is installed runs."""

import sys

import numpy as np
import pytest
from companion import paths

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import peers  # noqa: E402
import steps  # noqa: E402


@pytest.mark.parametrize("modules", ["math", "numpy"])
def test_peers_use_the_exact_gradient(modules):
    at = np.linspace(-1.59, 1.59, 101)
    slope = peers.gradient(modules)
    assert np.allclose([slope(t) for t in at], peers.LANDSCAPE.gradient(at), rtol=1e-9)


def test_missing_peers_are_named_and_the_others_run(monkeypatch):
    def lacking():
        raise ImportError("No module named 'nowhere'", name="nowhere")

    short = {"NumPy": (peers.numpy, 10, 3), "nowhere": (lacking, 10, 3)}
    monkeypatch.setattr(steps, "PEERS", short)
    found, missing = steps.installed_peers()
    assert list(found) == ["NumPy"] and missing == ["nowhere (nowhere is not installed)"]
    times = steps.measure(found, rounds=3)
    assert len(times["NumPy"]) == 3 and min(times["NumPy"]) > 0
