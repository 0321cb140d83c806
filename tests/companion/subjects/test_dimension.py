"""The closed forms of the chapter on dimension, against samples and against the library's own integrals."""

import json
import sys

import heavysgd as hs
import numpy as np
import pytest
from companion import paths
from companion.subjects.dimension import study as dimension
from heavysgd.inference import Measured
from scipy import stats

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import dimension as recorded_study  # noqa: E402

LAW = hs.Lomax(1.8, 0.1)


@pytest.mark.parametrize("d", [2, 3, 8])
def test_moments_of_a_direction(d):
    first = hs.Isotropic(LAW, d).directions(400_000, np.random.default_rng(d))[:, 0]
    for least in (0.0, 0.3, 0.8):
        found = np.where(first > least, np.abs(first) ** 1.8, 0.0)
        error = found.std() / np.sqrt(found.size)
        assert abs(dimension.aimed_power(1.8, d, least) - found.mean()) < 4 * error
    assert dimension.aimed_power(1.8, d, 0.0) == pytest.approx(dimension.mean_power(1.8, d) / 2)
    assert dimension.mean_power(2.0, d) == pytest.approx(1 / d)


@pytest.mark.parametrize("b", [None, 1.25, 0.9])
def test_on_a_line_all_constants_are_the_line_s(b):
    expected = hs.theory.exit_rates(dimension.landscape(1), 1.8, b)[0]
    for kind in ("isotropic", "independent"):
        for truncation in ("norm", "coordinates"):
            assert dimension.constant(1.8, 1, kind, b, truncation) == pytest.approx(expected, rel=1e-5)


def test_constants_in_space_are_those_of_the_limit_paths():
    for d, b in ((2, 1.25), (3, 1.25), (2, 0.9)):
        value, error = hs.theory.exit_measure(dimension.landscape(d), 1.8, b, return_error=True, n_paths=16_384)
        assert abs(value[0, 1] - dimension.constant(1.8, d, "isotropic", b)) < 4 * error[0, 1] + 1e-3 * value[0, 1]
    axes = hs.Independent(LAW, 3)
    value = hs.theory.exit_measure(dimension.landscape(3), 1.8, 0.9, directions=axes)[0, 1]
    per_coordinate = value * 3**2  # the library counts in units of H = 3 H_coordinate
    assert per_coordinate == pytest.approx(dimension.constant(1.8, 3, "independent", 0.9), rel=1e-4)


def test_three_jumps_are_refused():
    with pytest.raises(ValueError, match="3 jumps"):
        dimension.constant(1.8, 4, "isotropic", 0.4)


@pytest.mark.parametrize("d", [1, 2, 3, 16])
def test_the_first_coordinate_has_its_law(d):
    alone = dimension.FirstCoordinate(1.8, 0.1, d).sample(20_000, seed=1)
    whole = dimension.noise("isotropic", LAW, d).sample(20_000, seed=2)
    whole = whole if d == 1 else whole[:, 0]
    assert stats.ks_2samp(alone, whole).pvalue > 1e-3
    assert stats.ks_2samp(alone, 1.2 * whole).pvalue < 1e-3


def test_readings_find_what_was_put_in():
    rng = np.random.default_rng(0)
    made = [
        dimension.Exits(d, 0.1, rng.exponential(100 / dimension.mean_power(1.8, d) ** 2, 4000), 100.0) for d in (1, 4, 16)
    ]
    assert abs(dimension.paid(made, 1.8).value - 2) < 4 * dimension.paid(made, 1.8).stderr
    same = [dimension.Exits(d, 0.1, rng.exponential(100, 2000), 100.0) for d in (1, 16)]
    assert dimension.alike(*same).value > 1e-3 > dimension.alike(made[0], made[2]).value
    assert abs(dimension.power_of_dimension(same).value) < 4 * dimension.power_of_dimension(same).stderr
    assert dimension.limit_power_of_dimension(same) == pytest.approx(0, abs=1e-12)
    assert isinstance(same[0].ratio, Measured) and abs(same[0].ratio.value - 1) < 4 * same[0].ratio.stderr


def test_predictions_of_a_neighbouring_law():
    made = [
        dimension.Exits(d, 0.1, np.full(9, 5.0), dimension.predicted_mean("isotropic", d, LAW, 0.1, None, "norm"))
        for d in (1, 16)
    ]
    ratio, factor = dimension.over_another(made[1], hs.Lomax(1.7, 0.1))
    tails = hs.Lomax(1.7, 0.1).tail(10.0) / LAW.tail(10.0)
    powers = dimension.mean_power(1.7, 16) / dimension.mean_power(1.8, 16)
    assert ratio == made[1].ratio and factor == pytest.approx(dimension.WIDTH**0.1 * powers * tails)
    other = dimension.limit_power_of_dimension([e._replace(times=np.array([4.0, 6.0])) for e in made], hs.Lomax(1.6, 0.1))
    assert other == pytest.approx(-np.log(dimension.mean_power(1.6, 16)) / np.log(16))


def test_the_recorded_study_asks_for_each_case_once_and_the_record_holds_them():
    cases = recorded_study.cases()
    assert len(set(cases)) == len(cases)
    assert {case.dimension for case in cases} == set(recorded_study.DIMENSIONS) <= set(dimension.LADDER)
    assert recorded_study.simulation(cases[-1], 0)["sgd"].dimension == cases[-1].dimension
    record = json.loads(recorded_study.TARGET.read_text())
    assert [{k: v for k, v in run.items() if k != "times"} for run in record["runs"]] == [c._asdict() for c in cases]
    assert all(len(run["times"]) == run["exits"] for run in record["runs"])
