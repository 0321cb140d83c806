"""Paired comparisons over seeds: exact on small examples, and Student's law decides with few seeds."""

from dataclasses import replace

import numpy as np
import pytest
from companion.ledger.rules import AtLeast, Covers
from companion.subjects.networks import ablation
from heavysgd.inference import Measured
from scipy import stats


def runs(**methods):
    """Runs with a `score` for each method and seed."""
    return [{"method": m, "seed": s, "score": v} for m, values in methods.items() for s, v in enumerate(values)]


def test_differences_are_taken_seed_by_seed():
    found = ablation.difference(runs(a=[1.0, 2.0, 4.0], b=[0.5, 1.0, 2.5]), "a", "b", "score")
    assert found.value == pytest.approx(1.0) and found.dof == 2
    assert found.stderr == pytest.approx(0.5 / np.sqrt(3))  # differences 0.5, 1, 1.5


def test_seeds_that_one_method_lacks_are_left_out():
    found = runs(a=[1.0, 2.0, 4.0], b=[0.5, 1.0, 2.5])[:-1]
    assert ablation.seeds(found) == [0, 1]
    assert ablation.difference(found, "a", "b", "score").value == pytest.approx(0.75)


def test_ratios_are_in_decades():
    found = ablation.log_ratio(runs(a=[1.0, 10.0], b=[10.0, 1000.0]), "a", "b", "score")
    assert found.value == pytest.approx(-1.5) and found.stderr == pytest.approx(0.5)


def test_what_is_missing_is_said():
    with pytest.raises(ValueError, match="'c': no such runs; there are a, b"):
        ablation.average(runs(a=[1.0, 2.0], b=[1.0, 2.0]), "c", "score")
    with pytest.raises(ValueError, match="1 values: an error needs two"):
        ablation.average(runs(a=[1.0]), "a", "score")
    assert np.isnan(ablation.of(runs(a=[None, 2.0]), "a", "score")[0])


def test_few_seeds_take_students_quantile():
    found = Measured(1.0, 0.4, dof=3)
    assert found.interval()[0] == pytest.approx(1 - stats.t.ppf(0.975, 3) * 0.4)
    assert AtLeast(0.97).holds(0.0, Measured(1.0, 0.4)) and not AtLeast(0.99).holds(0.0, found)


def test_intervals_cover_a_true_mean_as_often_as_they_say_and_normal_ones_do_not():
    rng, confidence, n = np.random.default_rng(5), 0.9, 4000
    samples = rng.standard_normal((n, 4))
    student = sum(Covers(confidence).holds(0.0, ablation.mean(row)) for row in samples)
    normal = sum(Covers(confidence).holds(0.0, replace(ablation.mean(row), dof=np.inf)) for row in samples)
    spread = np.sqrt(n * confidence * (1 - confidence))
    assert abs(student - confidence * n) < 4 * spread < abs(normal - confidence * n)


def test_the_map_puts_cells_where_their_settings_say():
    cells = [
        {"method": f"clip {g:g}, c {c:g}", "seed": s, "score": 100 * g + c + s,
         "settings": {"b": 0.05 * g, "lr": 0.05, "noise": {"c": c}}}
        for g in (5.0, 2.5) for c in (1.0, 0.5) for s in (0, 2)
    ]  # fmt: skip
    clips, scales, found = ablation.grid(cells, "score")
    assert (clips, scales) == ([2.5, 5.0], [0.5, 1.0]) and np.allclose(found, [[251.5, 252], [501.5, 502]])


def test_rank_correlation_of_means_and_within_methods():
    down = runs(a=[1.0, 1.1, 0.9, 1.05], b=[2.0, 2.2, 1.9, 2.1], c=[3.0, 3.1, 2.9, 3.3])
    for r in down:
        r["other"] = -r["score"]
    assert ablation.rank_correlation(down, "score", "other", ["a", "b", "c"], seed=0).value == pytest.approx(-1)
    # Each method is given the next one's: (1, 2, 3) against (-3, -1, -2).
    shifted = ablation.rank_correlation(down, "score", "other", ["a", "b", "c"], seed=0, shift=1)
    assert shifted.value == pytest.approx(0.5)
    assert ablation.within_methods(down, "score", "other", ["a", "b", "c"]).value == pytest.approx(-1)
