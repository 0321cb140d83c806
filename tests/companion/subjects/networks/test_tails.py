"""Two lines through one setting: which runs lie on them, and slopes per decade by seed."""

import numpy as np
import pytest
from companion.subjects.networks import tails


def run(method, seed, alpha, c, sharpness=1.0, accuracy=0.5, b=0.5):
    law = {"law": "ParetoFactor", "alpha": alpha, "c": c} if alpha else None
    settings = {"noise": law, "name": method, "b": b}
    return {"method": method, "seed": seed, "settings": settings, "sharpness": sharpness, "test_accuracy": accuracy}


def cross(seed, sharpness=lambda alpha, mean: 1.0, accuracy=lambda alpha, mean: 0.5):
    """Runs of one seed: three tail indices at mean 5, three means at index 1.4, and one without noise."""
    settings = {"Our 2": (1.4, 2.0), "a": (1.1, 0.5), "b": (11.0, 50.0), "c": (1.4, 1.0), "d": (1.4, 8.0)}
    of = {name: (alpha, c / (alpha - 1)) for name, (alpha, c) in settings.items()}
    there = [run(name, seed, *settings[name], sharpness(*of[name]), accuracy(*of[name])) for name in settings]
    return [*there, run("SB", seed, None, None)]


def lines(runs):
    return tails.line(runs, "alpha", "mean"), tails.line(runs, "mean", "alpha")


def test_a_line_holds_what_differs_in_the_law_of_z_alone():
    runs = [*cross(0), run("another threshold", 0, 1.2, 1.0, b=0.25), run("c kept", 0, 3.0, 2.0)]
    by_index, by_mean = lines(runs)
    assert by_index == {1.1: "a", 1.4: "Our 2", 11.0: "b"}
    assert list(by_mean.values()) == ["c", "Our 2", "d"] and list(by_mean) == pytest.approx([2.5, 5.0, 20.0])
    assert tails.line(runs, "alpha", "c") == {1.4: "Our 2", 3.0: "c kept"}
    assert tails.line(runs, "alpha", "mean", "another threshold") == {1.2: "another threshold"}


def test_a_power_law_has_its_exponent_as_slope_and_seeds_give_the_error():
    runs = [
        r for seed in range(4) for r in cross(seed, lambda alpha, mean: (1 + seed) * alpha**0.5 * mean ** -(1 + 0.1 * seed))
    ]
    by_index, by_mean = lines(runs)
    index, mean = tails.per_decade(runs, by_index), tails.per_decade(runs, by_mean)
    assert index.value == pytest.approx(0.5) and index.stderr == pytest.approx(0, abs=1e-12)
    assert mean.value == pytest.approx(-1.15)
    assert mean.stderr == pytest.approx(np.std([1.0, 1.1, 1.2, 1.3], ddof=1) / 2)


def test_shares_are_followed_as_such_and_only_seeds_that_all_have_count():
    runs = cross(0, accuracy=lambda alpha, mean: 0.1 * np.log10(mean)) + cross(
        1, accuracy=lambda alpha, mean: 0.3 * np.log10(mean)
    )
    runs += [run("c", 2, 1.4, 1.0, accuracy=9.0)]
    assert tails.per_decade(runs, lines(runs)[1], "test_accuracy").value == pytest.approx(0.2)


def test_the_figure_is_given_ticks_and_means_of_both_lines():
    (first, (ticks, accuracy, sharpness)), (second, (others, *_)) = tails.series(cross(0) + cross(1)).items()
    assert ticks == ["1.1", "1.4", "11"] and others == ["2.5", "5", "20"]
    assert [m.value for m in accuracy] == [0.5] * 3 and [m.value for m in sharpness] == [1.0] * 3
    assert "one mean" in first and "1.4" in second
