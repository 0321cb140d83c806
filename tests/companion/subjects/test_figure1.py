"""Chapter 3: shares of time, sets of paths, dots and what chance does to them."""

import heavysgd as hs
import numpy as np
import pytest
from companion.subjects.common import measurements
from companion.subjects.figure1 import dots, reported, scores, sets, study, tables
from heavysgd.inference import Measured
from scipy import stats

PAPER = hs.landscapes.wang_oh_rhee()
NOISE = hs.Lomax(1.2, 0.1)
LONG = 1e12  # nothing is cut off


def paths(basins, every=1000):
    """Paths that sit at the minima of the basins named, one row a path."""
    return study.Paths(hs.SGD(PAPER, NOISE, 1e-3), PAPER.minima[np.array(basins)], every)


def test_means_over_groups_do_not_count_the_design_as_scatter():
    per_path = np.array([0.0, 1.0, 0.2, 0.8, 0.1, 0.9])  # groups 0, 1, 0, 1, 0, 1
    found = measurements.mean_over_groups(per_path, 2)
    variance = np.var([0.0, 0.2, 0.1], ddof=1) / 3 + np.var([1.0, 0.8, 0.9], ddof=1) / 3
    assert (found.value, found.stderr) == pytest.approx((0.5, np.sqrt(variance) / 2))


def test_shares_of_records_leave_the_start_out():
    found = paths([[2, 2, 1, 1, 0], [2, 2, 2, 2, 2], [2, 3, 3, 3, 3], [2, 2, 2, 1, 2]])
    assert found.by_path.tolist() == [[0.25, 0.5, 0.25, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0.25, 0.75, 0]]
    assert found.leavers() == 3 and found.first(2).leavers() == 1
    assert found.upto(2000).by_path[0].tolist() == [0, 0.5, 0.5, 0]
    share = found.share([0, 2])
    assert share.value == 0.5625 and share.dof == 3
    assert share.stderr == pytest.approx(np.std([0.5, 1, 0, 0.75], ddof=1) / 2)
    assert found.least_visited().value == 0.0625
    assert found.sets(2) == pytest.approx(np.array([[0.125, 0.25, 0.625, 0], [0, 0.125, 0.375, 0.5]]))
    assert len(found.sets(3)) == 1


def test_records_are_those_of_the_paths():
    sgd = hs.SGD(PAPER, NOISE, 0.004, 0.5)
    found = study.record(sgd, 0.3, 3000, 4, seed=3, every=10)
    whole = hs.occupation(sgd, 0.3, n_steps=3000, n_paths=4, seed=3, progress=False).basin_fraction_by_path
    assert found.positions.shape == (4, 301) and np.all(found.positions[:, 0] == 0.3)
    assert found.by_path == pytest.approx(whole, abs=0.02) and 0 < found.share([3]).value


def test_expectations_and_the_ratio_at_the_papers_rate():
    exact = study.expected(hs.SGD(PAPER, NOISE, 1e-3, 0.5), reported.START, [3_000_000, 10_000_000])
    assert exact.at(3_000_000) == pytest.approx([0.0118, 0.5703, 0.0085, 0.4094], abs=1.1e-4)
    assert exact.stationary == pytest.approx([0.0177, 0.8475, 0.0022, 0.1327], abs=6e-5)
    alone = study.expected_share(hs.SGD(PAPER, NOISE, 1e-3, 0.5), reported.START, 10_000_000)
    assert alone == pytest.approx(exact.at(10_000_000), abs=1e-4)
    found = study.sharp_ratio(PAPER, NOISE, 1e-3, 0.5, [0, 2])
    assert found.value == pytest.approx(0.0996, abs=5e-5) and 0 < found.stderr < 1e-5
    assert study.sharp_ratio(PAPER, NOISE, 2e-3, 0.5, [0, 2]).value == pytest.approx(0.1143, abs=5e-5)


def drawn_paths(n_paths, seed=0):
    """Paths whose records are independent draws of basins."""
    rng = np.random.default_rng(seed)
    law = rng.dirichlet([2, 6, 1, 4], n_paths)
    return paths([[0, *rng.choice(4, 200, p=p)] for p in law])


def test_sets_of_paths_are_as_far_off_as_their_law_says():
    found = drawn_paths(4000)
    law = sets.set_law(found, found.by_path.mean(axis=0), 10)
    squares = law.distance(found.sets(10))
    assert squares.shape == (400,) and stats.kstest(squares, stats.chi2(3).cdf).pvalue > 0.001
    by_hand = np.linalg.pinv(law.covariance)  # singular: shares sum to one
    off = found.sets(10)[0] - law.mean
    assert squares[0] == pytest.approx(off @ by_hand @ off, rel=1e-6)
    assert law.pvalue(found.sets(10)[0]) == pytest.approx(stats.chi2.sf(squares[0], 3), abs=0.01)
    other = law._replace(mean=law.mean + np.array([0.05, -0.05, 0, 0]))
    rejected = np.mean([other.pvalue(share) <= 0.05 for share in found.sets(10)])
    assert other.power(law.mean, level=0.05) == pytest.approx(rejected, abs=0.08) and rejected > 0.1


def test_odds_tell_two_laws_apart():
    found = drawn_paths(400)
    one = sets.set_law(found, found.by_path.mean(axis=0), 10)
    other = one._replace(mean=one.mean + np.array([0.1, 0.1, -0.1, -0.1]), covariance=2 * one.covariance)
    density = [stats.multivariate_normal(law.mean[:3], law.covariance[:3, :3]) for law in (one, other)]
    share = found.sets(10)[3]
    assert sets.odds(share, one, other) == pytest.approx(density[0].logpdf(share[:3]) - density[1].logpdf(share[:3]))
    control = sets.sets_of(found, 10, other, one, 0.0, seed=1)
    assert control.power > 0.9 and control.measured.value == pytest.approx(float(sets.odds(found.sets(10)[0], other, one)))


@pytest.mark.parametrize("longest", [LONG, 3.0, 1.0])
def test_the_law_of_a_dot(longest):
    times = np.random.default_rng(0).exponential(1.0, (100_000, 5))
    drawn = np.minimum(times, longest).mean(axis=1)
    for level in (0.05, 0.3, 0.7, 0.95):
        value = np.quantile(drawn, level)
        found = dots.below(0.999999 * value, 1.0, 5, longest), dots.below(value, 1.0, 5, longest)
        assert found[1] - found[0] < 1e-4 and found[1] == pytest.approx((drawn <= value).mean(), abs=0.006)
    assert dots.below(longest, 1.0, 5, longest) == pytest.approx(1.0)
    all_cut = 1 - dots.below(longest - 1e-9, 1.0, 5, longest)
    assert all_cut == pytest.approx(np.exp(-5 * longest), abs=1e-7)
    if longest == LONG:
        assert dots.interval(7.0, 20, LONG) == pytest.approx(stats.gamma.ppf([0.025, 0.975], 20) * 7 / 20)


def some(means, expected, hollow=None, b=None, longest=LONG):
    etas = np.geomspace(0.1, 0.001, len(means))
    flags = np.zeros(len(means), bool) if hollow is None else np.array(hollow)
    return dots.Dots(b, etas, np.array(means, float), flags, np.array(expected, float), 20, longest)


def test_scores_of_dots_are_normal_and_sum_to_chi_square():
    rng = np.random.default_rng(1)
    values = []
    for _ in range(150):
        found = some(rng.exponential(1.0, (3, 20)).mean(axis=1) * [10, 100, 1000], [10, 100, 1000])
        values.append(scores.agreement([found]).value)
    assert stats.kstest(values, "uniform").pvalue > 0.001
    found = some([9.0, 120.0], [10, 100])
    assert found.scores() == pytest.approx(stats.norm.ppf(stats.gamma.cdf([18, 24], 20)))
    assert scores.level([found]) == pytest.approx(found.scores().sum() / 2**0.5)
    assert found.ratios == pytest.approx([0.9, 1.2])
    assert some([30.0], [100], longest=50.0).averaged == pytest.approx([100 * (1 - np.exp(-0.5))])


def test_a_neighbouring_tail_index_is_told_as_often_as_the_control_says():
    etas, expected = [0.1, 0.03], [165.0, 688.0]
    found = dots.Dots(None, np.array(etas), np.array(expected), np.zeros(2, bool), np.array(expected), 20, LONG)
    other = scores.with_alpha(PAPER, NOISE, [found], 1.3)[0]
    factor = other.expected / found.expected
    assert 1.3 < factor[0] < factor[1] < 2.5  # the tail at 1/eta is lower by (1 + 10/eta)^0.1
    control = scores.another_alpha(PAPER, NOISE, [found], 1.3, seed=4, level=0.05)
    drawn = found.drawn(found.expected, 300, seed=5)
    rejected = np.mean([scores.agreement([other._replace(means=means)]).value <= 0.05 for means in drawn])
    assert control.power == pytest.approx(rejected, abs=0.12) and 0.2 < rejected < 0.995
    assert control.measured.value == pytest.approx(scores.agreement([other]).value)


def test_exponents_of_solid_dots():
    etas = np.geomspace(0.1, 0.001, 5)
    means = [7 * etas**-beta for beta in (1.2, 1.4)]
    means[1][-1] /= 5  # cut off
    found = [some(m, m, hollow=[False] * 4 + [k == 1]) for k, m in enumerate(means)]
    slopes = scores.exponents(found)
    assert [slope.value for slope in slopes] == pytest.approx([1.2, 1.4])
    log = np.log(etas)
    assert slopes[0].stderr == pytest.approx(0.2265 / np.sqrt(np.sum((log - log.mean()) ** 2)), rel=1e-3)
    assert scores.exponents_agree(slopes, [1.2, 1.4]).value == pytest.approx(1.0)
    apart = (0.1 / slopes[0].stderr) ** 2 + (0.1 / slopes[1].stderr) ** 2
    control = scores.one_exponent(slopes, [1.2, 1.4], 1.3)
    assert control.measured.value == pytest.approx(stats.chi2.sf(apart, 2))
    assert control.power == pytest.approx(stats.ncx2.sf(stats.chi2.isf(0.001, 2), 2, apart))
    assert scores.exponents_agree([Measured(1.0, 0.1)], [1.2]).value == pytest.approx(2 * stats.norm.sf(2))


def test_dots_reported_and_simulated():
    few = {None: {0.1: 132.0, 0.03: 532.0}, 0.5: {0.1: 927.0}}
    theirs = dots.reported(PAPER, NOISE, few, [(0.5, 0.1)], -0.7, 20, 10**9)
    assert theirs[0].expected == pytest.approx([165.06, 688.2], rel=1e-3) and theirs[1].hollow.tolist() == [True]
    assert theirs[0].hollow.tolist() == [False, False] and theirs[1].means.tolist() == [927.0]
    ours = dots.simulated(PAPER, NOISE, theirs, -0.7, seed=2, samples=400, longest=10**9, most=1000)
    assert [case.etas.tolist() for case in ours] == [[0.1, 0.03], []] and not ours[0].hollow.any()
    assert ours[0].ratios == pytest.approx([1, 1], abs=0.17) and scores.agreement(ours).value > 0.001
    cut = dots.simulated(PAPER, NOISE, theirs[:1], -0.7, seed=2, samples=20, longest=200, most=200)[0]
    assert cut.hollow.tolist() == [True] and cut.means[0] < 200 and abs(cut.scores()[0]) < 4


def test_what_is_reported_has_twenty_two_dots_and_shares_of_one():
    assert [len(by_eta) for by_eta in reported.DOTS.values()] == [8, 7, 7]
    assert all(b in reported.DOTS and eta in reported.DOTS[b] for b, eta in reported.HOLLOW)
    assert all(sum(shares) == pytest.approx(1, abs=0.002) for shares in reported.SHARES.values())


def test_tables_name_what_fits():
    theirs, other = some([5.0, 110.0], [10, 100], hollow=[False, True]), some([5.0, 110.0], [6, 99])
    ours = some([9.0], [10])
    text = tables.dot_table([theirs], [ours], [other]).data.splitlines()
    assert "| no |" in text[2] and text[2].endswith("| yes |") and "110*" in text[3] and "| – |" in text[3]
    summary = tables.readings_table({"theirs": [theirs]}).data
    assert "1 of 2" in summary and f"{scores.level([theirs]):+.1f}" in summary
    rows = tables.exponent_table([some([10, 1000.0], [20, 200.0])], [some([10, 100.0], [1, 1.0])], [1.2]).data.splitlines()
    assert rows[2] == "| no truncation | 1.2 | 1.00 ± 0.07 | 0.50 ± 0.07 | 0.50 |"
    assert "| 1.00 ± 0.07 | – | 0.50 |" in tables.exponent_table([some([10, 1000.0], [20, 200.0])], [ours], [1.2]).data
    exact = study.Expected(np.array([3_000_000]), np.full((1, 4), 0.25), np.array([0.1, 0.2, 0.3, 0.4]))
    shares = tables.share_table({"case": (paths([[0, 0, 1], [0, 2, 2]]), exact, [0.7, 0.1, 0.1, 0.1])}, 1).data
    assert "| case | reported, 1 paths | 0.7000 |" in shares and "| case | ours, 1 paths | 0.5000 | 0.5000 |" in shares
    assert "exact, 3 million steps | 0.2500" in shares and "long run | 0.1000" in shares
