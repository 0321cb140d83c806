"""Philox in Python's integers: the published words, and the numbers of the compiled generator to the last bit."""

import numpy as np
import pytest
from heavysgd.deep import GaussianFactor, ParetoFactor, ParetoFromC
from heavysgd.deep.uniforms import uniform_pair, words
from heavysgd.philox import uniform_pair as compiled

FULL = 0xFFFFFFFF
RECORDED = 0.46372524815006466, 0.23679291007701297  # before there was another generator
PI = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)


@pytest.mark.parametrize(
    "counter, key, expected",
    [  # the authors' known answers for philox4x32-10 (recalled)
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((FULL,) * 4, (FULL,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (*PI, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
    ],
)
def test_known_answers(counter, key, expected):
    assert words(counter, key) == expected


def test_the_same_numbers_as_the_compiled_generator():
    rng = np.random.default_rng(0)
    edges = [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1]
    drawn = rng.integers(0, 2**64, (2000, 3), np.uint64, endpoint=False)
    cases = [(s, p, b) for s in edges for p in edges for b in edges] + [tuple(map(int, row)) for row in drawn]
    cases += [(5, 0, step) for step in range(2000)]
    for seed, path, block in cases:
        assert uniform_pair(seed, path, block) == compiled(np.uint64(seed), np.uint64(path), np.uint64(block))


def test_draws_are_those_of_the_recorded_runs():
    """Z as the compiled generator gave it, for every law: a record names seed and settings only, so these may not move."""
    for seed in (0, 1, 4, 2**40):
        for step in (0, 1, 9_999):
            u, v = compiled(np.uint64(seed), np.uint64(0), np.uint64(step))
            assert ParetoFactor(1.4, 0.5).draw(seed, step) == 0.5 * (u ** (-1 / 1.4) - 1)
            assert ParetoFromC(1.4, 0.5).draw(seed, step) == 0.5 * u ** (-1 / 1.4)
            expected = 0.5 * abs(np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v))
            assert GaussianFactor(0.5).draw(seed, step) == pytest.approx(expected, rel=1e-15)
    assert ParetoFactor(1.4, 0.5).draw(0, 0) == pytest.approx(RECORDED[0], rel=1e-15)
    assert ParetoFactor(1.4, 0.5).draw(4, 9_999) == pytest.approx(RECORDED[1], rel=1e-15)
