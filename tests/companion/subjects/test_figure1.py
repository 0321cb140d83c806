"""Chapter 3: shares of time and their errors."""

from types import SimpleNamespace

import numpy as np
import pytest
from companion.subjects.common import measurements
from companion.subjects.figure1 import study as figure1


def test_means_over_groups_do_not_count_the_design_as_scatter():
    per_path = np.array([0.0, 1.0, 0.2, 0.8, 0.1, 0.9])  # groups 0, 1, 0, 1, 0, 1
    found = measurements.mean_over_groups(per_path, 2)
    variance = np.var([0.0, 0.2, 0.1], ddof=1) / 3 + np.var([1.0, 0.8, 0.9], ddof=1) / 3
    assert (found.value, found.stderr) == pytest.approx((0.5, np.sqrt(variance) / 2))


def test_shares_of_an_occupation():
    first, third = np.array([0.7, 0.5, 0.0, 1.0, 0.2, 0.0]), np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.4])
    by_path = np.stack([first, 1 - first - third, third], axis=1)
    seen = SimpleNamespace(basin_fraction=by_path.mean(axis=0), basin_fraction_by_path=by_path)
    assert figure1.share(seen, [0, 1]).value == pytest.approx(by_path[:, :2].sum() / 6)
    assert figure1.least_visited(seen).value == pytest.approx(0.5 / 6) and figure1.leavers(seen) == 5
