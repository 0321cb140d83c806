"""Forcing the big jump of a stage changes its cost and not its probability."""

import heavysgd as hs
import numpy as np
from companion.subjects.small_rates import forced_jumps

PAPER = hs.landscapes.wang_oh_rhee()


def test_the_parts_of_a_law_are_its_tail_and_the_rest():
    law, cut = hs.Lomax(1.5, 0.1), 0.7
    p = float(law.tail(cut))
    big = np.abs(forced_jumps.PartOfLomax(1.5, 0.1, 0.0, p).sample(20_000, 1))
    small = np.abs(forced_jumps.PartOfLomax(1.5, 0.1, p, 1.0).sample(20_000, 1))
    assert big.min() >= cut * (1 - 1e-9) and small.max() <= cut * (1 + 1e-9)
    level = 2 * cut
    share, expected = (big > level).mean(), float(law.tail(level)) / p
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)


def test_both_terms_are_needed_where_the_cut_is_above_the_jump_that_passes():
    make = lambda seed: forced_jumps.stage(PAPER, 1.5, 0.01, seed)  # noqa: E731
    plain = make(1).plain(400_000)
    for delta in (0.1, 0.35):
        whole = make(2).forced(delta, 120, 512, 24)
        assert abs(whole.passing - plain.passing) < 4 * np.hypot(whole.stderr, plain.stderr)
    part = make(3).forced(0.35, 120, 512, 24, whole=False)
    assert plain.passing - part.passing > 4 * np.hypot(part.stderr, plain.stderr)
